// The routes: which path and method goes to which handler. Listens and stops listening. Who may ask is access.ts and auth.ts,
// what handlers do is theirs; how a request gets to them is exchange.ts.

import type { BlockList } from 'node:net';
import type { Logger } from '../../log.js';
import type { CallData } from '../archive/call_data.js';
import type { AuditLog } from '../audit_log.js';
import type { CallsApi } from '../calls/calls_api.js';
import { API_BODY_BYTES_MAX } from '../calls/calls_api.js';
import type { OperatorsApi } from '../calls/operators_api.js';
import type { Exposition } from '../exposition.js';
import type { Health } from '../health/health.js';
import { MEDIA_SOCKET_LIMITS, type MediaSockets } from '../media/media_socket.js';
import type { Recordings } from '../recordings.js';
import type { ServerMetrics } from '../server_metrics.js';
import { WEBHOOK_BODY_BYTES_MAX, type WebhookRoutes } from '../webhook_routes.js';
import { ACCESS, type Access, type Endpoint, isOpen, METHODS_OF } from './access.js';
import type { Guard } from './auth.js';
import type { Connections } from './connections.js';
import { corsHeaders, preflightHeaders } from './cors.js';
import { HttpError } from './errors.js';
import { exchange, type Handler } from './exchange.js';
import { frontPage } from './front_page.js';
import { type HttpEngineChoice, openTransport } from './open_transport.js';
import { clientAddress } from './peers.js';
import type { RateLimits } from './rate_limits.js';
import { type FileReply, NO_CONTENT, type Reply } from './reply.js';
import { makeRouter } from './router.js';
import type { HttpEngine, HttpExchange, HttpTransport } from './transport.js';

export interface HttpServerOptions {
  webhooks: WebhookRoutes;
  calls: CallsApi;
  operators: OperatorsApi;
  health: Health;
  recordings: Recordings;
  callData: CallData;
  media: MediaSockets;
  metrics: ServerMetrics;
  exposition: Exposition;
  openApi: Handler;
  guard: Guard;
  limits: RateLimits;
  connections: Connections;
  audit: AuditLog;
  /** Whose X-Forwarded-For counts. */
  trustedProxies: BlockList;
  corsOrigins: readonly string[];
  engine: HttpEngineChoice;
  log: Logger;
}

/** Which handler answers which endpoint. */
function handlers({
  webhooks,
  calls,
  operators,
  health,
  recordings,
  callData,
  exposition,
  openApi,
}: HttpServerOptions): Record<Endpoint, Handler> {
  return {
    'GET /': frontPage(webhooks.wrongMethod),
    'POST /': webhooks.incoming,
    'GET /outbound-twiml': webhooks.wrongMethod,
    'POST /outbound-twiml': webhooks.outboundAnswered,
    'GET /twilio/status': webhooks.wrongMethod,
    'POST /twilio/status': webhooks.status,
    'GET /twilio/stream-status': webhooks.wrongMethod,
    'POST /twilio/stream-status': webhooks.streamStatus,
    'GET /twilio/amd': webhooks.wrongMethod,
    'POST /twilio/amd': webhooks.machineDetection,
    'GET /twilio/connect-action': webhooks.wrongMethod,
    'POST /twilio/connect-action': webhooks.connectAction,
    'GET /twilio/overflow-action': webhooks.wrongMethod,
    'POST /twilio/overflow-action': webhooks.overflowAction,
    'POST /outbound': calls.outbound,
    'GET /call-status/:call_sid': calls.callStatus,
    'GET /calls': calls.list,
    'GET /calls/:call_sid': calls.show,
    'DELETE /calls/:call_sid': calls.hangUp,
    'DELETE /calls/:call_sid/data': callData.delete,
    'POST /calls/:call_sid/recording/pause': calls.pauseRecording,
    'POST /calls/:call_sid/recording/resume': calls.resumeRecording,
    'POST /calls/:call_sid/end': calls.hangUp,
    'POST /calls/:call_sid/say': operators.say,
    'POST /calls/:call_sid/whisper': operators.whisper,
    'POST /calls/:call_sid/pause': operators.pause,
    'POST /calls/:call_sid/resume': operators.resume,
    'POST /calls/:call_sid/handback': operators.resume,
    'GET /recordings': recordings.list,
    'GET /recordings/:file': recordings.download,
    'GET /health': health.health,
    'GET /ready': health.ready,
    'GET /openapi.json': openApi,
    'GET /metrics': exposition.answer,
    'GET /ws': upgradeRequired,
    'GET /ws/:token': upgradeRequired,
  };
}

