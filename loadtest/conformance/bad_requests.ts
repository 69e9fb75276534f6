// Requests that the vendors refuse, tried on the simulators: what is taken here and refused there would pass every test
// and fail with the first real call. Everything a setting, an agent file or an API field of ours can bring about is
// among them. Each list begins with a good request, which must be taken.

import { WebSocket } from 'ws';
import type { Vendor } from './exchange.js';

export interface Reply {
  taken: boolean;
  /** Status and body, or what came over the socket. */
  text: string;
}

export interface BadRequest {
  vendor: Vendor;
  what: string;
  /** Part of the vendor's refusal; null = it takes the request. */
  refusal: RegExp | null;
  ask(): Promise<Reply>;
}

/** What came out of one: null = as the vendor would. */
export interface Deviation {
  vendor: Vendor;
  request: string;
  /** `lenient` takes what the vendor refuses, `stricter` the reverse, `other` refuses with another code. */
  kind: 'lenient' | 'stricter' | 'other';
  wanted: string;
  got: string;
}

type Row = readonly [what: string, change: Record<string, unknown>, refusal: RegExp | null];
/** What the simulators' account is: SimulatorSet.environment. */
export type Account = Readonly<Record<string, string>>;

const ANSWER_MS = 5000;
const TEXT_MAX = 160;
const LONG_TERMS = Array.from({ length: 60 }, (_, i) => `peculiar terminology number ${i} abcdefgh`);
const OTHER_VOICE = '00000000-0000-4000-8000-000000000000';

export const DEEPGRAM_ROWS: readonly Row[] = [
  ['what we send', { language: 'en', keyterm: ['Ada', 'Bright Teeth'], tag: 'CA1' }, null],
  ['a model that never was', { model: 'nova-9' }, /^400.*No such model/],
  ['a Flux model at v1', { model: 'flux-general-en' }, /^400/],
  ['a language that is none', { language: 'xx' }, /^400.*No such model/],
  ['a language of another model', { model: 'nova-3-medical', language: 'fi' }, /^400.*No such model/],
  ['key terms of more than 500 tokens', { keyterm: LONG_TERMS }, /^400.*[Kk]eyterm/],
  ['keywords for nova-3', { keywords: 'Ada:2' }, /^400/],
  ['an encoding that is none', { encoding: 'mp3' }, /^400/],
  ['endpointing below nothing', { endpointing: '-5' }, /^400/],
  ['a flag that is neither true nor false', { smart_format: 'maybe' }, /^400/],
  ['redaction of an unknown kind', { redact: 'names' }, /^400/],
  ['a wrong key', { Authorization: 'Token nope' }, /^401.*INVALID_AUTH/],
];

export const OPENAI_ROWS: readonly Row[] = [
  ['what we send', { stream: true, stream_options: { include_usage: true } }, null],
  ['a model that never was', { model: 'gpt-nonsense' }, /^404.*model_not_found/],
  ['a model that was shut down', { model: 'gpt-3.5-turbo' }, /^404.*deprecated/],
  ['max_tokens for a reasoning model', { model: 'gpt-6-luna', max_tokens: 220 }, /^400.*unsupported_parameter/],
  ['max_tokens for gpt-5', { model: 'gpt-5-mini', max_tokens: 220 }, /^400.*unsupported_parameter/],
  ['temperature while it reasons', { model: 'gpt-6-luna', temperature: 0.4 }, /^400.*unsupported_value/],
  ['temperature for gpt-5', { model: 'gpt-5-mini', temperature: 0.4 }, /^400.*unsupported_value/],
  ['an effort for a model that has none', { reasoning_effort: 'low' }, /^400.*reasoning_effort/],
  ['an effort that is none', { model: 'gpt-6-luna', reasoning_effort: 'extreme' }, /^400.*invalid_value/],
  ['an effort of another family', { model: 'gpt-5-mini', reasoning_effort: 'none' }, /^400.*unsupported_value/],
  ['a verbosity that is none', { model: 'gpt-6-luna', verbosity: 'huge' }, /^400.*invalid_value/],
  ['a tier that is none', { service_tier: 'gold' }, /^400.*service_tier/],
  ['temperature 3', { temperature: 3 }, /^400.*temperature/],
  ['more tokens than the model has', { max_completion_tokens: 1_000_000 }, /^400.*max_completion_tokens/],
  ['no messages', { messages: [] }, /^400.*messages/],
  ['an identifier that is too long', { safety_identifier: 'x'.repeat(65) }, /^400.*safety_identifier/],
  ['a field that is none', { foo: 1 }, /^400.*foo/],
  ['a tool without a name', { tools: [{ type: 'function', function: {} }] }, /^400.*tools/],
  ['tools while it reasons', { model: 'gpt-6-luna', tools: [{ type: 'function', function: { name: 'a' } }] }, /^400/],
  ['a wrong key', { Authorization: 'Bearer sk-no' }, /^401.*invalid_api_key/],
];

