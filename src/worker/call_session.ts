// One call on its worker: wires ears (media_ingress, caller_audio), judgement (turn_manager), mouth (speaker) and
// memory (call_memory, call_report, recorder) together, and ends in one place. It decides nothing about turns, audio
// or wording itself.

import path from 'node:path';
import type { Logger } from 'pino';
import type { CallPlan } from '../agents/call_plan.js';
import { type CallOrder, type CallState, END_REASONS, type EndReason } from '../call/call.js';
import type { CallSummary } from '../call/call_report.js';
import { nowMs } from '../clock.js';
import { SentenceSplitter } from '../conversation/text/sentence_splitter.js';
import { readsAsFarewell } from '../conversation/turns/farewell.js';
import { type TurnAction, type TurnEvent, TurnManager } from '../conversation/turns/turn_manager.js';
import { type EngineError, toEngineError } from '../errors.js';
import type { SttSession, SttTranscript } from '../providers/stt.js';
import type { SpscRing } from '../threads/spsc_ring.js';
import type { TwilioStart } from '../twilio/media_wire.js';
import { bufferState, mediaCounts } from './buffer_state.js';
import { CallMemory } from './call_memory.js';
import { CallReport, writeSidecar } from './call_report.js';
import { CallerAudio } from './caller_audio.js';
import { EventFeed } from './event_feed.js';
import { MediaEgress } from './media_egress.js';
import { MediaIngress } from './media_ingress.js';
import { type Heard, Playout } from './playout.js';
import { Recorder } from './recorder.js';
import type { SessionServices } from './session_services.js';
import { Speaker, type Spoken } from './speaker.js';
import type { Timeline } from './timeline.js';

const HOUSEKEEPING_MS = 1000;
const TICK: TurnEvent = { on: 'tick' };

export interface SessionLinks {
  ingress: SpscRing;
  egress: SpscRing;
  vadStream: number;
  /** The egress ring has something for the main thread. */
  onDirty(): void;
}

export class CallSession {
  /** Resolves when nothing of the call is left: sockets told to close, recording and sidecar on disk. Never rejects. */
  readonly ended: Promise<CallSummary>;
  private readonly plan: CallPlan;
  private readonly log: Logger;
  private readonly events: EventFeed;
  private readonly report: CallReport;
  private readonly turns: TurnManager;
  private readonly memory: CallMemory;
  private readonly ingress: MediaIngress;
  private readonly egress: MediaEgress;
  private readonly timeline: Timeline;
  private readonly playout: Playout;
  private readonly ears: CallerAudio;
  private readonly speaker: Speaker;
  private resolveEnded!: (summary: CallSummary) => void;
  private endReason: EndReason | null = null;
  private stt: SttSession | null = null;
  private recorder: Recorder | null = null;
  private socketOpenMs = 0;
  private startedMs = 0;
  private lastMediaMs = 0;
  private housekeepingMs = 0;
  private speechConfirmedMs = 0;

