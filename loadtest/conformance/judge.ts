// Says of each exchange what it is and what is wrong with it: which schema its content belongs to, and the rules that no
// schema can hold (headers, a parameter's length). Pure; the schemas themselves are schema_shelf.ts.

import { parseXml, XmlError } from '../simulators/twilio/xml.js';
import type { Exchange, HttpMessage, SocketMessage } from './exchange.js';

/** One message, ready to be held against a schema. */
export interface Judged {
  /** What it is, without what differs from call to call: `POST /chat/completions`, `text mark`. */
  type: string;
  /** null: nothing but the rules applies. */
  schema: string | null;
  value: unknown;
  problem: string | null;
}

const NO_JSON = Symbol('no JSON');
/** Newer than the vendor's published file: ours say what they look like. */
const NEW_FROM_DEEPGRAM = ['ConfigureSuccess', 'ConfigureFailure', 'Error', 'Warning'];
/** Name and value of a <Parameter> together stay below this. */
const PARAMETER_CHARS = 500;

/** Everything in one exchange: a streamed answer holds many messages. */
export function judge(exchange: Exchange): Judged[] {
  switch (exchange.kind) {
    case 'request':
      return [request(exchange)];
    case 'answer':
      return answer(exchange);
    case 'upgrade':
      return [upgrade(exchange)];
    case 'upgrade_answer':
      return [upgradeAnswer(exchange)];
    default:
      return [socketMessage(exchange)];
  }
}

function judged(type: string, schema: string | null, value: unknown, problem: string | null = null): Judged {
  if (value === NO_JSON) return { type, schema: null, value: null, problem: problem ?? 'is no JSON' };
  return { type, schema, value, problem };
}

function request(message: HttpMessage): Judged {
  const route = routeOf(message);
  const auth = badAuthorization(message);
  if (message.vendor === 'twilio')
    return message.direction === 'sent' ? restRequest(message, route, auth) : webhook(message, route);
  if (message.vendor === 'openai' && route === 'POST /chat/completions') {
    const type = isJson(message) ? null : 'content-type is not application/json';
    return judged(route, 'openai-chat-request', jsonOf(message.body), auth ?? type);
  }
  return judged(route, null, null, auth);
}

function restRequest(message: HttpMessage, route: string, auth: string | null): Judged {
  const schema =
    route === 'POST /Calls.json'
      ? 'twilio-calls-create'
      : route === 'POST /Calls/{CA}.json'
        ? 'twilio-calls-update'
        : null;
  return judged(route, schema, schema === null ? null : formOf(message.body), auth);
}

function webhook(message: HttpMessage, route: string): Judged {
  const form = formOf(message.method === 'GET' ? queryOf(message.url) : message.body);
  const kind = /\/(status|stream-status|amd)$/.exec(route)?.[1] ?? 'voice';
  const schema = {
    status: 'twilio-status-callback',
    'stream-status': 'twilio-stream-callback',
    amd: 'twilio-amd-callback',
    voice: 'twilio-voice-webhook',
  }[kind] as string;
  const unsigned = message.headers['x-twilio-signature'] ? null : 'no x-twilio-signature';
  const what = form['CallStatus'] ?? form['StreamEvent'] ?? '';
  return judged(`${route} ${kind} ${String(what)}`.trim(), schema, form, unsigned);
}

function answer(message: HttpMessage): Judged[] {
  const route = routeOf(message);
  const { vendor, direction, status, body } = message;
  const type = `answer ${status} to ${route}`;
  if (vendor === 'twilio' && direction === 'sent') return [ourAnswer(message, route, type)];
  // Broken off in the middle, by a hang-up of either side: what is left is nobody's message.
  if (vendor === 'openai' && /event-stream/.test(contentType(message))) return serverSentEvents(message);
  if (!message.complete) return [judged(`${type}, broken off`, null, null)];
  if (body === '') return [judged(type, null, null)];
  return [judged(type, answerSchema(message, route), jsonOf(body))];
}

function answerSchema({ vendor, status }: HttpMessage, route: string): string | null {
  if (status >= 400) return `${vendor}-error`;
  switch (vendor) {
    case 'openai':
      if (route === 'GET /models/{model}') return 'openai-model';
      return route === 'GET /models' ? 'openai-models' : 'openai-chat-response';
    case 'deepgram':
      return route === 'GET /v1/projects' ? 'deepgram-projects' : null;
    case 'twilio':
      if (/ \/Calls(\/\{CA\})?\.json$/.test(route) && !route.startsWith('GET /Calls.json')) return 'twilio-call';
      return route === 'GET /.json' ? 'twilio-account' : null;
    default:
      return null;
  }
}

/** What we answer to Twilio: TwiML, or nothing at all. */
function ourAnswer(message: HttpMessage, route: string, type: string): Judged {
  if (!/xml/.test(contentType(message)))
    return judged(type, null, null, message.status >= 300 ? `status ${message.status}` : null);
  try {
    const document = parseXml(message.body);
    return judged(`TwiML for ${route}`, 'twilio-twiml', document, tooLongParameter(document));
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return judged(`TwiML for ${route}`, null, null, error.message);
  }
}

function tooLongParameter(document: ReturnType<typeof parseXml>): string | null {
  const all = [document];
  for (const element of all) all.push(...element.children);
  const long = all.find(({ name, attributes }) => {
    const length = `${attributes['name'] ?? ''}${attributes['value'] ?? ''}`.length;
    return name === 'Parameter' && length >= PARAMETER_CHARS;
  });
  return long ? `<Parameter> ${long.attributes['name']}: name and value have ${PARAMETER_CHARS} characters` : null;
}

