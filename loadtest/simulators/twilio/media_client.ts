// One media stream seen from Twilio's side: opens the WebSocket, sends connected, start and a caller frame every 20 ms,
// plays what the server sends (playout.ts) and echoes marks. What the caller says and when it hangs up is caller.ts;
// the call around the stream is simulated_call.ts. Light enough for hundreds in one process: no timer, no JSON and no
// allocation per frame.

import { nowMs as clockNowMs } from '../../../src/clock.js';
import { type AudioClip, FRAME_MS, SILENCE_CLIP } from './audio_clip.js';
import type { CallerClock, TickMember } from './caller_clock.js';
import { InboundChecks, KIND } from './inbound_checks.js';
import { MediaFrameWriter } from './media_frame_writer.js';
import { CLEAN_NETWORK, FrameSchedule, type NetworkProfile } from './network_profile.js';
import { type MarkEcho, Playout } from './playout.js';
import { type HandshakeError, WsClient, type WsClientHandler, type WsClientOptions } from './ws_client.js';

/** The server reads so slowly that this much is waiting: from here on caller audio is discarded (31930). */
const QUEUED_BYTES_MAX = 256 * 1024;

/** What the telephone picks up: voice, room and line, already as they leave the telephone. */
export interface Microphone {
  /** The next frame: `PAYLOAD_CHARS` of base64 as ASCII bytes, read before the next call. `streamMs` is when it leaves. */
  next(streamMs: number): Uint8Array;
}

export interface MediaClientOptions {
  socket: WsClientOptions;
  clock: CallerClock;
  accountSid: string;
  callSid: string;
  streamSid: string;
  customParameters: Readonly<Record<string, string>>;
  network?: NetworkProfile;
  /** Makes jitter, loss and the timestamp offset repeatable. */
  seed?: number;
  /** Sent while the caller says nothing; loops. Default digital silence. */
  background?: AudioClip;
  /** Takes the place of `say` and `background`. */
  microphone?: Microphone;
  /** Keep what was heard (about 480 kB a minute); a fleet leaves it off. Default true. */
  keepAudio?: boolean;
  /** False: `start` is never sent, for servers that must not wait for it for ever. */
  sendStart?: boolean;
}

/** How the stream ended. */
export interface StreamClose {
  /** `stop`: we sent stop and closed. `server`: the server closed. `cut`: the connection was lost. */
  by: 'stop' | 'server' | 'cut';
  code: number;
  reason: string;
}

/** One stretch of caller speech, ms since the stream began. */
export interface CallerUtterance {
  text: string;
  /** First and last frame sent. `endMs` null while speaking. */
  startMs: number;
  endMs: number | null;
  /** Where the voice itself begins and ends inside that, without the silence at the ends of a recording. */
  voiceStartMs: number;
  voiceEndMs: number;
  /** The agent was speaking when it began. */
  bargeIn: boolean;
}

export interface SentMark extends MarkEcho {
  /** ms since the stream began. */
  atMs: number;
}

/** Times are ms of the process clock. All optional work stays with the receiver. */
export interface MediaClientHandler {
  onStarted(nowMs: number): void;
  /** Each clock beat, after the frames that were due have left. */
  onTick(nowMs: number): void;
  /** The last frame of a clip left. */
  onSaid(clip: AudioClip, nowMs: number): void;
  /** The first audio after an empty buffer came in. */
  onAgentAudio(nowMs: number): void;
  onMarkEchoed(echo: MarkEcho, nowMs: number): void;
  onCleared(nowMs: number): void;
  onRefused(error: HandshakeError): void;
  onClosed(close: StreamClose): void;
}

export class MediaClient implements WsClientHandler, TickMember {
  readonly playout: Playout;
  readonly checks: InboundChecks;
  readonly streamSid: string;
  readonly utterances: CallerUtterance[] = [];
  readonly marks: SentMark[] = [];
  /** Times of the server's clears, ms since the stream began. */
  readonly clearsMs: number[] = [];
  framesSent = 0;
  framesLost = 0;
  /** Frames thrown away because the server didn't read. */
  framesDiscarded = 0;
  /** Process clock at which `start` was sent; 0 = not yet. */
  startedAtMs = 0;
  readonly #options: MediaClientOptions;
  readonly #handler: MediaClientHandler;
  readonly #socket: WsClient;
  readonly #writer: MediaFrameWriter;
  readonly #schedule: FrameSchedule;
  readonly #timestampOffsetMs: number;
  readonly #background: AudioClip;
  #sequence = 0;
  #chunk = 0;
  #backgroundFrame = 0;
  #queue: AudioClip[] = [];
  #clipFrame = 0;
  #stopSent = false;
  #epochMs = 0;

