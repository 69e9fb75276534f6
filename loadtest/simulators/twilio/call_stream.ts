// One <Stream> of one simulated call: opens the media client with a signed handshake, lets the caller's script run on
// it, acts out the armed failures, and ends when either side does.

import { randomBytes } from 'node:crypto';
import { nowMs as clockNowMs } from '../../../src/clock.js';
import type { AudioClip } from './audio_clip.js';
import { reportStream, type StreamReport } from './call_report.js';
import type { CallerLine, Talker } from './caller.js';
import type { CallerClock } from './caller_clock.js';
import { routeTo } from './dial_route.js';
import type { Strike } from './failure_modes.js';
import { MediaClient, type MediaClientHandler, type Microphone, type StreamClose } from './media_client.js';
import type { NetworkProfile } from './network_profile.js';
import type { MarkEcho } from './playout.js';
import { signUrl } from './signer.js';
import type { StreamVerb } from './twiml.js';
import { type HandshakeError, WsClient } from './ws_client.js';

export interface CallStreamOptions {
  stream: StreamVerb;
  caller: Talker;
  network?: NetworkProfile;
  background?: AudioClip;
  microphone?: Microphone;
  keepAudio?: boolean;
  seed?: number;
  accountSid: string;
  authToken: string;
  callSid: string;
  clock: CallerClock;
  strike: Strike;
  serverUrl: string | null;
}

export interface CallStreamEvents {
  onStarted(): void;
  onAgentAudio(): void;
  onMark(echo: MarkEcho): void;
  onCleared(): void;
  onSaid(text: string): void;
  /** The script or a failure mode ends the call. */
  onHangUp(): void;
}

export class CallStream implements MediaClientHandler, CallerLine {
  readonly client: MediaClient;
  /** Resolves when the socket is gone, or never opened. */
  readonly over: Promise<void>;
  startedAt: number | null = null;
  refused: HandshakeError | null = null;
  close: StreamClose | null = null;
  /** Process clock; null = still open. */
  endedAtMs: number | null = null;
  readonly #options: CallStreamOptions;
  readonly #events: CallStreamEvents;
  readonly #plans: { cut: number; hangUpInSpeech: number; slow: [number, number] | null };
  #finish!: () => void;
  #stopping = false;
  #agentSinceMs: number | null = null;

  /** Throws RouteError when the stream URL leads off this machine. */
  constructor(options: CallStreamOptions, events: CallStreamEvents) {
    this.#options = options;
    this.#events = events;
    this.over = new Promise((resolve) => {
      this.#finish = resolve;
    });
    const { strike } = options;
    const slow = strike('slow_reader');
    this.#plans = {
      cut: strike('tcp_cut')?.after ?? Infinity,
      hangUpInSpeech: strike('hangup_during_tts')?.after ?? Infinity,
      slow: slow && [slow.after, slow.after + (slow.delayMs ?? 1000)],
    };
    const socket = this.#socketOptions();
    this.client = new MediaClient(
      {
        socket,
        clock: options.clock,
        accountSid: options.accountSid,
        callSid: strike('wrong_call_sid') ? sid('CA') : options.callSid,
        streamSid: sid('MZ'),
        customParameters: options.stream.parameters,
        network: options.network,
        background: options.background,
        microphone: options.microphone,
        keepAudio: options.keepAudio,
        seed: options.seed,
        sendStart: !strike('start_missing'),
      },
      this,
    );
    if (strike('token_reused')) openTwin(socket);
  }

  get isSpeaking(): boolean {
    return this.client.isSpeaking;
  }

  say(clip: AudioClip): void {
    this.client.say(clip);
  }

  dtmf(digit: string): void {
    this.client.dtmf(digit);
  }

  hangUp(): void {
    this.#events.onHangUp();
  }

  cut(): void {
    this.client.cut();
    this.#events.onHangUp();
  }

  /** The call ended or was redirected: `stop`, then close. */
  stop(): void {
    this.#stopping = true;
    this.client.stop();
  }

  report(): StreamReport {
    const { url, parameters } = this.#options.stream;
    const facts = {
      url,
      customParameters: parameters,
      startedAt: this.startedAt,
      endedAtMs: this.endedAtMs,
      refused: this.refused,
      close: this.close,
    };
    return reportStream(this.client, facts, clockNowMs());
  }

  /** What the caller's ear got from the stream's beginning until now (or its end), 8 kHz. */
  heardAudio(): Int16Array {
    const { playout, startedAtMs } = this.client;
    return playout.heardAudio(startedAtMs, this.endedAtMs ?? clockNowMs());
  }

  onStarted(): void {
    this.startedAt = Date.now();
    this.#options.caller.attach(this, this.client.playout);
    this.#events.onStarted();
  }

  onTick(nowMs: number): void {
    this.#actOutFailures(nowMs);
    this.#options.caller.tick(nowMs);
  }

  onSaid(clip: AudioClip): void {
    this.#events.onSaid(clip.text);
  }

  onAgentAudio(nowMs: number): void {
    this.#agentSinceMs ??= nowMs;
    this.#events.onAgentAudio();
  }

  onMarkEchoed(echo: MarkEcho): void {
    this.#events.onMark(echo);
  }

  onCleared(): void {
    this.#events.onCleared();
  }

  onRefused(error: HandshakeError): void {
    // A handshake that we broke off ourselves is no fault of the server's.
    if (this.#stopping) this.close = { by: 'stop', code: 1006, reason: '' };
    else this.refused = error;
    this.#end();
  }

  onClosed(close: StreamClose): void {
    this.close = close;
    this.#end();
  }

  #end(): void {
    this.endedAtMs = clockNowMs();
    this.#finish();
  }

  #actOutFailures(nowMs: number): void {
    const streamMs = this.client.streamMs(nowMs);
    if (streamMs >= this.#plans.cut) this.client.cut();
    const { slow } = this.#plans;
    if (slow && streamMs >= slow[0]) {
      this.client.setReading(streamMs >= slow[1]);
      if (streamMs >= slow[1]) this.#plans.slow = null;
    }
    if (this.#agentSinceMs !== null && nowMs - this.#agentSinceMs >= this.#plans.hangUpInSpeech) this.hangUp();
  }

  #socketOptions() {
    const { stream, authToken, strike, serverUrl } = this.#options;
    const route = routeTo(stream.url, serverUrl);
    const token = strike('handshake_bad_signature') ? `${authToken}x` : authToken;
    const headers: [string, string][] = [...route.headers, ['User-Agent', 'Twilio.TmeWs/1.0']];
    // Signed is the URL as the TwiML has it, whatever is really dialled.
    if (!strike('handshake_no_signature')) headers.push(['X-Twilio-Signature', signUrl(token, stream.url)]);
    return { ...route, headers, handshakeDelayMs: strike('handshake_slow')?.delayMs };
  }
}

export function sid(prefix: string): string {
  return prefix + randomBytes(16).toString('hex');
}

/** A second socket with the same URL and signature, as a replayed request would open it; closed when the server lets it. */
function openTwin(socket: ConstructorParameters<typeof WsClient>[0]): void {
  const nothing = () => {};
  const twin = new WsClient(socket, {
    onOpen: () => setTimeout(() => twin.close(), 1000).unref(),
    onMessage: nothing,
    onRefused: nothing,
    onClosed: nothing,
    onProtocolError: nothing,
  });
}