  constructor(
    private readonly order: CallOrder,
    private readonly services: SessionServices,
    private readonly links: SessionLinks,
  ) {
    const { dsp, metrics } = services;
    const plan = services.plan(order);
    this.plan = plan;
    this.log = services.log.child({ callSid: order.callSid });
    this.events = new EventFeed(order, services.onCallEvent);
    this.report = new CallReport(order);
    this.memory = new CallMemory({
      plan,
      report: this.report,
      metrics,
      log: this.log,
      callMs: (engineMs) => this.timeline.reported(engineMs),
      events: this.events,
    });
    this.turns = new TurnManager(plan.turns);
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve;
    });
    this.ingress = new MediaIngress(links.ingress, dsp, metrics, services.ingressBuffers, {
      onSocketOpen: () => {
        this.socketOpenMs = this.lastMediaMs = nowMs();
      },
      onStart: (start) => this.onStart(start),
      onFrame: (mulaw, pcm, callMs) => this.ears.frame(mulaw, pcm, callMs),
      onMark: (name) => this.playout.mark(name, nowMs()),
      onDtmf: (digit) => this.log.info({ digit }, 'keypad digit'),
      onStop: () => this.end('caller_hangup'),
      onSocketClosed: (code) => {
        this.log.debug({ code }, 'media socket closed');
        this.end(this.startedMs ? 'socket_lost' : 'start_timeout');
      },
      onHangup: (reason) => this.end(END_REASONS.find((known) => known === reason) ?? 'operator'),
      onProtocolError: () => this.end('protocol'),
    });
    this.egress = new MediaEgress(links.egress, dsp, metrics, services.egressBuffers, links.onDirty);
    this.timeline = this.ingress.timeline;
    this.playout = new Playout(this.egress, metrics, plan.pacing, this.timeline, () => this.speaker.onSent());
    this.ears = new CallerAudio(services.vad, links.vadStream, plan.vad, {
      onSpeechStart: (startMs, now) => {
        this.speechConfirmedMs = Math.max(now, startMs + plan.turns.bargeInMinSpeechMs);
        this.event({ on: 'speech_start', startMs }, now);
      },
      onSpeechPause: (now) => this.event({ on: 'speech_pause' }, now),
      onSpeechEnd: (endMs, audioMs, now) => this.event({ on: 'speech_end', endMs, audioMs }, now),
    });
    this.speaker = new Speaker(
      {
        ...services,
        log: this.log,
        ttsOptions: plan.speak,
        newSplitter: () => new SentenceSplitter({ language: plan.language }),
      },
      this.playout,
      {
        onAudible: (spoken, now) => this.onAudible(spoken, now),
        onPiece: ({ turn }, text) => this.events.emit({ kind: 'agent', turn, text }),
        onOver: (spoken, heard, now) => this.onOver(spoken, heard, now),
        onError: (_, error) => this.fault(error, 'reply failed'),
        onUsage: ({ promptTokens, completionTokens }) => {
          this.report.usage.promptTokens += promptTokens;
          this.report.usage.completionTokens += completionTokens;
          metrics.add('prompt_tokens', promptTokens);
          metrics.add('completion_tokens', completionTokens);
        },
        onCharacters: (count) => {
          this.report.usage.ttsCharacters += count;
        },
      },
    );
  }

  /** The webhook was seen: connect the providers while TwiML and the media socket are still on their way. */
  begin(now: number): void {
    this.guard(() => {
      const { stt, tts, llm } = this.services;
      this.socketOpenMs = now;
      this.stt = this.ears.stt = stt.open(
        { callSid: this.order.callSid, ...this.plan.listen },
        {
          onOpen: (connectMs) => this.services.metrics.observe('stt_connect_ms', connectMs),
          onTranscript: (transcript) => this.onTranscript(transcript),
          onError: (error) => this.fault(error, 'speech recognition trouble'),
          onDeaf: (error) => this.guard(() => this.onDeaf(error)),
          onHearing: () => this.guard(() => this.event({ on: 'hearing' }, nowMs())),
        },
      );
      tts.warm();
      llm.warm();
      this.state('connecting');
    });
  }

  /** Takes in what the main thread put into the ring. */
  drain(now: number): void {
    if (this.endReason) return;
    // No closure for `guard` here, in `onVad` and in `tick`: they were a third of all that a worker allocated.
    try {
      if (!this.links.ingress.isEmpty) this.lastMediaMs = now;
      this.ingress.drain(now);
      // Twilio's first media comes in one burst with `start` and tells when the call's timeline begins: greet after it.
      if (this.startedMs && this.turns.state.kind === 'idle') {
        this.event({ on: 'started' }, now);
      }
    } catch (thrown) {
      this.defect(thrown);
    }
  }

  /** A probability of the VAD for this call's stream. */
  onVad(probability: number, endSample: number, now: number): void {
    if (this.endReason) return;
    try {
      this.ears.probability(probability, endSample, this.timeline.originMs, now);
    } catch (thrown) {
      this.defect(thrown);
    }
  }

  /** The beat: pacing, time-driven decisions, recording. */
  tick(now: number): void {
    if (this.endReason) return;
    if (!this.startedMs) {
      if (now - this.socketOpenMs > this.plan.limits.startTimeoutMs) this.end('start_timeout');
      return;
    }
    try {
      this.speaker.tick(now);
      this.event(TICK, now);
      if (now >= this.housekeepingMs) this.housekeep(now);
    } catch (thrown) {
      this.defect(thrown);
    }
  }

  private housekeep(now: number): void {
    this.housekeepingMs = now + HOUSEKEEPING_MS;
    this.recorder?.tick(this.timeline.toCallMs(now));
    if (this.services.testMode) {
      const buffers = bufferState(this.ingress, this.playout, this.links.ingress, now);
      this.log.debug({ state: this.turns.state.kind, ...buffers }, 'audio buffers');
    }
    if (now - this.lastMediaMs > this.plan.limits.mediaSilenceMs) this.end('socket_lost');
    else if (now - this.startedMs > this.plan.limits.maxDurationMs) this.end('max_duration');
  }

  private onStart(start: TwilioStart): void {
    const { dsp, recorderBuffers } = this.services;
    if (start.start.callSid !== this.order.callSid) return this.end('wrong_call');
    this.startedMs = nowMs();
    this.report.streamSid = start.streamSid;
    this.egress.open(start.streamSid);
    if (this.plan.recording) {
      const { audio } = this.plan.recording;
      this.report.recording = path.basename(audio);
      this.recorder = new Recorder(audio, dsp, recorderBuffers, (error) => this.onRecordingError(error));
      this.ears.recorder = this.playout.recorder = this.recorder;
    }
    this.log.info(
      { streamSid: start.streamSid, direction: this.order.direction, recording: this.report.recording },
      'media stream started',
    );
  }

  private onTranscript(transcript: SttTranscript): void {
    this.guard(() => this.event({ on: 'transcript', transcript }, nowMs()));
  }

  private event(event: TurnEvent, now: number): void {
    if (this.endReason) return;
    const before = this.turns.state.kind;
    const actions = this.turns.handle(event, now);
    if (this.services.testMode && event.on !== 'tick') this.log.debug({ event, actions }, 'turn event');
    for (const action of actions) this.carryOut(action, now);
    if (this.turns.state.kind !== before) this.state(this.turns.state.kind);
  }

  private carryOut(action: TurnAction, now: number): void {
    switch (action.do) {
      case 'finalize_stt':
        this.ears.flushStt();
        return this.stt?.finalize();
      case 'draft':
        return this.speaker.prepare(action.text, this.memory.request(action.text));
      case 'drop_draft':
        return this.speaker.dropDraft();
      case 'answer':
        this.speaker.answer(this.memory.asks(action), action.text, () => this.memory.request(action.text));
        return;
      case 'withdraw':
        this.events.emit({ kind: 'floor', decision: 'withdraw' });
        this.speaker.interrupt(now);
        return this.memory.withdraw();
      case 'interrupt':
        return this.interrupt(now);
      case 'say': {
        if (action.reply === 'apology') this.services.metrics.add('apologies');
        const { text, turn } = this.memory.line(action.reply);
        this.speaker.say(action.reply, turn, text);
        return;
      }
      case 'end':
        return this.end(action.reason);
    }
  }

  private onAudible(spoken: Spoken, now: number): void {
    if (spoken.kind === 'greeting') this.services.metrics.observe('greeting_ms', now - this.startedMs);
    this.memory.audible(spoken, now);
    this.event({ on: 'reply_audible' }, now);
  }

  /** All that there is of a reply was heard; of one that failed it may be a part, or nothing. */
  private onOver(spoken: Spoken, heard: Heard, now: number): void {
    const said = this.memory.close(spoken, heard, false);
    if (spoken.error) {
      // An apology that can't be spoken is handed to Twilio: it has a voice of its own.
      const isLastWord = spoken.kind === 'apology' || spoken.kind === 'cannot_hear_goodbye';
      if (isLastWord && !heard.complete) this.report.apologyOwed = true;
      return this.event({ on: 'reply_failed' }, now);
    }
    const farewell = spoken.kind === 'answer' && readsAsFarewell(spoken.reply.text, said, this.plan.farewell);
    this.event({ on: 'reply_played', farewell, text: spoken.reply.text }, now);
  }

  private interrupt(now: number): void {
    const { metrics } = this.services;
    const cut = this.speaker.interrupt(now);
    if (!cut) return;
    const onsetToClearMs = Math.max(0, nowMs() - Math.min(now, this.speechConfirmedMs));
    this.events.emit({ kind: 'floor', decision: 'interrupt' });
    metrics.add('barge_ins');
    metrics.observe('barge_in_ms', onsetToClearMs);
    this.report.bargeIns.push({
      turn: cut.spoken.turn,
      atMs: this.timeline.reported(now) ?? 0,
      onsetToClearMs: Math.round(onsetToClearMs * 100) / 100,
    });
    this.memory.close(cut.spoken, cut.heard, true);
  }

  private onDeaf(error: EngineError): void {
    this.fault(error, 'speech recognition lost: the call cannot hear');
    this.services.metrics.add('deaf_calls');
    this.event({ on: 'deaf' }, nowMs());
  }

  private onRecordingError(error: EngineError): void {
    this.services.metrics.add('recording_errors');
    this.fault(error, 'recording stopped, the call goes on');
  }

  private fault(error: EngineError, message: string): void {
    this.report.error(error);
    const level = error.code === 'INTERNAL' ? 'error' : 'warn';
    this.log[level](
      {
        code: error.code,
        provider: error.provider,
        status: error.status,
        err: this.services.testMode ? error : undefined,
      },
      message,
    );
  }

  private state(state: CallState): void {
    this.events.emit({ kind: 'state', state, streamSid: this.report.streamSid });
  }

  /** An exception inside this call ends this call. */
  private guard(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.defect(thrown);
    }
  }

  private defect(thrown: unknown): void {
    const error = toEngineError(thrown);
    this.log.error({ err: thrown }, 'defect: the call is ended');
    this.report.error(error);
    this.report.apologyOwed = true;
    this.end('error');
  }

  /** The one end. Safe twice; the first reason counts. */
  private end(reason: EndReason): void {
    if (this.endReason) return;
    this.endReason = reason;
    void this.finish(reason);
  }

  private async finish(reason: EndReason): Promise<void> {
    const now = nowMs();
    const durationMs = this.startedMs ? now - this.startedMs : 0;
    try {
      const cut = this.speaker.interrupt(now);
      if (cut) this.memory.close(cut.spoken, cut.heard, !cut.heard.complete);
      this.speaker.close();
      this.ears.flushStt();
      this.stt?.close();
      this.egress.close();
      await this.recorder?.close(this.timeline.toCallMs(now));
    } catch (thrown) {
      this.log.error({ err: thrown }, 'defect while ending the call');
    }
    this.report.usage.sttSeconds = this.ears.sttSeconds;
    if (this.recorder && !this.recorder.recorded) this.report.recording = null;
    const summary = this.report.summary(reason, durationMs, mediaCounts(this.ingress, this.playout));
    const failure = this.recorder && (await writeSidecar(this.plan.recording!.sidecar, summary));
    if (failure) this.onRecordingError(failure);
    this.events.emit({ kind: 'ended', reason, summary });
    const { endReason, durationS, usage, media } = summary;
    this.log.info({ endReason, durationS, usage, media, turns: summary.turns.length }, 'call ended');
    this.resolveEnded(summary);
  }
}
