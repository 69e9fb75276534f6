// One caller of the fleet: rings the server up, listens to the greeting, then speaks, waits for the answer and its end,
// thinks, and speaks again until told to hang up; sometimes it cuts the agent off. It notes when its voice ended and when
// the answer was there. The stream itself is simulators/twilio/media_client.ts; how many callers there are is fleet.ts.

import { nowMs } from '../../src/clock.js';
import { seededRandom } from '../simulators/latency.js';
import { type AudioClip, FRAME_MS } from '../simulators/twilio/audio_clip.js';
import { CallState } from '../simulators/twilio/call_state.js';
import { sid } from '../simulators/twilio/call_stream.js';
import type { CallerClock } from '../simulators/twilio/caller_clock.js';
import { routeTo } from '../simulators/twilio/dial_route.js';
import { MediaClient, type MediaClientHandler, type StreamClose } from '../simulators/twilio/media_client.js';
import type { NetworkProfile } from '../simulators/twilio/network_profile.js';
import { signUrl } from '../simulators/twilio/signer.js';
import { parseTwiml, type Verb } from '../simulators/twilio/twiml.js';
import type { WebhookClient } from '../simulators/twilio/webhook_client.js';
import type { HandshakeError } from '../simulators/twilio/ws_client.js';
import type { CallerHabits, CallFailure, FailureReason, GapRow, TurnRow } from './fleet_messages.js';
import { clipOf } from './lines.js';

/** The same frames go to every call unmasked by a zero key: legal on the wire (RFC 6455 5.3), and free. */
const ZERO_MASK = new Uint8Array(4);
const GREETING_TIMEOUT_MS = 15_000;
/** Turns in a row without an answer after which a caller gives up. */
const UNANSWERED_MAX = 3;
/** A reply with less than this to play is not cut off any more. */
const REPLY_LEFT_MS_MIN = 300;

export interface CallerServices {
  serverUrl: string;
  authToken: string;
  accountSid: string;
  webhooks: WebhookClient;
  clock: CallerClock;
  clips: readonly AudioClip[];
  habits: CallerHabits;
  network: NetworkProfile;
}

export interface FleetCallerEvents {
  onWebhook(tookMs: number): void;
  onUp(): void;
  onGreeted(afterMs: number): void;
  onTurn(turn: TurnRow): void;
  onUnanswered(): void;
  onGap(gap: GapRow): void;
  /** The call is over; `failure` null = it ended as the caller wanted. */
  onOver(caller: FleetCaller, failure: CallFailure | null): void;
}

type Mood = 'connecting' | 'greeting' | 'thinking' | 'speaking' | 'awaiting' | 'listening' | 'leaving' | 'over';

export class FleetCaller implements MediaClientHandler {
  readonly callSid = sid('CA');
  readonly state: CallState;
  client: MediaClient | null = null;
  mood: Mood = 'connecting';
  /** The greeting began; it is over. */
  greeted = false;
  talking = false;
  readonly #services: CallerServices;
  readonly #events: FleetCallerEvents;
  readonly #random: () => number;
  #moodSinceMs = 0;
  #untilMs = 0;
  #hangUpMs = Number.POSITIVE_INFINITY;
  #utterances = 0;
  #unansweredInRow = 0;
  #turn: TurnRow | null = null;
  #bargeIn = false;
  #action: string | null = null;
  #settled = { segments: 0, bytes: 0, gaps: 0, gapMs: 0, longGaps: 0 };

  constructor(services: CallerServices, events: FleetCallerEvents, seed: number) {
    this.#services = services;
    this.#events = events;
    this.#random = seededRandom(seed);
    const identity = {
      sid: this.callSid,
      accountSid: services.accountSid,
      direction: 'inbound' as const,
      from: `+1415555${String(seed % 10_000).padStart(4, '0')}`,
      to: '+14155550100',
    };
    this.state = new CallState(identity, 'ringing', Date.now());
  }

  /** Rings. Never rejects: what goes wrong ends the call with a failure. */
  async begin(): Promise<void> {
    const { webhooks, serverUrl } = this.#services;
    try {
      const answer = await webhooks.send(`${serverUrl}/`, this.state.webhookFields());
      this.#events.onWebhook(answer.tookMs);
      if (this.mood === 'over') return;
      if (answer.status !== 200) return this.#fail('webhook', `HTTP ${answer.status}`);
      const { verbs } = parseTwiml(answer.body);
      const connect = verbs.find((verb): verb is Verb & { verb: 'Connect' } => verb.verb === 'Connect');
      if (!connect) return this.#fail('refused_busy', verbs.map((verb) => verb.verb).join(' '));
      this.#action = connect.action;
      this.state.move('in-progress', Date.now());
      this.#open(connect.stream.url, connect.stream.parameters);
    } catch (error) {
      this.#fail('webhook', error instanceof Error ? error.message : String(error));
    }
  }