  constructor(options: MediaClientOptions, handler: MediaClientHandler) {
    this.#options = options;
    this.#handler = handler;
    this.streamSid = options.streamSid;
    const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
    this.playout = new Playout({ keepAudio: options.keepAudio });
    this.checks = new InboundChecks(options.streamSid);
    this.#schedule = new FrameSchedule(options.network ?? CLEAN_NETWORK, seed);
    this.#timestampOffsetMs = 1 + (seed % 97);
    this.#background = options.background ?? SILENCE_CLIP;
    this.#socket = new WsClient(options.socket, this);
    this.#writer = new MediaFrameWriter(options.streamSid, this.#socket.maskKey);
  }

  get isOpen(): boolean {
    return this.#socket.isOpen;
  }

  get isSpeaking(): boolean {
    return this.#queue.length > 0;
  }

  /** Speaks after what is being said already. */
  say(clip: AudioClip): void {
    this.#queue.push(clip);
  }

  /** The caller falls silent in mid-word. */
  hush(): void {
    if (this.#queue.length > 0) this.#endUtterance(clockNowMs());
    this.#queue = [];
    this.#clipFrame = 0;
  }

  /**
   * One DTMF key. The track is called differently here than in `media`, as on the real wire. Like speech it asks for an
   * answer: the silence before that is no hole.
   */
  dtmf(digit: string): void {
    this.playout.callerSpoke();
    this.#sendJson({
      event: 'dtmf',
      streamSid: this.streamSid,
      sequenceNumber: this.#nextSequence(),
      dtmf: { track: 'inbound_track', digit },
    });
  }

  /** Anything at all, for servers that must survive it. `string` goes as text, bytes as a binary message. */
  inject(message: string | Uint8Array): void {
    if (typeof message === 'string') this.#socket.sendText(message);
    else this.#socket.sendBinary(message);
  }

  /** The call ended on Twilio's side: `stop`, then close. */
  stop(): void {
    // A stream that never started has nothing to stop.
    if (this.#stopSent || !this.#socket.isOpen || this.#options.sendStart === false) {
      this.#socket.close();
      return;
    }
    this.#stopSent = true;
    this.#options.clock.delete(this);
    this.playout.end(clockNowMs());
    const { accountSid, callSid } = this.#options;
    this.#sendJson({
      event: 'stop',
      sequenceNumber: this.#nextSequence(),
      stop: { accountSid, callSid },
      streamSid: this.streamSid,
    });
    this.#socket.close(1000);
  }

  /** The network is gone: TCP reset, no `stop`, no close frame. */
  cut(): void {
    this.#socket.cut();
  }

  /** Stops (or goes on) reading from the server, so that its sends back up. */
  setReading(reading: boolean): void {
    if (reading) this.#socket.resumeReading();
    else this.#socket.pauseReading();
  }

  /** ms since the stream began, of a process clock time. */
  streamMs(atMs: number): number {
    return this.startedAtMs === 0 ? 0 : atMs - this.startedAtMs;
  }

  tick(nowMs: number): void {
    this.#sendDueFrames(nowMs);
    if (this.playout.marksQueued > 0) this.#echoReached(nowMs);
    this.#handler.onTick(nowMs);
  }

  onOpen(): void {
    this.#sendJson({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    const now = clockNowMs();
    if (this.#options.sendStart !== false) this.#sendStart();
    this.startedAtMs = now;
    this.#options.clock.add(this);
    // Frames hang on the clock's grid, so that a late frame is the generator's lateness and not a beat's width.
    const { beatMs, tickMs } = this.#options.clock;
    this.#epochMs = beatMs - Math.ceil((beatMs - now) / tickMs) * tickMs;
    this.#handler.onStarted(now);
    if (this.#options.sendStart !== false) this.#sendDueFrames(now);
  }

  onMessage(bytes: Uint8Array, start: number, end: number, binary: boolean): void {
    const now = clockNowMs();
    if (this.#stopSent) return; // the call is over: what still comes is not looked at
    switch (this.checks.check(bytes, start, end, binary, now)) {
      case KIND.MEDIA:
        this.#play(now);
        break;
      case KIND.MARK:
        if (this.playout.mark(this.checks.markName, now)) this.#echo(this.checks.markName, 'played', now);
        break;
      case KIND.CLEAR:
        this.#echoReached(now);
        this.clearsMs.push(this.streamMs(now));
        for (const name of this.playout.clear(now)) this.#echo(name, 'cleared', now);
        this.#handler.onCleared(now);
        break;
      case KIND.INVALID:
        break;
    }
  }

  onRefused(error: HandshakeError): void {
    this.#handler.onRefused(error);
  }

  onProtocolError(problem: string): void {
    this.checks.report(31924, problem, clockNowMs());
  }

  onClosed(code: number, reason: string): void {
    this.#options.clock.delete(this);
    const now = clockNowMs();
    this.playout.end(now);
    if (this.#queue.length > 0) this.#endUtterance(now);
    this.#queue = [];
    const by = this.#stopSent ? 'stop' : code === 1006 ? 'cut' : 'server';
    this.#handler.onClosed({ by, code, reason });
  }

  #play(now: number): void {
    const wasEmpty = !this.playout.isPlaying(now);
    const { audio, audioBytes } = this.checks;
    const kept = this.playout.push(audio, 0, audioBytes, now);
    if (kept < audioBytes) this.checks.report(31931, 'more than ten minutes of audio buffered', now);
    if (wasEmpty && kept > 0) this.#handler.onAgentAudio(now);
  }

  #sendDueFrames(now: number): void {
    if (this.#options.sendStart === false) return;
    const schedule = this.#schedule;
    const streamMs = now - this.#epochMs;
    while (schedule.dueMs <= streamMs && this.#socket.isOpen && !this.#stopSent) {
      this.#sendFrame(schedule.frame, schedule.lost, now);
      schedule.advance();
    }
  }

  #sendFrame(frame: number, lost: boolean, now: number): void {
    const payload = this.#nextPayload(now);
    if (lost) {
      this.framesLost++;
      return;
    }
    if (this.#socket.queuedBytes > QUEUED_BYTES_MAX) {
      this.framesDiscarded++;
      this.checks.report(31930, 'server reads too slowly, caller audio discarded', now);
      return;
    }
    const timestampMs = this.#timestampOffsetMs + frame * FRAME_MS;
    const message = this.#writer.write(++this.#sequence, ++this.#chunk, timestampMs, payload);
    if (!this.#socket.sendFrame(message)) this.#writer.release();
    this.framesSent++;
  }

  /** What the caller's microphone picked up in this frame. Speech goes on while frames are lost. */
  #nextPayload(now: number): Uint8Array {
    if (this.#options.microphone) return this.#options.microphone.next(this.streamMs(now));
    const clip = this.#queue[0];
    if (clip === undefined || clip.frames.length === 0) {
      if (clip !== undefined) this.#finishClip(clip, now);
      if (this.#backgroundFrame >= this.#background.frames.length) this.#backgroundFrame = 0;
      return this.#background.frames[this.#backgroundFrame++];
    }
    if (this.#clipFrame === 0) this.#beginUtterance(clip, now);
    const payload = clip.frames[this.#clipFrame++];
    if (this.#clipFrame === clip.frames.length) this.#finishClip(clip, now);
    return payload;
  }

  #beginUtterance(clip: AudioClip, now: number): void {
    this.playout.callerSpoke();
    const startMs = this.streamMs(now);
    this.utterances.push({
      text: clip.text,
      startMs,
      endMs: null,
      voiceStartMs: startMs + clip.voiceStartMs,
      voiceEndMs: startMs + clip.voiceEndMs,
      bargeIn: this.playout.isPlaying(now),
    });
  }

  #endUtterance(now: number): void {
    const utterance = this.utterances[this.utterances.length - 1];
    if (utterance !== undefined) utterance.endMs ??= this.streamMs(now);
  }

  #finishClip(clip: AudioClip, now: number): void {
    this.#queue.shift();
    this.#clipFrame = 0;
    this.#endUtterance(now);
    this.#handler.onSaid(clip, now);
  }

  #echoReached(now: number): void {
    for (let name = this.playout.takeReachedMark(now); name !== null; name = this.playout.takeReachedMark(now)) {
      this.#echo(name, 'played', now);
    }
  }

  #echo(name: string, reason: MarkEcho['reason'], now: number): void {
    this.#sendJson({
      event: 'mark',
      sequenceNumber: this.#nextSequence(),
      streamSid: this.streamSid,
      mark: { name },
    });
    this.marks.push({ name, reason, atMs: this.streamMs(now) });
    this.#handler.onMarkEchoed({ name, reason }, now);
  }

  #sendStart(): void {
    const { accountSid, callSid, streamSid, customParameters } = this.#options;
    this.#sendJson({
      event: 'start',
      sequenceNumber: this.#nextSequence(),
      start: {
        accountSid,
        streamSid,
        callSid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters,
      },
      streamSid,
    });
  }

  #nextSequence(): string {
    return String(++this.#sequence);
  }

  #sendJson(message: object): void {
    if (this.#socket.isOpen) this.#socket.sendText(JSON.stringify(message));
  }
}
