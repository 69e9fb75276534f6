// The routes: which path and method goes to which handler, and who may ask. Listens and stops listening. What handlers
// do is theirs; how a request gets to them is exchange.ts.

import uWS from 'uWebSockets.js';
import type { Logger } from '../../log.js';
import type { CallsApi } from '../calls/calls_api.js';
import { API_BODY_BYTES_MAX } from '../calls/calls_api.js';
import type { Exposition } from '../exposition.js';
import type { Health } from '../health/health.js';
import type { MediaSockets } from '../media/media_socket.js';
import type { Recordings } from '../recordings.js';
import type { ServerMetrics } from '../server_metrics.js';
import { type TwilioWebhooks, WEBHOOK_BODY_BYTES_MAX } from '../twilio_webhooks.js';
import { authorise } from './auth.js';
import { corsHeaders, preflightHeaders } from './cors.js';
import { HttpError } from './errors.js';
import { exchange, type Handler } from './exchange.js';
import { NO_CONTENT } from './reply.js';

/**
 * By default two processes can share a port, and each would get half of the calls. The binding takes this option with
 * a host too (checked), which its types don't say; and it doesn't export the enum that its types declare.
 */
const EXCLUSIVE_PORT = 1;
type ListenExclusively = (
  this: uWS.TemplatedApp,
  host: string,
  port: number,
  options: number,
  callback: (socket: uWS.us_listen_socket | false) => void,
) => void;

/** `twilio` checks signatures by itself; `company` is for API keys, or this machine; `open` is for anybody. */
type Access = 'open' | 'twilio' | 'company';
interface Route {
  pattern: string;
  access: Access;
  methods: Readonly<Record<string, Handler>>;
}

export interface HttpServerOptions {
  webhooks: TwilioWebhooks;
  calls: CallsApi;
  health: Health;
  recordings: Recordings;
  media: MediaSockets;
  metrics: ServerMetrics;
  exposition: Exposition;
  corsOrigins: readonly string[];
  log: Logger;
}

function routes({ webhooks, calls, health, recordings, exposition }: HttpServerOptions): Route[] {
  return [
    { pattern: '/', access: 'twilio', methods: { GET: webhooks.wrongMethod, POST: webhooks.incoming } },
    {
      pattern: '/outbound-twiml',
      access: 'twilio',
      methods: { GET: webhooks.wrongMethod, POST: webhooks.outboundAnswered },
    },
    { pattern: '/twilio/status', access: 'twilio', methods: { GET: webhooks.wrongMethod, POST: webhooks.status } },
    {
      pattern: '/twilio/stream-status',
      access: 'twilio',
      methods: { GET: webhooks.wrongMethod, POST: webhooks.streamStatus },
    },
    {
      pattern: '/twilio/amd',
      access: 'twilio',
      methods: { GET: webhooks.wrongMethod, POST: webhooks.machineDetection },
    },
    {
      pattern: '/twilio/connect-action',
      access: 'twilio',
      methods: { GET: webhooks.wrongMethod, POST: webhooks.connectAction },
    },
    { pattern: '/outbound', access: 'company', methods: { POST: calls.outbound } },
    { pattern: '/call-status/:call_sid', access: 'company', methods: { GET: calls.callStatus } },
    { pattern: '/calls', access: 'company', methods: { GET: calls.list } },
    { pattern: '/calls/:call_sid', access: 'company', methods: { GET: calls.show, DELETE: calls.hangUp } },
    { pattern: '/recordings', access: 'company', methods: { GET: recordings.list } },
    { pattern: '/recordings/:file', access: 'company', methods: { GET: recordings.download } },
    { pattern: '/health', access: 'open', methods: { GET: health.health } },
    { pattern: '/ready', access: 'open', methods: { GET: health.ready } },
    { pattern: '/metrics', access: 'open', methods: { GET: exposition.answer } },
    { pattern: '/ws', access: 'open', methods: { GET: upgradeRequired } },
    { pattern: '/ws/:token', access: 'open', methods: { GET: upgradeRequired } },
  ];
}

export class HttpServer {
  readonly #app = uWS.App();
  readonly #options: HttpServerOptions;
  #listening: uWS.us_listen_socket | null = null;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    options.media.attach(this.#app);
    for (const route of routes(options)) this.#add(route);
    this.#app.any('/*', (res, req) => void this.#exchange(res, req, 'unknown', notFound, 0, 0));
  }

  /**
   * @param port 0 = any free one
   * @returns the port
   * @throws Error when the address is taken or not ours
   */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const listen = this.#app.listen as unknown as ListenExclusively;
      listen.call(this.#app, host, port, EXCLUSIVE_PORT, (socket) => {
        if (socket === false) return reject(new Error(`cannot listen on ${host} port ${port}`));
        this.#listening = socket;
        resolve(uWS.us_socket_local_port(socket as uWS.us_socket));
      });
    });
  }

  /** Closes the listener and every connection, media sockets included, at once. Safe twice. */
  close(): void {
    if (this.#listening === null) return;
    this.#listening = null;
    this.#app.close();
  }

  #add({ pattern, access, methods }: Route): void {
    const allowed = Object.keys(methods).join(', ');
    const params = pattern.split(':').length - 1;
    const bodyBytesMax = access === 'twilio' ? WEBHOOK_BODY_BYTES_MAX : API_BODY_BYTES_MAX;
    const { corsOrigins } = this.#options;
    const handler: Handler = (request) => {
      if (request.method === 'OPTIONS') {
        return { ...NO_CONTENT, headers: preflightHeaders(request.header('origin'), corsOrigins) };
      }
      const method = methods[request.method];
      if (method === undefined) throw new HttpError(405, 'Method not allowed', { allow: allowed });
      if (access === 'company') authorise(request, corsOrigins);
      return method(request);
    };
    this.#app.any(pattern, (res, req) => {
      void this.#exchange(res, req, pattern, handler, params, methods['POST'] === undefined ? 0 : bodyBytesMax);
    });
  }

  #exchange(
    res: uWS.HttpResponse,
    req: uWS.HttpRequest,
    route: string,
    handler: Handler,
    params: number,
    bodyBytesMax: number,
  ): Promise<void> {
    const { corsOrigins, metrics, log } = this.#options;
    return exchange(res, req, handler, {
      bodyBytesMax,
      params,
      log,
      extraHeaders: (header) => corsHeaders(header('origin'), corsOrigins),
      onAnswered: (method, status) => metrics.answered(route, KNOWN_METHODS.has(method) ? method : 'other', status),
    });
  }
}

/** Labels from outside would let anybody fill the memory with time series. */
const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function notFound(): never {
  throw new HttpError(404, 'Not found');
}

function upgradeRequired(): never {
  throw new HttpError(426, 'this is a WebSocket', { upgrade: 'websocket' });
}