  /** Hangs up at `atMs`, whatever is being said then. */
  hangUpAt(atMs: number): void {
    this.#hangUpMs = Math.min(this.#hangUpMs, atMs);
    if (this.client === null && this.mood !== 'over') this.#over(null);
  }

  /** Agent audio so far in mu-law bytes, and how long its holes were together. Looks only at what is new. */
  heard(): { bytes: number; gapMs: number; longGaps: number } {
    const settled = this.#settled;
    if (!this.client) return settled;
    const { segments, gaps } = this.client.playout;
    // The last segment still grows, or is cut by a clear.
    for (; settled.segments < segments.length - 1; settled.segments++)
      settled.bytes += segments[settled.segments].bytes;
    for (; settled.gaps < gaps.length; settled.gaps++) {
      const { underrun, atMs, gapMs } = gaps[settled.gaps];
      if (!underrun) continue;
      this.#events.onGap({ callSid: this.callSid, atMs, gapMs });
      settled.gapMs += gapMs;
      if (gapMs >= FRAME_MS) settled.longGaps++;
    }
    const { gapMs, longGaps } = settled;
    return { bytes: settled.bytes + (segments[settled.segments]?.bytes ?? 0), gapMs, longGaps };
  }

  onStarted(now: number): void {
    const { callSeconds } = this.#services.habits;
    if (callSeconds) this.hangUpAt(now + 1000 * this.#between(callSeconds));
    this.#enter('greeting', now);
    this.#events.onUp();
  }

  onTick(now: number): void {
    if (now >= this.#hangUpMs) return this.#leave(now);
    const client = this.client!;
    const { playout } = client;
    const { habits } = this.#services;
    switch (this.mood) {
      case 'greeting':
        if (!this.greeted) {
          const first = playout.segments[0]?.voicedAtMs ?? null;
          if (first !== null) {
            this.greeted = true;
            this.#events.onGreeted(first - client.startedAtMs);
          } else if (now - this.#moodSinceMs > GREETING_TIMEOUT_MS) this.#fail('no_greeting', '');
        } else if (this.#agentIsSilent(now)) {
          this.talking = true;
          this.#think(now, this.#services.habits.firstThinkMs);
        }
        break;
      case 'thinking':
        if (now >= this.#untilMs) this.#speak(now, false);
        break;
      case 'awaiting': {
        const answerMs = this.#answerMs();
        if (answerMs !== null) this.#answered(answerMs, now);
        else if (now - this.#moodSinceMs > habits.patienceMs) this.#unanswered(now);
        break;
      }
      case 'listening':
        if (this.#agentIsSilent(now)) this.#think(now);
        else if (this.#bargeIn && now >= this.#untilMs && this.#agentGoesOn(now)) this.#speak(now, true);
        break;
    }
  }

  onSaid(_clip: AudioClip, now: number): void {
    const turn = this.#turn;
    if (!turn || this.mood !== 'speaking') return;
    const client = this.client!;
    const utterance = client.utterances[client.utterances.length - 1];
    turn.voiceStartMs = client.startedAtMs + utterance.startMs;
    turn.voiceEndMs = now;
    turn.bargeIn = utterance.bargeIn;
    turn.talkedOverMs = this.#talkedOverMs(turn.voiceStartMs);
    // The last frame is counted when it has left, just after this: until then the count is its number.
    turn.endFrame = client.framesSent + client.framesLost + client.framesDiscarded;
    this.#enter('awaiting', now);
  }

  onAgentAudio(): void {}

  onMarkEchoed(): void {}

  onCleared(now: number): void {
    if (this.#turn?.clearMs === null) this.#turn.clearMs = now;
  }

  onRefused(error: HandshakeError): void {
    this.#fail('handshake', `${error.code} ${error.message}`);
  }

  onClosed(close: StreamClose): void {
    if (this.mood === 'leaving') return this.#over(null);
    const reason = close.by === 'server' ? 'closed_by_server' : 'connection_lost';
    this.#fail(reason, `${close.code} ${close.reason}`.trim());
  }

  #open(url: string, parameters: Record<string, string>): void {
    const { authToken, accountSid, clock, network, serverUrl } = this.#services;
    const route = routeTo(url, serverUrl);
    const headers: [string, string][] = [
      ...route.headers,
      ['User-Agent', 'Twilio.TmeWs/1.0'],
      ['X-Twilio-Signature', signUrl(authToken, url)],
    ];
    this.client = new MediaClient(
      {
        socket: { ...route, headers, maskKey: ZERO_MASK },
        clock,
        accountSid,
        callSid: this.callSid,
        streamSid: sid('MZ'),
        customParameters: parameters,
        network,
        seed: Math.floor(this.#random() * 2 ** 31),
        keepAudio: false,
      },
      this,
    );
  }

  #speak(now: number, cutsIn: boolean): void {
    const { clips } = this.#services;
    const clip = clipOf(this.callSid, this.#utterances++, clips.length);
    this.#turn = {
      callSid: this.callSid,
      clip,
      voiceStartMs: now,
      voiceEndMs: now,
      endFrame: 0,
      answerMs: null,
      bargeIn: cutsIn,
      clearMs: null,
      talkedOverMs: 0,
      early: false,
    };
    this.client!.say(clips[clip]);
    this.#enter('speaking', now);
  }

  /** Voiced agent audio that began after this utterance did, and not in what it interrupts. */
  #answerMs(): number | null {
    const { segments } = this.client!.playout;
    const last = segments[segments.length - 1];
    return last && last.atMs > this.#turn!.voiceStartMs ? last.voicedAtMs : null;
  }

  /** How long what the agent was saying at `atMs` went on after that. */
  #talkedOverMs(atMs: number): number {
    const segment = this.client!.playout.segments.findLast((each) => each.atMs <= atMs);
    return segment ? Math.max(0, segment.atMs + segment.bytes / 8 - atMs) : 0;
  }

  #answered(answerMs: number, now: number): void {
    const turn = this.#turn!;
    turn.answerMs = answerMs;
    turn.early = answerMs < turn.voiceEndMs;
    this.#unansweredInRow = 0;
    this.#events.onTurn(turn);
    this.#turn = null;
    const { habits } = this.#services;
    this.#enter('listening', now);
    this.#bargeIn = this.#random() < habits.bargeInShare;
    this.#untilMs = now + this.#between(habits.bargeInAfterMs);
    if (habits.dtmfShare > 0 && this.#random() < habits.dtmfShare) this.client!.dtmf('5');
  }

  #unanswered(now: number): void {
    this.#events.onTurn(this.#turn!);
    this.#events.onUnanswered();
    this.#turn = null;
    if (++this.#unansweredInRow >= UNANSWERED_MAX) this.#fail('unanswered', `${UNANSWERED_MAX} turns in a row`);
    else this.#think(now);
  }

  #think(now: number, forMs = this.#services.habits.thinkMs): void {
    this.#enter('thinking', now);
    this.#untilMs = now + this.#between(forMs);
  }

  #agentIsSilent(now: number): boolean {
    const { playout } = this.client!;
    return !playout.isPlaying(now) && now - playout.emptyAtMs >= this.#services.habits.silenceMs;
  }

  /** Not on its last syllables. A server that sends nothing ahead can only be seen to speak just now. */
  #agentGoesOn(now: number): boolean {
    const { emptyAtMs, leadMsMax } = this.client!.playout;
    return emptyAtMs - now > Math.min(REPLY_LEFT_MS_MIN, leadMsMax / 2);
  }

  #leave(now: number): void {
    if (this.mood === 'leaving') return;
    this.#enter('leaving', now);
    if (this.#random() < this.#services.habits.cutShare) this.client!.cut();
    else this.client!.stop();
  }

  #fail(reason: FailureReason, detail: string): void {
    if (this.mood === 'over') return;
    const failure = { callSid: this.callSid, reason, detail, atMs: nowMs() };
    this.#enter('over', failure.atMs);
    this.client?.stop();
    this.#finish(failure);
  }

  #over(failure: CallFailure | null): void {
    if (this.mood === 'over') return;
    this.#enter('over', nowMs());
    this.#finish(failure);
  }

  #finish(failure: CallFailure | null): void {
    const { webhooks, serverUrl } = this.#services;
    this.#events.onOver(this, failure);
    if (this.state.status !== 'in-progress') return;
    this.state.move('completed', Date.now());
    // What the number's status callback hears; lost when the server is gone already.
    const fields: [string, string][] = [...this.state.webhookFields(), ['CallDuration', String(this.state.durationS)]];
    webhooks.send(`${serverUrl}/twilio/status`, fields).catch(() => {});
    if (failure?.reason === 'closed_by_server' && this.#action) {
      webhooks.send(new URL(this.#action, serverUrl).href, this.state.webhookFields()).catch(() => {});
    }
  }

  #enter(mood: Mood, now: number): void {
    this.mood = mood;
    this.#moodSinceMs = now;
  }

  #between([min, max]: readonly [number, number]): number {
    return min + (max - min) * this.#random();
  }
}
