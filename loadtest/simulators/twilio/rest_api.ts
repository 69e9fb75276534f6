// Twilio's REST API for calls: authentication, routes, and what each does to the calls. HTTP itself (bodies, sockets,
// failures of the line) is http_front.ts.

import { timingSafeEqual } from 'node:crypto';
import { CALL_STATUSES } from './call_state.js';
import { type CreateCall, methodOf, type NumberRules, readCreate } from './create_request.js';
import { badTwiml, isHttpUrl } from './dial_parameters.js';
import {
  accountResource,
  callResource,
  pageOf,
  phoneNumberResource,
  type Recording,
  type RestAnswer,
  recordingResource,
  restError,
} from './rest_resources.js';
import type { SimulatedCall } from './simulated_call.js';

export interface RestRequest {
  method: string;
  /** Without query. */
  path: string;
  query: URLSearchParams;
  form: URLSearchParams;
  authorization: string | undefined;
}

/** What the API may do. */
export interface RestBackend {
  readonly accountSid: string;
  readonly authToken: string;
  /** API keys: SK sid -> secret. */
  readonly apiKeys: ReadonlyMap<string, string>;
  readonly numbers: NumberRules;
  readonly calls: ReadonlyMap<string, SimulatedCall>;
  readonly recordings: Map<string, Recording>;
  readonly startedAt: number;
  /** 429 code 10004 above this many live calls. */
  readonly concurrencyMax: number;
  /** 22005 when the queue is longer than this. */
  readonly queueMsMax: number;
  create(call: CreateCall): SimulatedCall;
  queueMs(): number;
  record(call: SimulatedCall, channels: number, statusCallback: string | null): Recording;
  /** An update was accepted; returns false when the call ended in this very moment. */
  beforeUpdate(call: SimulatedCall): boolean;
  remove(call: SimulatedCall): void;
}

const ROUTE = /^\/2010-04-01\/Accounts\/(?<account>AC[0-9a-zA-Z]{32})(?<rest>\/.*)?\.json$/;
const CALL = /^\/Calls\/(?<sid>CA[0-9a-fA-F]{32})(?:\/(?<sub>[A-Z][A-Za-z]+))?(?:\/(?<recording>RE[0-9a-fA-F]{32}))?$/;

/** What a call's resource names beside its recordings: nothing is ever in them here. */
const EMPTY_LISTS = [
  'Events',
  'Notifications',
  'Streams',
  'Siprec',
  'Transcriptions',
  'Payments',
  'UserDefinedMessages',
];

/** Answers one authenticated or not authenticated request. */
export function answerRest(request: RestRequest, backend: RestBackend): RestAnswer {
  const route = ROUTE.exec(request.path)?.groups;
  const refused = authenticate(request.authorization, route?.['account'], backend);
  if (refused) return refused;
  const rest = route?.['rest'] ?? '';
  if (!route) return notFound(request);
  const { method } = request;
  if (rest === '' && method === 'GET') return ok(accountResource(backend.accountSid, backend.startedAt));
  if (rest === '/Balance' && method === 'GET') {
    return ok({ account_sid: backend.accountSid, balance: '100.00', currency: 'USD' });
  }
  if (rest === '/IncomingPhoneNumbers' && method === 'GET') {
    const numbers = backend.numbers.owned.map((number) => phoneNumberResource(backend.accountSid, number));
    return ok(pageOf('incoming_phone_numbers', numbers, request.path));
  }
  if (rest === '/Calls') return method === 'POST' ? create(request, backend) : list(request, backend);
  const target = CALL.exec(rest)?.groups;
  const call = target && backend.calls.get(target['sid']);
  if (!target || !call) return notFound(request);
  const { sub } = target;
  if (sub && sub !== 'Recordings')
    return EMPTY_LISTS.includes(sub) && method === 'GET'
      ? ok(pageOf(sub.toLowerCase(), [], request.path))
      : notFound(request);
  if (sub) return recordings(request, call, target['recording'], backend);
  if (method === 'GET') return ok(callResource(call.state, Date.now()));
  if (method === 'POST') return update(request, call, backend);
  if (method !== 'DELETE') return restError(405, 20004, 'Method not allowed');
  if (!call.state.isOver) return restError(409, 20009, 'Cannot delete a call in progress');
  backend.remove(call);
  return { status: 204 };
}