export const CARTESIA_ROWS: readonly Row[] = [
  ['what we send', { add_timestamps: true, max_buffer_delay_ms: 0 }, null],
  ['a model that never was', { model_id: 'sonic-99' }, /404.*model_not_found/],
  ['a discontinued model', { model_id: 'sonic-2' }, /404.*model_not_found/],
  ['a voice that is no id', { voice: 'bob' }, /404.*voice_not_found/],
  ['a voice of nobody', { voice: OTHER_VOICE }, /404.*voice_not_found/],
  ['a language that is none', { language: 'xx' }, /400.*language/],
  ['a language with its region', { language: 'pt-BR' }, /400.*language/],
  ['language and locale', { locale: 'en-GB' }, /400/],
  ['a rate that is none', { output_format: { container: 'raw', encoding: 'pcm_mulaw', sample_rate: 12_345 } }, /400/],
  ['a delay of a minute', { max_buffer_delay_ms: 60_000 }, /400/],
  ['a speed out of range', { generation_config: { speed: 9 } }, /400/],
  ['no context', { context_id: undefined }, /400/],
  ['a wrong key', { Authorization: 'Bearer no' }, /401.*unauthorized/],
  ['a version that never was', { 'Cartesia-Version': '2026-99-99' }, /400/],
];

export const TWILIO_ROWS: readonly Row[] = [
  [
    'what we send',
    { StatusCallbackEvent: ['initiated', 'completed'], Timeout: '60', MachineDetection: 'Enable' },
    null,
  ],
  ['a number that is not ours', { From: '+14155552671' }, /^400.*21210/],
  ['a From that is no number', { From: 'abc' }, /^400.*21212/],
  ['a To that is no number', { To: '020 7183 8750' }, /^400.*21211/],
  ['a number that does not exist', { To: '+15005550001' }, /^400.*21217/],
  ['no From', { From: undefined }, /^400.*21213/],
  ['no document', { Url: undefined }, /^400.*21205/],
  ['a host name with an underscore', { Url: 'http://my_host.example.com/x' }, /^400.*21205/],
  ['a callback to such a host', { StatusCallback: 'http://my_host.example.com/x' }, /^400.*21609/],
  ['an event that is none', { StatusCallbackEvent: 'foo' }, /^400.*21626/],
  ['ringing longer than ten minutes', { Timeout: '601' }, /^400.*21208/],
  ['a time limit below nothing', { TimeLimit: '-1' }, /^400/],
  ['detection that is none', { MachineDetection: 'Maybe' }, /^400.*21234/],
  ['a method that is none', { Method: 'PUT' }, /^400.*21209/],
  ['TwiML that is too long', { Url: undefined, Twiml: `<Response><Say>${'a'.repeat(4001)}</Say></Response>` }, /^400/],
  ['a wrong token', { Authorization: 'Basic bm86bm8=' }, /^401.*20003/],
];

/** All of them, for the simulators of this account. */
export function badRequests(account: Account): BadRequest[] {
  const table = (vendor: Vendor, rows: readonly Row[], ask: (change: Row[1]) => Promise<Reply>): BadRequest[] =>
    rows.map(([what, change, refusal]) => ({ vendor, what, refusal, ask: () => ask(change) }));
  return [
    ...table('deepgram', DEEPGRAM_ROWS, (change) => listen(account, change)),
    ...table('openai', OPENAI_ROWS, (change) => complete(account, change)),
    ...table('cartesia', CARTESIA_ROWS, (change) => speak(account, change)),
    ...table('twilio', TWILIO_ROWS, (change) => dial(account, change)),
    {
      vendor: 'openai',
      what: 'GET /models/gpt-nonsense',
      refusal: /^404.*model_not_found/,
      ask: () =>
        http(`${account['OPENAI_BASE_URL']}/models/gpt-nonsense`, {
          headers: { authorization: `Bearer ${account['OPENAI_API_KEY']}` },
        }),
    },
    {
      vendor: 'cartesia',
      what: 'GET /voices/bob',
      refusal: /^404.*voice_not_found/,
      ask: () => http(`${account['CARTESIA_BASE_URL']}/voices/bob`, { headers: cartesiaHeaders(account, {}) }),
    },
  ];
}

/** Tries them, a few at a time. */
export async function tryAll(requests: readonly BadRequest[]): Promise<Deviation[]> {
  const found: Deviation[] = [];
  const left = [...requests];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      const deviation = deviationOf(next, await next.ask());
      if (deviation) found.push(deviation);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return found;
}

export function deviationOf({ vendor, what, refusal }: BadRequest, reply: Reply): Deviation | null {
  const as = (kind: Deviation['kind']): Deviation => ({
    vendor,
    request: what,
    kind,
    wanted: refusal === null ? 'taken' : `refused: ${refusal.source}`,
    got: reply.text.slice(0, TEXT_MAX),
  });
  if (refusal === null) return reply.taken ? null : as('stricter');
  if (reply.taken) return as('lenient');
  return refusal.test(reply.text) ? null : as('other');
}

