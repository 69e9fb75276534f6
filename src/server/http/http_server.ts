// The routes: which path and method goes to which handler, and who may ask. Listens and stops listening. What handlers
// do is theirs; how a request gets to them is exchange.ts.

import type { Logger } from '../../log.js';
import type { CallsApi } from '../calls/calls_api.js';
import { API_BODY_BYTES_MAX } from '../calls/calls_api.js';
import type { Exposition } from '../exposition.js';
import type { Health } from '../health/health.js';
import { MEDIA_SOCKET_LIMITS, type MediaSockets } from '../media/media_socket.js';
import type { Recordings } from '../recordings.js';
import type { ServerMetrics } from '../server_metrics.js';
import { WEBHOOK_BODY_BYTES_MAX, type WebhookRoutes } from '../webhook_routes.js';
import { authorise } from './auth.js';
import { corsHeaders, preflightHeaders } from './cors.js';
import { HttpError } from './errors.js';
import { exchange, type Handler } from './exchange.js';
import { frontPage } from './front_page.js';
import { type HttpEngineChoice, openTransport } from './open_transport.js';
import { NO_CONTENT } from './reply.js';
import { makeRouter } from './router.js';
import type { HttpEngine, HttpExchange, HttpTransport } from './transport.js';

/** `twilio` checks signatures by itself; `company` is for API keys, or this machine; `open` is for anybody. */
type Access = 'open' | 'twilio' | 'company';
interface Route {
  pattern: string;
  access: Access;
  methods: Readonly<Record<string, Handler>>;
}

export interface HttpServerOptions {
  webhooks: WebhookRoutes;
  calls: CallsApi;
  health: Health;
  recordings: Recordings;
  media: MediaSockets;
  metrics: ServerMetrics;
  exposition: Exposition;
  corsOrigins: readonly string[];
  engine: HttpEngineChoice;
  log: Logger;
}

function routes({ webhooks, calls, health, recordings, exposition }: HttpServerOptions): Route[] {
  return [
    { pattern: '/', access: 'twilio', methods: { GET: frontPage(webhooks.wrongMethod), POST: webhooks.incoming } },
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
  readonly #transport: HttpTransport;
  readonly #options: HttpServerOptions;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    const find = makeRouter(routes(options).map((route) => ({ ...route, ...this.#serve(route) })));
    const opened = openTransport(
      options.engine,
      {
        request: (client) => {
          const match = find(client.path);
          if (match === null) void this.#exchange(client, 'unknown', notFound, [], 0);
          else
            void this.#exchange(
              client,
              match.route.pattern,
              match.route.handler,
              match.params,
              match.route.bodyBytesMax,
            );
        },
        handshake: options.media.handshake,
        malformed: (status) => options.metrics.answered('malformed', 'other', status),
      },
      MEDIA_SOCKET_LIMITS,
    );
    this.#transport = opened.transport;
    if (opened.fallback !== null) {
      const { reason, isUnexpected } = opened.fallback;
      options.log[isUnexpected ? 'warn' : 'info'](
        { reason },
        'node:http and ws serve instead of uWebSockets.js: a call costs the main thread about a third more',
      );
    }
  }

  /** Which engine serves. */
  get engine(): HttpEngine {
    return this.#transport.engine;
  }

  /** See HttpTransport.listen. */
  listen(host: string, port: number): Promise<number> {
    return this.#transport.listen(host, port);
  }

  /** Closes the listener and every connection, media sockets included, at once. Safe twice. */
  close(): void {
    this.#transport.close();
  }

  #serve({ access, methods }: Route): { handler: Handler; bodyBytesMax: number } {
    const allowed = Object.keys(methods).join(', ');
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
    return { handler, bodyBytesMax: methods['POST'] === undefined ? 0 : bodyBytesMax };
  }

  #exchange(
    client: HttpExchange,
    route: string,
    handler: Handler,
    params: readonly string[],
    bodyBytesMax: number,
  ): Promise<void> {
    const { corsOrigins, metrics, log } = this.#options;
    return exchange(client, handler, {
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