/** One way to be served: an endpoint, or what answers where there is none. */
interface Service {
  access: Access;
  bodyBytesMax: number;
  handler: Handler;
}

export class HttpServer {
  readonly #transport: HttpTransport;
  readonly #options: HttpServerOptions;
  readonly #services: ReadonlyMap<string, Service>;
  readonly #find = makeRouter([...METHODS_OF].map(([pattern, methods]) => ({ pattern, methods })));
  readonly #preflight: Service;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#services = new Map(
      Object.entries(handlers(options)).map(([endpoint, handler]): [string, Service] => {
        const access = ACCESS[endpoint as Endpoint];
        const isForm = access === 'twilio';
        const bodyBytesMax = endpoint.startsWith('POST ') ? (isForm ? WEBHOOK_BODY_BYTES_MAX : API_BODY_BYTES_MAX) : 0;
        return [endpoint, { access, bodyBytesMax, handler }];
      }),
    );
    this.#preflight = bodiless(({ header }) => ({
      ...NO_CONTENT,
      headers: preflightHeaders(header('origin'), options.corsOrigins),
    }));
    const opened = openTransport(
      options.engine,
      {
        request: (client) => void this.#serve(client),
        handshake: options.media.handshake,
        connections: options.connections,
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

  #serve(client: HttpExchange): Promise<void> {
    const { corsOrigins, guard, limits, audit, metrics, trustedProxies, log } = this.#options;
    const match = this.#find(client.path);
    const verb = client.method.toUpperCase();
    const service = match === null ? NOT_FOUND : this.#service(verb, match.route);
    return exchange(client, service.handler, {
      bodyBytesMax: service.bodyBytesMax,
      params: match?.params ?? [],
      log,
      clientOf: (peer, header) => clientAddress(trustedProxies, peer, header),
      identify: (head) => guard.identify(head),
      limit: (head, who) => limits.count(service.access, who, head.client),
      admit: (head, who) => guard.check(service.access, head, who),
      extraHeaders: (header) => corsHeaders(header('origin'), corsOrigins),
      onAnswered: (method, head, who, reply) => {
        const { status } = reply;
        metrics.answered(match?.route.pattern ?? 'unknown', KNOWN_METHODS.has(method) ? method : 'other', status);
        // Twilio's webhooks and what is open to anybody are no acts of a person.
        if (match === null || isOpen(service.access)) return;
        audit.answered(head, who, `${head.method} ${match.route.pattern}`, targetOf(reply), status);
      },
    });
  }

  #service(verb: string, { pattern, methods }: { pattern: string; methods: readonly string[] }): Service {
    if (verb === 'OPTIONS') return this.#preflight;
    const service = this.#services.get(`${verb === 'HEAD' ? 'GET' : verb} ${pattern}`);
    return service ?? bodiless(() => wrongMethod(methods.join(', ')));
  }
}

/** Labels from outside would let anybody fill the memory with time series. */
const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function targetOf(reply: Reply | FileReply): string | null {
  return 'target' in reply ? (reply.target ?? null) : null;
}

function bodiless(handler: Handler): Service {
  return { access: 'anybody', bodyBytesMax: 0, handler };
}

const NOT_FOUND = bodiless(() => {
  throw new HttpError(404, 'Not found');
});

function wrongMethod(allowed: string): never {
  throw new HttpError(405, 'Method not allowed', { allow: allowed });
}

function upgradeRequired(): never {
  throw new HttpError(426, 'this is a WebSocket', { upgrade: 'websocket' });
}
