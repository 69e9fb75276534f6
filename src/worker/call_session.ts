// One call on its worker: makes its parts and connects them. Sound comes in by media_ingress and caller_audio and goes out
// by playout and media_egress; what is said is dialogue.ts; how the stream begins is call_stream.ts, what is heard of it
// call_hearing.ts, how all ends call_ending.ts. It decides nothing about turns, audio or wording itself.

import type { Logger } from 'pino';
import type { CallPlan } from '../agents/call_plan.js';
import { assert } from '../assert.js';
import type { SoundFeatures } from '../audio/sound/sound_batch.js';
import { type CallOrder, END_REASONS, type EndReason } from '../call/call.js';
import type { CallSummary } from '../call/call_report.js';
import { nowMs } from '../clock.js';
import { type EngineError, toEngineError } from '../errors.js';
import { withLiveFields } from '../log.js';
import type { TwilioStart } from '../twilio/media_wire.js';
import { bufferState } from './buffer_state.js';
import { CallArchive } from './call_archive.js';
import { endCall } from './call_ending.js';
import { CallHearing } from './call_hearing.js';
import { CallLimits } from './call_limits.js';
import { CallReport } from './call_report.js';
import { CallStream, type StreamParts } from './call_stream.js';
import { CallerAudio } from './caller_audio.js';
import { Dialogue } from './dialogue.js';
import { EventFeed } from './event_feed.js';
import { type HandOff, handOffReport, heldOrder, nextOrder } from './hand_off.js';
import { MediaEgress } from './media_egress.js';
import { MediaIngress } from './media_ingress.js';
import { OffRecord } from './off_record.js';
import { Playout } from './playout.js';
import { type ConsentState, RecordingConsent } from './recording_consent.js';
import type { SessionLinks, SessionServices } from './session_services.js';

const HOUSEKEEPING_MS = 1000;

export class CallSession {
  /** Resolves when nothing of the call is left: sockets told to close, recording and sidecar on disk. Never rejects. */
  readonly ended: Promise<CallSummary>;
  readonly #order: CallOrder;
  readonly #services: SessionServices;
  readonly #links: SessionLinks;
  readonly #log: Logger;
  readonly #events: EventFeed;
  readonly #report: CallReport;
  readonly #limits: CallLimits;
  readonly #ingress: MediaIngress;
  readonly #egress: MediaEgress;
  readonly #playout: Playout;
  readonly #ears: CallerAudio;
  readonly #archive: CallArchive;
  /** Another one for each agent that has the call. */
  #dialogue: Dialogue;
  readonly #stream: CallStream;
  readonly #hearing: CallHearing;
  readonly #consent: RecordingConsent | null;
  readonly #offRecord = new OffRecord((isOff) => this.#onOffRecord(isOff));
  #resolveEnded!: (summary: CallSummary) => void;
  #endReason: EndReason | null = null;
  #housekeepingMs = 0;
  /** A field that may only be typed is not listened for. */
  #isListening = true;