function serverSentEvents({ body, complete }: HttpMessage): Judged[] {
  const blocks = body.split('\n\n');
  // An answer that we no longer wanted may end anywhere.
  if (!complete) blocks.pop();
  return blocks
    .filter((block) => block.trim() !== '')
    .map((block) => {
      if (!block.startsWith('data: ')) return judged('event', null, null, `line ${block.slice(0, 30)}`);
      const data = block.slice('data: '.length);
      if (data === '[DONE]') return judged('event [DONE]', null, null);
      const value = jsonOf(data);
      const { error, choices } = (value === NO_JSON ? {} : value) as { error?: object; choices?: unknown[] };
      if (error) return judged('event error', 'openai-error', value);
      return judged(choices?.length === 0 ? 'event usage' : 'event chunk', 'openai-chat-chunk', value);
    });
}

function upgrade(message: HttpMessage): Judged {
  const path = message.url.split('?')[0];
  if (message.vendor === 'deepgram') {
    const schema = path === '/v2/listen' ? 'deepgram-listen-v2-query' : 'deepgram-listen-v1-query';
    return judged(`upgrade ${path}`, schema, formOf(queryOf(message.url)), badAuthorization(message));
  }
  if (message.vendor === 'twilio') return judged('upgrade of the media stream', null, null, unlikeTwilio(message));
  return judged(`upgrade ${path}`, null, null, badAuthorization(message));
}

/** The media stream's client: signed, without extension, subprotocol and origin. */
function unlikeTwilio({ headers }: HttpMessage): string | null {
  if (!headers['x-twilio-signature']) return 'no x-twilio-signature';
  const foreign = ['sec-websocket-extensions', 'sec-websocket-protocol', 'origin'].find((name) => headers[name]);
  if (foreign) return `${foreign} is sent`;
  return headers['user-agent'] === 'Twilio.TmeWs/1.0' ? null : `user-agent ${String(headers['user-agent'])}`;
}

function upgradeAnswer(message: HttpMessage): Judged {
  const type = `upgrade answer ${message.status}`;
  const anonymous = message.vendor === 'deepgram' && !message.headers['dg-request-id'] ? 'no dg-request-id' : null;
  if (message.status === 101 || message.direction === 'sent') return judged(type, null, null, anonymous);
  return judged(type, `${message.vendor}-error`, jsonOf(message.body), anonymous);
}

function socketMessage(message: SocketMessage): Judged {
  const { vendor, direction, kind, bytes } = message;
  if (kind === 'binary') {
    const problem = vendor !== 'deepgram' ? 'a binary message' : bytes === 0 ? 'an empty audio message' : null;
    return judged('audio', null, null, problem);
  }
  const value = jsonOf(message.text);
  const object = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const type = `text ${textType(object)}`;
  switch (vendor) {
    case 'deepgram':
      return judged(type, listenSchema(message.url, direction, object['type']), value);
    case 'cartesia':
      return judged(type, `cartesia-ws-${direction === 'sent' ? 'request' : 'response'}`, value);
    case 'twilio':
      return judged(type, `twilio-media-${direction === 'sent' ? 'to' : 'from'}`, value);
    default:
      return judged(type, null, value);
  }
}

function listenSchema(url: string, direction: 'sent' | 'received', type: unknown): string {
  const version = url.startsWith('/v2') ? 'v2' : 'v1';
  if (version === 'v1' && type === 'Configure') return 'deepgram-listen-v1-configure';
  if (version === 'v1' && NEW_FROM_DEEPGRAM.includes(String(type))) return 'deepgram-listen-v1-configured';
  return `deepgram-listen-${version}-${direction === 'sent' ? 'client' : 'server'}`;
}

function textType(message: Record<string, unknown>): string {
  const word = message['event'] ?? message['type'];
  if (typeof word === 'string') return word;
  if (message['cancel'] === true) return 'cancel';
  if ('transcript' in message) return message['continue'] === false ? 'generation, last' : 'generation';
  return '?';
}

/** Each vendor's way to show who is asking, and Cartesia's version. */
function badAuthorization({ vendor, headers }: HttpMessage): string | null {
  const scheme = {
    twilio: /^Basic \S+$/,
    deepgram: /^(Token|Bearer) \S+$/,
    openai: /^Bearer \S+$/,
    cartesia: /^Bearer \S+$/,
  };
  if (!scheme[vendor].test(String(headers['authorization'] ?? '')))
    return 'authorization is missing or of another kind';
  if (vendor === 'cartesia' && !/^\d{4}-\d\d-\d\d$/.test(String(headers['cartesia-version'] ?? '')))
    return 'no cartesia-version';
  return null;
}

/** Method and path without what names one account, call, model or voice. */
function routeOf({ method, url }: HttpMessage): string {
  const path = url
    .split('?')[0]
    .replace(/^\/2010-04-01\/Accounts\/AC[0-9a-zA-Z]{32}/, '/')
    .replace(/^\/\/+/, '/')
    .replace(/CA[0-9a-f]{32}/g, '{CA}')
    .replace(/RE[0-9a-f]{32}/g, '{RE}')
    .replace(/^\/v1(\/chat|\/models)/, '$1')
    .replace(/\/models\/.+/, '/models/{model}')
    .replace(/\/voices\/.+/, '/voices/{id}');
  return `${method} ${path}`;
}

function contentType({ headers }: HttpMessage): string {
  return String(headers['content-type'] ?? '');
}

function isJson(message: HttpMessage): boolean {
  return /^application\/json\b/.test(contentType(message));
}

function queryOf(url: string): string {
  return url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
}

/** A form as an object; a name that comes again has a list. */
function formOf(text: string): Record<string, string | string[]> {
  const params = new URLSearchParams(text);
  const names = [...new Set(params.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = params.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return NO_JSON;
  }
}
