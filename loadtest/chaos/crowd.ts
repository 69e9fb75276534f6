// All callers of a chaos run or a soak, on the simulated Twilio: keeps as many on the line as it is told, tells what each of
// them went through, and does what happens to lines and telephones. Commands come from crowd_process.ts.

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { nowMs } from '../../src/clock.js';
import { clipOf } from '../fleet/lines.js';
import { seededRandom } from '../simulators/latency.js';
import type { AudioClip } from '../simulators/twilio/audio_clip.js';
import type { OutboundAnswer } from '../simulators/twilio/dialler.js';
import type { SimulatedCall } from '../simulators/twilio/simulated_call.js';
import { TwilioSimulator } from '../simulators/twilio/simulator.js';
import type { CallLog } from './call_log.js';
import type { Churn, CrowdCommand } from './crowd_messages.js';
import { PatientCaller } from './patient_caller.js';

const PLACING_PERIOD_MS = 20;
const THINK_MS = [500, 2500] as const;
/** The first questions of many who ring together are spread, or their answers would come all at once. */
const FIRST_THINK_MS = [300, 6000] as const;
/** Ended calls are told of for this long, then forgotten. */
const KEPT_MS = 240_000;
/** Of the people whom the server calls: busy, or not at home. */
const UNANSWERED_SHARE = 0.3;
const CALLEE_STAYS_MS = 8000;
/** What README tells to put behind a number's fallback URL, for the time in which no server answers. */
const BIN =
  '<Response><Say>One moment, please.</Say><Pause length="4"/><Redirect method="POST">URL</Redirect></Response>';

interface Member {
  call: SimulatedCall;
  caller: PatientCaller;
  placedMs: number;
  endedMs: number | null;
}

export class Crowd {
  readonly #members = new Set<Member>();
  readonly #random: () => number;
  #serverUrl = '';
  #target = 0;
  #ratePerS = 0;
  #credit = 0;
  #creditMs = 0;
  #placing: NodeJS.Timeout | null = null;
  placed = 0;

  private constructor(
    readonly twilio: TwilioSimulator,
    readonly clips: readonly AudioClip[],
    readonly churn: Churn | null,
    seed: number,
    readonly bin: http.Server,
  ) {
    this.#random = seededRandom(seed);
  }

