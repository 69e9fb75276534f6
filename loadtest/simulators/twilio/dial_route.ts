// Where a URL really goes. The simulator speaks with servers on this machine only: a public name (an ngrok tunnel, a
// production host) is kept in the request, signature and Host included, while TCP goes to `serverUrl`, just as a tunnel
// in front of the server would do it.

export interface DialRoute {
  host: string;
  port: number;
  tls: boolean;
  /** Path and query as in the URL. */
  path: string;
  /** Host, and what a tunnel adds. */
  headers: [string, string][];
}

export class RouteError extends Error {
  override name = 'RouteError';
}

/**
 * `url`: http, https, ws or wss as the server wrote it. `serverUrl`: origin of the local server, used when the URL names
 * another host or wants TLS. Throws RouteError when the target would not be on the loopback interface.
 */
export function routeTo(url: string, serverUrl: string | null): DialRoute {
  const wanted = new URL(url);
  const secure = wanted.protocol === 'https:' || wanted.protocol === 'wss:';
  const tunnelled = serverUrl !== null && (secure || !isLoopback(wanted.hostname));
  const target = tunnelled ? new URL(serverUrl) : wanted;
  if (!isLoopback(target.hostname)) {
    throw new RouteError(`${target.hostname} is not on this machine; give the simulator a loopback serverUrl`);
  }
  const tls = target.protocol === 'https:' || target.protocol === 'wss:';
  const headers: [string, string][] = [['Host', wanted.host]];
  if (tunnelled) {
    headers.push(['X-Forwarded-For', '127.0.0.1'], ['X-Forwarded-Host', wanted.host]);
    headers.push(['X-Forwarded-Proto', secure ? 'https' : 'http']);
  }
  return {
    host: target.hostname.replace(/^\[|\]$/g, ''),
    port: Number(target.port) || (tls ? 443 : 80),
    tls,
    path: wanted.pathname + wanted.search,
    headers,
  };
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
