// Who may do what: one line for each endpoint. Whether a request is somebody's who may is found in auth.ts; the handlers
// are named in http_server.ts.

import type { Role } from '../../api_keys.js';

/**
 * A role: keys of that role or of one above it. `inside`: keys of any role, and the addresses of METRICS_ALLOW.
 * `twilio`: whoever signs as Twilio does, which the handler checks. `anybody`: everybody. `probe`: everybody, and never too
 * often: what a balancer asks must be answered while somebody beside it floods us.
 */
export type Access = Role | 'inside' | 'twilio' | 'anybody' | 'probe';

/** No key is asked for. The signature of a webhook is the handler's business. */
export function isOpen(access: Access): access is 'anybody' | 'probe' | 'twilio' {
  return access === 'anybody' || access === 'probe' || access === 'twilio';
}

/** Whoever sent a request. */
export interface Who {
  /** The name of the key; `local` = this machine, without a key; `anybody` = somebody whom we don't know. */
  name: string;
  /** null = anybody. */
  role: Role | null;
  /** May see the process from inside: /metrics, and the details of /health. */
  isInside: boolean;
}

export const ANYBODY: Who = { name: 'anybody', role: null, isInside: false };

/** Endpoint -> the least that opens it. Parameters of a path are as `:name`. */
export const ACCESS = {
  'POST /outbound': 'dialler',
  'GET /call-status/:call_sid': 'read',
  'GET /calls': 'read',
  'GET /calls/:call_sid': 'read',
  'DELETE /calls/:call_sid': 'operator',
  'DELETE /calls/:call_sid/data': 'operator',
  'POST /calls/:call_sid/recording/pause': 'operator',
  'POST /calls/:call_sid/recording/resume': 'operator',
  'POST /calls/:call_sid/end': 'operator',
  'POST /calls/:call_sid/say': 'operator',
  'POST /calls/:call_sid/whisper': 'operator',
  'POST /calls/:call_sid/pause': 'operator',
  'POST /calls/:call_sid/resume': 'operator',
  'POST /calls/:call_sid/handback': 'operator',
  'GET /recordings': 'read',
  'GET /recordings/:file': 'read',
  'GET /metrics': 'inside',
  // Whether we are well is for anybody; why not, and how busy we are, is for those inside.
  'GET /health': 'anybody',
  'GET /ready': 'probe',
  'GET /openapi.json': 'anybody',
  'GET /': 'anybody',
  'POST /': 'twilio',
  'GET /outbound-twiml': 'anybody',
  'POST /outbound-twiml': 'twilio',
  'GET /twilio/status': 'anybody',
  'POST /twilio/status': 'twilio',
  'GET /twilio/stream-status': 'anybody',
  'POST /twilio/stream-status': 'twilio',
  'GET /twilio/amd': 'anybody',
  'POST /twilio/amd': 'twilio',
  'GET /twilio/connect-action': 'anybody',
  'POST /twilio/connect-action': 'twilio',
  'GET /twilio/overflow-action': 'anybody',
  'POST /twilio/overflow-action': 'twilio',
  'GET /ws': 'anybody',
  'GET /ws/:token': 'anybody',
} as const satisfies Readonly<Record<string, Access>>;

export type Endpoint = keyof typeof ACCESS;

/** The methods of each path, in the table's order. */
export const METHODS_OF: ReadonlyMap<string, readonly string[]> = byPath(Object.keys(ACCESS));

function byPath(endpoints: readonly string[]): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const endpoint of endpoints) {
    const [method, path] = endpoint.split(' ');
    methods.set(path, [...(methods.get(path) ?? []), method]);
  }
  return methods;
}