  static async start(setup: CrowdCommand & { kind: 'setup' }, clips: readonly AudioClip[]): Promise<Crowd> {
    const { accountSid, authToken, seed, churn } = setup;
    const twilio = await TwilioSimulator.start({ accountSid, authToken, cps: 20, finishedCallsMax: 50 });
    const bin = http.createServer((_, response) => {
      response.setHeader('content-type', 'text/xml');
      response.end(BIN.replace('URL', `${crowd.#serverUrl}/twilio/connect-action`));
    });
    await new Promise<void>((resolve) => bin.listen(0, '127.0.0.1', resolve));
    const crowd = new Crowd(twilio, clips, churn, seed, bin);
    twilio.onOutbound((call) => crowd.#callee(call));
    return crowd;
  }

  set serverUrl(url: string) {
    this.#serverUrl = this.twilio.serverUrl = url;
  }

  setTarget(calls: number, ratePerS: number): void {
    this.#target = calls;
    this.#ratePerS = ratePerS;
    this.#creditMs = nowMs();
    this.#placing ??= setInterval(() => this.#place(), PLACING_PERIOD_MS);
  }

  /** Calls not over, and those of them with a stream. */
  get live(): number {
    return this.#liveMembers.length;
  }
  get up(): number {
    return this.#liveMembers.filter(({ call }) => call.stream !== null).length;
  }

  hangUp(calls: number | null, overMs: number): string[] {
    const now = nowMs();
    const leaving = this.#liveMembers.filter(({ call }) => call.stream !== null).slice(0, calls ?? undefined);
    for (const { caller } of leaving) caller.hangUpAt(now + this.#random() * overMs);
    // Whoever has no stream has no beat either.
    if (calls === null) for (const { call } of this.#liveMembers) if (call.stream === null) call.hangup();
    return leaving.map(({ call }) => call.sid);
  }

  cut(every: number): string[] {
    return this.#each(every, (call) => call.stream?.client.cut());
  }

  inject(every: number, messages: readonly (string | { binary: string })[]): string[] {
    return this.#each(every, (call) => {
      for (const message of messages)
        call.stream?.client.inject(typeof message === 'string' ? message : Buffer.from(message.binary, 'base64'));
    });
  }

  logs(sinceMs: number): CallLog[] {
    const kept = [...this.#members].filter(({ endedMs }) => endedMs === null || endedMs >= sinceMs);
    return kept.map((member) => logOf(member, sinceMs));
  }

  async close(): Promise<void> {
    if (this.#placing) clearInterval(this.#placing);
    this.bin.close();
    await this.twilio.close();
  }

  get #liveMembers(): Member[] {
    return [...this.#members].filter(({ endedMs }) => endedMs === null);
  }

  #each(every: number, act: (call: SimulatedCall) => void): string[] {
    const chosen = this.#liveMembers.filter(({ call }, i) => i % every === 0 && call.stream !== null);
    for (const { call } of chosen) act(call);
    return chosen.map(({ call }) => call.sid);
  }

  #place(): void {
    const now = nowMs();
    this.#credit = Math.min(2, this.#credit + ((now - this.#creditMs) * this.#ratePerS) / 1000);
    this.#creditMs = now;
    for (const member of this.#members)
      if (member.endedMs !== null && now - member.endedMs > KEPT_MS) this.#members.delete(member);
    while (this.#credit >= 1 && this.live < this.#target) {
      this.#credit--;
      this.#placeOne();
    }
  }

  #placeOne(): void {
    const { port } = this.bin.address() as AddressInfo;
    const from = `+1415555${String(this.placed++ % 10_000).padStart(4, '0')}`;
    if (this.churn && this.#random() < this.churn.refusedShare)
      this.twilio.fail('handshake_refused', { times: 1, callSid: from });
    const caller: PatientCaller = this.#caller(() => call.sid);
    const call: SimulatedCall = this.twilio.placeCall({
      from,
      to: '+14155550100',
      webhookUrl: `${this.#serverUrl}/`,
      fallbackUrl: `http://127.0.0.1:${port}/`,
      statusCallback: `${this.#serverUrl}/twilio/status`,
      caller: [],
      talker: caller,
      keepAudio: false,
      seed: this.placed,
    });
    this.#join(call, caller);
  }

  #callee(call: SimulatedCall): OutboundAnswer {
    const luck = this.#random();
    if (luck < UNANSWERED_SHARE) return luck < UNANSWERED_SHARE / 2 ? 'busy' : 'no-answer';
    const caller = this.#caller(() => call.sid);
    // Who was called does not stay: the crowd is those who ring.
    call.on('streamStarted', () => caller.hangUpAt(nowMs() + CALLEE_STAYS_MS));
    this.#join(call, caller);
    return { script: [], talker: caller, keepAudio: false };
  }

  /** What is said is what the simulated recogniser expects of this call. */
  #caller(callSid: () => string): PatientCaller {
    const { churn } = this;
    const number = this.placed;
    const [from, to] = churn?.staysS ?? [0, 0];
    const random = seededRandom(number);
    const between = ([low, high]: readonly [number, number]): number => low + (high - low) * random();
    return new PatientCaller({
      clip: (n) => this.clips[clipOf(callSid(), n, this.clips.length)],
      thinkMs: (n) => (n === 0 ? FIRST_THINK_MS[0] + ((number * 997) % FIRST_THINK_MS[1]) : between(THINK_MS)),
      staysMs: churn ? 1000 * (from + (to - from) * this.#random()) : null,
      mute: churn !== null && this.#random() < churn.muteShare,
    });
  }

  #join(call: SimulatedCall, caller: PatientCaller): void {
    const member: Member = { call, caller, placedMs: nowMs(), endedMs: null };
    this.#members.add(member);
    if (this.churn && this.#random() < this.churn.cutShare)
      setTimeout(() => call.stream?.client.cut(), 1000 * this.churn.staysS[1] * this.#random()).unref();
    void call.ended.then(() => {
      member.endedMs = nowMs();
    });
  }
}

function logOf({ call, caller, placedMs, endedMs }: Member, sinceMs: number): CallLog {
  // Server and simulators share a clock; Twilio's own sentences carry the wall's time.
  const wallMs = Date.now() - nowMs();
  const streams = call.streams.filter(({ client }) => client.startedAtMs > 0);
  return {
    callSid: call.sid,
    placedMs,
    endedMs,
    endedBy: call.state.endedBy,
    streams: streams.map((stream) => ({
      startedMs: stream.client.startedAtMs,
      endedMs: stream.endedAtMs,
      voicedMs: stream.client.playout.segments.find(({ voicedAtMs }) => voicedAtMs !== null)?.voicedAtMs ?? null,
      unheardMs: stream.client.playout.unheardBytes / 8,
    })),
    questions: caller.questions.filter(({ endMs }) => endMs >= sinceMs - 20_000),
    holes: streams.flatMap(({ client }) =>
      client.playout.gaps
        .filter(({ underrun, atMs }) => underrun && atMs >= sinceMs)
        .map(({ atMs, gapMs }) => ({ atMs, gapMs })),
    ),
    spokenMs: call.spokenAt.map((at) => at - wallMs),
  };
}