  constructor(order: CallOrder, services: SessionServices, links: SessionLinks) {
    const { dsp, metrics } = services;
    const held = heldOrder(order);
    const plan = services.plan(held);
    this.#order = order;
    this.#services = services;
    this.#links = links;
    this.#events = new EventFeed(order, services.onCallEvent, () => this.#stream.moment());
    this.#report = new CallReport(order);
    const report = this.#report;
    const moment = () => ({ turn: report.turns.at(-1)?.turn });
    this.#log = withLiveFields(services.log.child({ callSid: order.callSid }), moment);
    this.#limits = new CallLimits(plan.limits, nowMs());
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#ingress = new MediaIngress(links.ingress, dsp, metrics, services.ingressBuffers, {
      onSocketOpen: () => this.#limits.opened(nowMs()),
      onStart: (start) => this.#onStart(start),
      onFrame: (mulaw, pcm, callMs) => {
        this.#ears.frame(mulaw, pcm, callMs);
        if (this.#dialogue.awaitsBeep && !this.#ears.isDeaf) this.#dialogue.frame(pcm, nowMs());
      },
      onMark: (name) => this.#playout.mark(name, nowMs()),
      onDtmf: (digit) => {
        if (!this.#offRecord.has('operator')) this.#dialogue.key(digit, nowMs());
      },
      onStop: () => this.#end(this.#dialogue.isMailbox ? 'voicemail' : 'caller_hangup'),
      onSocketClosed: (code) => {
        this.#log.debug({ code }, 'media socket closed');
        this.#end(this.#limits.startedMs === null ? 'start_timeout' : 'socket_lost');
      },
      onHangup: (reason) => this.#end(END_REASONS.find((known) => known === reason) ?? 'operator'),
      onOffRecord: (isOff) => this.#byOperator(isOff),
      onAnsweredBy: (answeredBy) => this.#dialogue.answeredBy(answeredBy, nowMs()),
      onAct: (json) => this.#dialogue.operators.act(json, nowMs()),
      onProtocolError: () => this.#end('protocol'),
    });
    const { timeline } = this.#ingress;
    this.#egress = new MediaEgress(links.egress, dsp, metrics, services.egressBuffers, links.onDirty);
    this.#playout = new Playout(this.#egress, metrics, plan.pacing, timeline, () => this.#dialogue.onSent());
    this.#playout.played = services.vad.describe(links.vadStream);
    this.#ears = new CallerAudio(services.vad, links.vadStream, plan.vad, {
      onWindow: (window, atMs, now) => this.#dialogue.window(window, atMs, now),
      onSpeechStart: (startMs, now) => this.#dialogue.speechStarts(startMs, now),
      onSpeechPause: (audioMs, now) => this.#dialogue.event({ on: 'speech_pause', audioMs }, now),
      onSpeechResume: (now) => this.#dialogue.event({ on: 'speech_resume' }, now),
      onSpeechEnd: (endMs, audioMs, now) => this.#dialogue.event({ on: 'speech_end', endMs, audioMs }, now),
    });
    this.#archive = new CallArchive(plan.recording, this.#report, timeline, (error) => {
      metrics.add('recording_errors');
      this.#fault(error, 'recording stopped, the call goes on');
    });
    this.#consent = RecordingConsent.of(plan, order.resume?.recordingConsent ?? null, (state) =>
      this.#onConsent(state),
    );
    this.#dialogue = this.#newDialogue(held, plan);
    this.#stream = new CallStream(this.#streamParts(), services);
    this.#hearing = new CallHearing(
      {
        ...{ callSid: order.callSid, listen: plan.listen, ears: this.#ears, nowMs },
        dialogue: () => this.#dialogue,
        guard: (work) => this.#guard(work),
        onFault: (error, message) => this.#fault(error, message),
      },
      services,
    );
  }

  #newDialogue(order: CallOrder, plan: CallPlan): Dialogue {
    return new Dialogue({
      ...{ order, plan, services: this.#services, playout: this.#playout, timeline: this.#ingress.timeline },
      ...{ report: this.#report, events: this.#events, log: this.#log, said: this.#links.said },
      ...{ offRecord: this.#offRecord, consent: this.#consent },
      onListen: (isListening) => {
        this.#isListening = isListening;
        this.#deafen();
      },
      finalizeStt: () => this.#hearing.finalize(),
      onFault: (error, message) => this.#fault(error, message),
      onHandOff: (handOff, asked, now) => this.#handOff(order, handOff, asked, now),
      onEnd: (reason) => this.#end(reason),
    });
  }

  /** Nothing of ours is being said: another agent has the call from now on. */
  #handOff(order: CallOrder, handOff: HandOff, asked: string | null, now: number): void {
    const before = this.#dialogue;
    before.close(now);
    const moment = this.#stream.moment();
    const isOff = this.#offRecord.has('operator');
    const consent = this.#consent?.state ?? null;
    const next = nextOrder(order, handOff, before.conversation, asked, moment, isOff, consent);
    const { startedMs } = this.#limits;
    assert(next !== null && startedMs !== null, 'a hand-off is checked before it is promised');
    const row = handOffReport(order, next, handOff, before.conversation, this.#ingress.timeline.reported(now) ?? 0);
    this.#report.handOff(row);
    this.#events.emit({ kind: 'hand_off', handOff: row });
    this.#services.metrics.add('hand_offs');
    this.#log.info(
      { from_agent: row.from, to_agent: row.to, withHistory: row.withHistory },
      'call handed to another agent',
    );
    const plan = this.#services.plan(next);
    this.#hearing.listen(plan.listen);
    this.#dialogue = this.#newDialogue(next, plan);
    this.#dialogue.start(now, startedMs);
    if (this.#hearing.isDeaf) this.#dialogue.event({ on: 'deaf' }, now);
  }

  /** The webhook was seen: connect the providers while TwiML and the media socket are still on their way. */
  begin(): void {
    this.#guard(() => {
      const { tts, llm } = this.#services;
      this.#hearing.open();
      tts.warm();
      llm.warm();
      if (this.#order.resume?.offRecord === true) this.#byOperator(true);
      const taken = this.#stream.goOn(this.#order, nowMs());
      if (taken !== null) this.#log.info(taken, 'call taken over from a worker that died');
      this.#events.emit({ kind: 'state', state: 'connecting', streamSid: null });
    });
  }

  /** Takes in what the main thread put into the ring. */
  drain(now: number): void {
    if (this.#endReason) return;
    // No closure for `guard` here, in `onVad` and in `tick`: they were a third of all that a worker allocated.
    try {
      if (this.#ingress.drain(now)) this.#limits.heard(now);
      // Twilio's first media comes in one burst with `start` and tells when the call's timeline begins: greet after it.
      const { startedMs } = this.#limits;
      if (startedMs !== null && this.#dialogue.state === 'idle') this.#dialogue.start(now, startedMs);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  /** A window of this call's stream: the VAD's probability, and what it is like where the plan wants to know. */
  onVad(probability: number, endSample: number, sound: SoundFeatures | null, now: number): void {
    if (this.#endReason) return;
    try {
      this.#ears.probability(probability, endSample, this.#ingress.timeline.originMs, now, sound);
      this.#ears.wordsMayWait = this.#dialogue.state === 'listening';
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  /** The beat: pacing, time-driven decisions, recording. */
  tick(now: number): void {
    if (this.#endReason) return;
    try {
      if (this.#limits.startedMs !== null) this.#dialogue.tick(now);
      if (now < this.#housekeepingMs) return;
      this.#housekeepingMs = now + HOUSEKEEPING_MS;
      this.#archive.tick(now);
      if (this.#services.testMode) {
        const buffers = bufferState(this.#ingress, this.#playout, this.#links.ingress, now);
        this.#log.debug({ state: this.#dialogue.state, ...buffers }, 'audio buffers');
      }
      const exceeded = this.#limits.exceeded(now);
      if (exceeded) this.#end(exceeded);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  /** A defect of ours, here or in what all calls share, ends the call; its caller is told so. Safe twice. */
  fail(thrown: unknown): void {
    if (this.#endReason) return;
    this.#log.error({ err: thrown }, 'defect: the call is ended');
    this.#report.error(toEngineError(thrown));
    this.#report.apologyOwed = true;
    this.#end('error');
  }

  #onStart(start: TwilioStart): void {
    if (start.start.callSid !== this.#order.callSid) return this.#end('wrong_call');
    const { streamSid } = start;
    this.#stream.begin(streamSid, nowMs());
    const { recording } = this.#report;
    this.#log.info({ streamSid, direction: this.#order.direction, recording }, 'media stream started');
  }

  /** By the API: nothing of the caller is taken in, for whatever is heard goes to the model and into the transcript. */
  #byOperator(isOff: boolean): void {
    this.#offRecord.set('operator', isOff);
    this.#deafen();
    this.#dialogue.offRecord();
  }

  #onConsent(state: ConsentState): void {
    this.#services.metrics.add(state === 'given' ? 'consents' : 'refused_consents');
    this.#log.info({ consent: state }, 'whether the call may be recorded');
    if (state === 'given') this.#stream.record();
  }

  #deafen(): void {
    const isDeaf = this.#offRecord.has('operator') || !this.#isListening;
    if (isDeaf !== this.#ears.isDeaf) this.#ears.deafen(isDeaf, this.#ingress.timeline.toCallMs(nowMs()));
  }

  #onOffRecord(isOff: boolean): void {
    const now = nowMs();
    this.#archive.pause(isOff, now);
    this.#report.pause(isOff, this.#ingress.timeline.reported(now) ?? 0);
    this.#events.emit({ kind: 'off_record', isOff });
    this.#log.info({ isOff }, 'call off the record');
  }

  #fault(error: EngineError, message: string): void {
    this.#report.error(error);
    const { code, provider, status } = error;
    const err = this.#services.testMode ? error : undefined;
    this.#log[code === 'INTERNAL' ? 'error' : 'warn']({ code, provider, status, err }, message);
  }

  /** An exception inside this call ends this call. After its end nothing happens any more. */
  #guard(work: () => void): void {
    if (this.#endReason) return;
    try {
      work();
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  /** The one end. Safe twice; the first reason counts. */
  #end(reason: EndReason): void {
    if (this.#endReason) return;
    this.#endReason = reason;
    const { redact } = this.#services;
    const parts = { ...this.#streamParts(), dialogue: this.#dialogue, hearing: this.#hearing, events: this.#events };
    void endCall({ ...parts, log: this.#log, redact }, reason, nowMs()).then(this.#resolveEnded);
  }

  #streamParts(): StreamParts {
    return {
      ...{ ingress: this.#ingress, egress: this.#egress, playout: this.#playout, ears: this.#ears },
      ...{ archive: this.#archive, limits: this.#limits, report: this.#report },
      mayRecord: () => this.#consent === null || this.#consent.state === 'given',
    };
  }
}