function authenticate(
  header: string | undefined,
  account: string | undefined,
  backend: RestBackend,
): RestAnswer | null {
  const unknown = restError(401, 20003, 'Authenticate');
  const basic = /^Basic ([A-Za-z0-9+/=]+)$/.exec(header ?? '');
  if (!basic) return { ...unknown, headers: { 'www-authenticate': 'Basic realm="Twilio API"' } };
  const [user, ...rest] = Buffer.from(basic[1], 'base64').toString('utf8').split(':');
  const secret = user === backend.accountSid ? backend.authToken : backend.apiKeys.get(user);
  if (secret === undefined || !sameText(secret, rest.join(':'))) return unknown;
  // Whose account it is, nobody else may know.
  if (account === undefined || account === backend.accountSid) return null;
  return user.startsWith('SK') ? restError(401, 70051, 'Authorization error') : unknown;
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function create(request: RestRequest, backend: RestBackend): RestAnswer {
  const wanted = readCreate(request.form, backend.numbers);
  if (!('to' in wanted)) return wanted;
  let live = 0;
  for (const call of backend.calls.values()) if (!call.state.isOver) live++;
  if (live >= backend.concurrencyMax) return restError(429, 10004, 'Call concurrency limit exceeded');
  if (backend.queueMs() > backend.queueMsMax) return restError(429, 22005, 'Call queue is full');
  const call = backend.create(wanted);
  return { status: 201, body: callResource(call.state, Date.now()) };
}

function list(request: RestRequest, backend: RestBackend): RestAnswer {
  const { query } = request;
  const wanted = (name: string, value: string) => !query.get(name) || query.get(name) === value;
  const size = Number(query.get('PageSize')) || 50;
  const found = [...backend.calls.values()]
    .map((call) => call.state)
    .filter((s) => wanted('Status', s.status) && wanted('To', s.identity.to) && wanted('From', s.identity.from))
    .reverse();
  const now = Date.now();
  return ok(
    pageOf(
      'calls',
      found.slice(0, size).map((state) => callResource(state, now)),
      request.path,
    ),
  );
}

/** Redirects, hang-ups and cancellations. What comes too late is 21220. */
function update(request: RestRequest, call: SimulatedCall, backend: RestBackend): RestAnswer {
  const { form } = request;
  const status = form.get('Status');
  const twiml = form.get('Twiml');
  const url = form.get('Url');
  const timeLimit = form.get('TimeLimit');
  const present = call.state.status;
  const late = restError(400, 21220, `Call is not in-progress. Cannot redirect. Call is ${present}.`);
  const bad = badUpdate(status, url, twiml, timeLimit);
  if (bad) return bad;
  if (call.state.isOver && (status || url || twiml || timeLimit)) return late;
  if (status !== null) {
    if (status === 'canceled' && present === 'in-progress') return late;
    if (backend.beforeUpdate(call)) call.finish(status as 'completed' | 'canceled', 'rest');
    return ok(callResource(call.state, Date.now()));
  }
  if (timeLimit) call.limit(Number(timeLimit));
  if (!twiml && !url) return ok(callResource(call.state, Date.now()));
  if (present !== 'in-progress') return late;
  if (backend.beforeUpdate(call)) call.redirect({ url, twiml, method: methodOf(form, 'Method') });
  return ok(callResource(call.state, Date.now()));
}

function badUpdate(
  status: string | null,
  url: string | null,
  twiml: string | null,
  timeLimit: string | null,
): RestAnswer | null {
  if (status !== null && status !== 'completed' && status !== 'canceled') {
    const known = (CALL_STATUSES as readonly string[]).includes(status);
    return restError(400, 20001, `${known ? 'Cannot set' : 'Unknown'} status ${status}`);
  }
  if (url && twiml) return restError(400, 20001, 'Url and Twiml exclude each other');
  if (url && !isHttpUrl(url)) return restError(400, 21205, `Url is not a valid URL: ${url}`);
  if (timeLimit && !/^[1-9]\d*$/.test(timeLimit)) return restError(400, 20001, `TimeLimit is not valid: ${timeLimit}`);
  return twiml ? badTwiml(twiml) : null;
}

function recordings(
  request: RestRequest,
  call: SimulatedCall,
  sid: string | undefined,
  backend: RestBackend,
): RestAnswer {
  const { method, form } = request;
  const mine = [...backend.recordings.values()].filter((recording) => recording.callSid === call.sid);
  if (sid === undefined) {
    if (method === 'GET') return ok(pageOf('recordings', mine.map(recordingResource), request.path));
    if (call.state.status !== 'in-progress') return restError(400, 21220, 'Call is not in-progress. Cannot record.');
    const channels = form.get('RecordingChannels') === 'dual' ? 2 : 1;
    const recording = backend.record(call, channels, form.get('RecordingStatusCallback'));
    return { status: 201, body: recordingResource(recording) };
  }
  const recording = mine.find((known) => known.sid === sid);
  if (!recording) return notFound(request);
  if (method === 'POST' && form.get('Status') === 'stopped') recording.endedAt ??= Date.now();
  if (method === 'DELETE') {
    backend.recordings.delete(sid);
    return { status: 204 };
  }
  return ok(recordingResource(recording));
}

function ok(body: unknown): RestAnswer {
  return { status: 200, body };
}

function notFound(request: RestRequest): RestAnswer {
  return restError(404, 20404, `The requested resource ${request.path} was not found`);
}
