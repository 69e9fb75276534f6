// The control surface over HTTP, for people and test programs in other processes: place a call, see what became of it,
// listen to what the caller heard, break things. Same conventions as the other simulators (../control.ts), plus paths
// with a CallSid.

import { answerControl } from '../control.js';
import type { CallerScript, CallerStep } from './caller.js';
import { TWILIO_FAILURES, type TwilioFailure } from './failure_modes.js';
import type { ControlReply } from './http_front.js';
import { CLEAN_NETWORK, type NetworkProfile, POOR_NETWORK } from './network_profile.js';
import type { PlaceCallOptions, TwilioSimulator } from './simulator.js';
import { wavHeader16 } from './wav_download.js';

/** Makes speech from words, so that a script may say text. 16-bit samples at 8 kHz. */
export type Speaker = (text: string) => Promise<Int16Array>;

const CALL_PATH = /^\/_sim\/calls\/(CA[0-9a-f]{32})(\/heard\.wav)?$/;

/** Answers a request below /_sim. What is wrong with a request comes back as 400 `{detail}`; never rejects. */
export async function answerTwilioControl(
  simulator: TwilioSimulator,
  speak: Speaker | null,
  method: string,
  path: string,
  query: URLSearchParams,
  body: string,
): Promise<ControlReply> {
  try {
    if (path === '/_sim/calls') {
      if (method === 'GET') return json(200, [...simulator.calls.values()].map(summary));
      const call = simulator.placeCall(await readPlaceCall(JSON.parse(body), speak));
      return json(201, query.has('wait') ? await call.ended : { callSid: call.sid });
    }
    const found = CALL_PATH.exec(path);
    if (found) return callReply(simulator, found[1], found[2] !== undefined, method);
    if (path === '/_sim/outbound') {
      const answer = JSON.parse(body) as Record<string, unknown>;
      if (Array.isArray(answer['script'])) answer['script'] = await readScript(answer['script'], speak);
      simulator.onOutbound(() => answer);
      return json(200, { ok: true });
    }
    const answer = answerControl(handlers(simulator), path, body);
    return { status: answer.status, type: 'application/json', body: answer.body };
  } catch (error) {
    return json(400, { detail: error instanceof Error ? error.message : String(error) });
  }
}

function callReply(simulator: TwilioSimulator, sid: string, heard: boolean, method: string): ControlReply {
  const call = simulator.calls.get(sid);
  if (!call) return json(404, { detail: 'no such call' });
  if (method === 'DELETE') {
    call.hangup();
    return json(200, { ok: true });
  }
  if (!heard) return json(200, call.report());
  const samples = call.heardAudio();
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return { status: 200, type: 'audio/wav', body: Buffer.concat([wavHeader16(bytes.length), bytes]) };
}

function handlers(simulator: TwilioSimulator) {
  return {
    fail: (body: Record<string, unknown>) => {
      const { mode, ...options } = body;
      if (mode === undefined) return { modes: TWILIO_FAILURES, struck: simulator.failures.struck };
      simulator.fail(mode as TwilioFailure, options);
      return undefined;
    },
    heal: (body: Record<string, unknown>) => simulator.heal(body['mode'] as TwilioFailure | undefined),
    stats: () => simulator.stats,
  };
}

function summary(call: { sid: string; state: { status: string; identity: object; durationS: number } }) {
  return { callSid: call.sid, status: call.state.status, durationS: call.state.durationS, ...call.state.identity };
}

async function readPlaceCall(body: Record<string, unknown>, speak: Speaker | null): Promise<PlaceCallOptions> {
  for (const name of ['from', 'to', 'webhookUrl']) {
    if (typeof body[name] !== 'string') throw new RangeError(`${name}: a string is needed`);
  }
  if (!URL.canParse(String(body['webhookUrl']))) throw new RangeError('webhookUrl: not a URL');
  const script = body['caller'] ?? [];
  if (!Array.isArray(script)) throw new RangeError('caller: a list of steps is needed');
  return {
    ...(body as unknown as PlaceCallOptions),
    caller: await readScript(script, speak),
    network: readNetwork(body['network']),
    background: undefined,
  };
}

/** `clean`, `poor`, or a profile whose missing fields are those of a clean line. */
function readNetwork(value: unknown): NetworkProfile {
  if (value === undefined || value === 'clean') return CLEAN_NETWORK;
  if (value === 'poor') return POOR_NETWORK;
  if (typeof value !== 'object' || value === null) throw new RangeError('network: clean, poor or a profile');
  return { ...CLEAN_NETWORK, ...value };
}

/** Steps as in caller.ts, but `say` is a text (needs a speaker) or `{"mulawBase64": …}`. */
async function readScript(steps: readonly unknown[], speak: Speaker | null): Promise<CallerScript> {
  return Promise.all(
    steps.map(async (step): Promise<CallerStep> => {
      if (typeof step !== 'object' || step === null) throw new RangeError('a step must be an object');
      if (!('say' in step)) return step as CallerStep;
      const said: unknown = step.say;
      if (typeof said === 'string') {
        if (!speak) throw new RangeError('this simulator has no voice: give {"say": {"mulawBase64": …}}');
        return { ...step, say: await speak(said), text: said } as CallerStep;
      }
      const base64 = (said as { mulawBase64?: unknown } | null)?.mulawBase64;
      if (typeof base64 !== 'string') throw new RangeError('say: a text or {"mulawBase64": …}');
      return { ...step, say: new Uint8Array(Buffer.from(base64, 'base64')) } as CallerStep;
    }),
  );
}

function json(status: number, body: unknown): ControlReply {
  return { status, type: 'application/json', body: JSON.stringify(body) };
}