/** Header names, which are written with a capital, apart from the parameters of the request. */
function headersIn(change: Row[1]): Record<string, string> {
  return Object.fromEntries(
    ['Authorization', 'Cartesia-Version'].flatMap((name) =>
      name in change ? [[name.toLowerCase(), String(change[name])]] : [],
    ),
  );
}

function parametersIn(change: Row[1]): [string, unknown][] {
  return Object.entries(change).filter(([name]) => !/^(Authorization|Cartesia-Version)$/.test(name));
}

async function http(url: string, init: RequestInit): Promise<Reply> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_MS) });
  return { taken: answer.ok, text: `${answer.status} ${await answer.text()}` };
}

/** Opens a socket; `act` says what to do once it is open, the reply comes from the handshake or the first message. */
function socket(url: string, headers: Record<string, string>, act: ((ws: WebSocket) => void) | null): Promise<Reply> {
  return new Promise((resolve) => {
    const ws = new WebSocket(url, { headers, perMessageDeflate: false });
    const done = (reply: Reply): void => {
      clearTimeout(timer);
      ws.terminate();
      resolve(reply);
    };
    const timer = setTimeout(() => done({ taken: false, text: 'no answer' }), ANSWER_MS);
    ws.on('error', () => {});
    ws.on('unexpected-response', (_request, answer) => {
      let body = '';
      answer.on('data', (part) => {
        body += String(part);
      });
      answer.on('end', () => done({ taken: false, text: `${answer.statusCode} ${body}` }));
    });
    ws.on('close', (code, reason) => done({ taken: false, text: `closed ${code} ${String(reason)}` }));
    ws.on('message', (data) => {
      const message = JSON.parse(String(data)) as { type?: string };
      done({ taken: message.type !== 'error', text: String(data) });
    });
    ws.on('open', () => {
      if (act) act(ws);
      else done({ taken: true, text: '101' });
    });
  });
}

function listen(account: Account, change: Row[1]): Promise<Reply> {
  const query = new URLSearchParams();
  const good = { model: 'nova-3', encoding: 'mulaw', sample_rate: '8000' };
  for (const [name, value] of Object.entries({ ...good, ...Object.fromEntries(parametersIn(change)) }))
    for (const each of [value].flat()) query.append(name, String(each));
  const base = String(account['DEEPGRAM_BASE_URL']).replace(/^http/, 'ws');
  const headers = { authorization: `Token ${account['DEEPGRAM_API_KEY']}`, ...headersIn(change) };
  return socket(`${base}/v1/listen?${query}`, headers, null);
}

function complete(account: Account, change: Row[1]): Promise<Reply> {
  const good = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello.' }] };
  return http(`${account['OPENAI_BASE_URL']}/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${account['OPENAI_API_KEY']}`,
      'content-type': 'application/json',
      ...headersIn(change),
    },
    body: JSON.stringify({ ...good, ...Object.fromEntries(parametersIn(change)) }),
  });
}

function cartesiaHeaders(account: Account, change: Row[1]): Record<string, string> {
  return {
    authorization: `Bearer ${account['CARTESIA_API_KEY']}`,
    'cartesia-version': '2026-08-14',
    ...headersIn(change),
  };
}

function speak(account: Account, change: Row[1]): Promise<Reply> {
  const good = {
    context_id: 'tried',
    model_id: 'sonic-3',
    voice: account['CARTESIA_VOICE_ID'],
    language: 'en',
    output_format: { container: 'raw', encoding: 'pcm_mulaw', sample_rate: 8000 },
    transcript: 'Hello there.',
    continue: false,
  };
  const base = String(account['CARTESIA_BASE_URL']).replace(/^http/, 'ws');
  return socket(`${base}/tts/websocket`, cartesiaHeaders(account, change), (ws) =>
    ws.send(JSON.stringify({ ...good, ...Object.fromEntries(parametersIn(change)) })),
  );
}

function dial(account: Account, change: Row[1]): Promise<Reply> {
  const sid = String(account['TWILIO_ACCOUNT_SID']);
  const good = { To: '+442071838750', From: account['TWILIO_PHONE_NUMBER'], Url: 'http://127.0.0.1:9/nothing' };
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...good, ...Object.fromEntries(parametersIn(change)) }))
    if (value !== undefined) for (const each of [value].flat()) form.append(name, String(each));
  const basic = Buffer.from(`${sid}:${account['TWILIO_AUTH_TOKEN']}`).toString('base64');
  return http(`${account['TWILIO_BASE_URL']}/2010-04-01/Accounts/${sid}/Calls.json`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}`, ...headersIn(change) },
    body: form,
  });
}
