// What is said in a call: takes what happened (speech, words, keys, failures) to the turn manager and carries out what it
// decides, by mouth (speaker) and memory. Whose turn it is, is decided in conversation/turns; how sound comes and goes is
// call_session.ts.

import type { Logger } from 'pino';
import type { CallPlan } from '../agents/call_plan.js';
import type { CallOrder, EndReason } from '../call/call.js';
import { nowMs } from '../clock.js';
import { SentenceSplitter } from '../conversation/text/sentence_splitter.js';
import { readsAsFarewell } from '../conversation/turns/farewell.js';
import { Keypad } from '../conversation/turns/keypad.js';
import type { SoundWindow } from '../conversation/turns/sound_window.js';
import type { ReplyKind, TurnAction, TurnEvent } from '../conversation/turns/turn_events.js';
import { TurnManager } from '../conversation/turns/turn_manager.js';
import type { EngineError } from '../errors.js';
import type { SttTranscript } from '../providers/stt.js';
import type { SaidSoFar } from '../threads/said_so_far.js';
import { AnswerLanguage } from './answer_language.js';
import { CallMemory } from './call_memory.js';
import type { CallReport } from './call_report.js';
import { CallTools } from './call_tools.js';
import type { EventFeed } from './event_feed.js';
import type { Conversation, HandOff } from './hand_off.js';
import { HeldReply } from './held_reply.js';
import { MustBeHeard } from './must_be_heard.js';
import type { OffRecord } from './off_record.js';
import { OperatorDesk } from './operator_desk.js';
import { ourSentence } from './our_sentence.js';
import type { Heard, Playout } from './playout.js';
import type { RecordingConsent } from './recording_consent.js';
import type { SessionServices } from './session_services.js';
import { Speaker, type Spoken } from './speaker.js';
import type { Timeline } from './timeline.js';
import { UsageMeter } from './usage_meter.js';
import { Voicemail } from './voicemail.js';

const TICK: TurnEvent = { on: 'tick' };
/** A caller whom nobody is to hear is busy: told so often, they are not asked whether they are there. */
const BUSY_EVERY_MS = 1000;
const SPEAKABLE = /[\p{L}\p{N}]/u;

export interface DialogueLinks {
  order: CallOrder;
  plan: CallPlan;
  services: SessionServices;
  playout: Playout;
  timeline: Timeline;
  report: CallReport;
  events: EventFeed;
  log: Logger;
  offRecord: OffRecord;
  /** null = nobody need be told that the call is recorded. */
  consent: RecordingConsent | null;
  /** Whether the caller's voice is taken in while a field is collected. */
  onListen(isListening: boolean): void;
  /** So much of the reply under way was handed over: for whoever has to go on with the call. */
  said: SaidSoFar;
  /** Recognition shall give the final words of all audio so far, now. */
  finalizeStt(): void;
  /** Something failed that the call survives. */
  onFault(error: EngineError, message: string): void;
  /** Another agent has the call now, in a dialogue of its own. @param asked what the caller waits for an answer to */
  onHandOff(handOff: HandOff, asked: string | null, now: number): void;
  /** The conversation is over. */
  onEnd(reason: EndReason): void;
}

export class Dialogue {
  readonly #links: DialogueLinks;
  readonly #turns: TurnManager;
  readonly #memory: CallMemory;
  readonly #tools: CallTools | null;
  readonly #speaker: Speaker;
  readonly #meter: UsageMeter;
  readonly #keypad = new Keypad();
  readonly #language: AnswerLanguage | null;
  /** Judges whether a mailbox answered; null = none did, or nobody asks. */
  #voicemail: Voicemail | null = null;
  readonly #mustBeHeard: MustBeHeard | null;
  readonly operators: OperatorDesk;
  /** The reply that was under way where the call was held before; null = none. */
  readonly #held: HeldReply | null;
  #startedMs = 0;
  #busyMs = 0;
  #isOver = false;
  /** What the caller did not hear of the reply that was interrupted last. */
  #cutOff = '';

  constructor(links: DialogueLinks) {
    const { plan, services, playout, report, events, log } = links;
    this.#links = links;
    this.#turns = new TurnManager(plan.turns);
    const { metrics } = services;
    this.#meter = new UsageMeter(report.usage, plan.drafts, metrics);
    const tools = services.toolsOf(plan.tools.definitions);
    this.#tools = CallTools.of({
      ...{ ...links, tools, metrics },
      remember: (exchanges) => this.#memory.tools(exchanges),
      onField: () => this.#memory.changed(),
    });
    const field = () => this.#tools?.collection?.field ?? null;
    this.#memory = new CallMemory({ ...links, metrics, specs: this.#tools?.specs ?? [], field });
    const newSplitter = () => new SentenceSplitter({ language: plan.language });
    const replies = { ...services, log, ttsOptions: plan.speak, newSplitter, tools: this.#tools };
    this.#speaker = new Speaker(replies, playout, {
      onAudible: (spoken, now) => this.#onAudible(spoken, now),
      onPiece: ({ turn, kind }, text) => events.emit({ kind: 'agent', turn, reply: kind, text }),
      onAside: (_, heard) => this.#memory.heardAside(heard),
      onOver: (spoken, heard, now) => this.#onOver(spoken, heard, now),
      onError: (_, error) => links.onFault(error, 'reply failed'),
      onUsage: (usage) => this.#meter.model(usage),
      onCharacters: (count) => this.#meter.voice(count),
      onDiscarded: (spent) => this.#meter.discarded(spent),
    });
    this.#mustBeHeard = MustBeHeard.of(plan.mustBeHeard, playout);
    this.#language = AnswerLanguage.of(plan, replies, this.#speaker);
    this.#voicemail = Voicemail.of(plan, links.order, nowMs(), {
      ...{ speaker: this.#speaker, memory: this.#memory, metrics, report, events, log },
      onPerson: () => {
        this.#voicemail = null;
      },
      onOver: () => links.onEnd('voicemail'),
    });
    this.#held = HeldReply.of(links.order, plan, {
      ...{ speaker: this.#speaker, memory: this.#memory, event: (event, now) => this.event(event, now) },
    });
    this.operators = new OperatorDesk({
      ...{ ...links, metrics, turns: this.#turns, memory: this.#memory, speaker: this.#speaker },
      ...{ tools: this.#tools, newSplitter, event: (event, now) => this.event(event, now) },
    });
  }

  get state(): 'idle' | 'listening' | 'thinking' | 'speaking' | 'ended' {
    return this.#turns.state.kind;
  }

  /** What was said, for an agent that goes on. */
  get conversation(): Conversation {
    return this.#memory.conversation;
  }

  /** A beep would tell something: `frame` wants the other side's sound. */
  get awaitsBeep(): boolean {
    return this.#voicemail !== null;
  }

  /** A mailbox answered: nobody is there to talk with. */
  get isMailbox(): boolean {
    return this.#voicemail?.hasFloor === true;
  }

  /** The caller can hear us. */
  start(now: number, startedMs: number): void {
    this.#startedMs = startedMs;
    const { resume } = this.#links.order;
    const saying = resume?.saying ?? null;
    this.#memory.begins();
    if (saying !== null) this.event({ on: 'resumed', asked: null, saying: saying.kind as ReplyKind }, now);
    else if (resume?.greeted === true) this.event({ on: 'resumed', asked: resume.asked, saying: null }, now);
    else if (this.#links.consent?.isPending === true) this.event({ on: 'say', reply: 'consent' }, now);
    else this.event({ on: 'started' }, now);
    this.operators.start(now);
  }

  /** Something happened. */
  event(event: TurnEvent, now: number): void {
    if (this.#isOver) return;
    if (this.#voicemail?.event(event, now) === true) return;
    const before = this.#turns.state.kind;
    const actions = this.#turns.handle(event, now);
    // What is being collected stands in no line.
    const mayLog = event.on !== 'tick' && this.#tools?.isCollecting !== true && !this.#links.offRecord.isOff;
    if (this.#links.services.testMode && mayLog) this.#links.log.debug({ event, actions }, 'turn event');
    this.#carryOutAll(actions, before, now);
  }

  /** A window of the caller's sound that ended at `atMs`, for whoever judges who has the floor. */
  window(window: SoundWindow, atMs: number, now: number): void {
    if (this.#isOver || this.isMailbox) return;
    const before = this.#turns.state.kind;
    const actions = this.#turns.window(window, atMs, now);
    if (actions.length > 0) this.#carryOutAll(actions, before, now);
  }

  /** 20 ms of the other side's sound, while `awaitsBeep`. */
  frame(pcm: Int16Array, now: number): void {
    if (!this.#isOver) this.#voicemail?.frame(pcm, now);
  }

  /** The carrier's word for who answered. */
  answeredBy(answeredBy: string, now: number): void {
    if (!this.#isOver) this.#voicemail?.answeredBy(answeredBy, now);
  }

  /** The VAD is sure that the caller speaks. */
  speechStarts(startMs: number, now: number): void {
    const ours = ourSentence(this.#speaker.current, this.#links.playout, now);
    this.event({ on: 'speech_start', startMs, ours }, now);
  }

  /** A result of recognition, whose clock plus `behindMs` is ours. */
  transcribed(transcript: SttTranscript, behindMs: number, now: number): void {
    this.#language?.heard(transcript);
    const ours = ourSentence(this.#speaker.current, this.#links.playout, now);
    this.event({ on: 'transcript', transcript, behindMs, ours }, now);
  }

  /** The caller pressed a key. It becomes words with the others of its entry, when they can be listened to. */
  key(digit: string, now: number): void {
    const { keypad } = this.#links.plan;
    const isTaken = this.#tools?.key(digit, now) === true;
    if (keypad === 'ignore' && !isTaken) return;
    this.#links.log.debug('key pressed');
    if (!isTaken) this.#keypad.press(digit, now);
    this.event({ on: 'key', interrupts: isTaken || keypad === 'interrupt' }, now);
  }

  /** An operator has the call off the record, or on it again: whoever goes on with it must know. */
  offRecord(): void {
    if (this.state !== 'idle') this.#memory.changed();
  }

  /** The beat: audio that is due, and what only time decides. */
  tick(now: number): void {
    this.#speaker.tick(now);
    const isProtected = this.#mustBeHeard?.tick(this.#speaker.current, now) ?? null;
    if (isProtected !== null) this.event({ on: 'protected', isOn: isProtected }, now);
    this.#held?.tick(now);
    if (this.#turns.state.kind === 'listening') {
      const typed = now >= this.#keypad.dueMs ? this.#keypad.take() : (this.#tools?.typed(now) ?? null);
      if (typed !== null) this.event({ on: 'typed', text: typed }, now);
    }
    if (now >= this.#busyMs && this.#links.offRecord.has('operator')) {
      this.#busyMs = now + BUSY_EVERY_MS;
      this.event({ on: 'key', interrupts: false }, now);
    }
    if (this.#tools?.isHandingOff === true && this.#turns.isQuiet)
      return this.#links.onHandOff(this.#tools.takeHandOff(), null, now);
    if (now >= this.#turns.dueMs || this.#voicemail !== null) this.event(TICK, now);
    this.operators.tick(now);
  }

  /** A message of audio went out. */
  onSent(): void {
    this.#speaker.onSent();
    this.#noteSaid();
  }

  /** The call is over, whatever was being said. */
  close(now: number): void {
    this.#isOver = true;
    this.#memory.ends();
    const cut = this.#speaker.interrupt(now);
    if (cut) this.#memory.close(cut.spoken, cut.heard, false);
    this.#speaker.close();
    this.#tools?.close();
    this.operators.close(now);
  }

  /** For whoever has to go on with the call. */
  #noteSaid(): void {
    const spoken = this.#speaker.current;
    if (spoken === null) return;
    const before = this.#memory.saidBefore(spoken.turn).length;
    const characters = before + this.#links.playout.sentCharacters(spoken.id);
    this.#links.said.note(spoken.turn, characters, spoken.reply.isWritten);
  }

  #carryOutAll(actions: readonly TurnAction[], before: Dialogue['state'], now: number): void {
    for (const action of actions) this.#carryOut(action, now);
    const after = this.#turns.state.kind;
    if (after === before || after === 'ended') return;
    this.#links.events.emit({ kind: 'state', state: after, streamSid: this.#links.report.streamSid });
  }

  #carryOut(action: TurnAction, now: number): void {
    const { events, services, plan } = this.#links;
    switch (action.do) {
      case 'finalize_stt':
        return this.#links.finalizeStt();
      case 'draft':
        if (!this.#meter.mayDraft || this.#tools?.mayDraft === false || this.#links.consent?.isPending) return;
        services.metrics.add('drafts');
        return this.#speaker.prepare(action.text, this.#memory.request(action.text), this.#meter.mayVoice);
      case 'drop_draft':
        return this.#speaker.dropDraft();
      case 'answer':
        this.#links.log.debug({ why: action.why, endpoint_ms: Math.round(action.endpointMs) }, 'turn over');
        if (!this.operators.isPaused) return this.#answer(action);
        return this.operators.notes({ ...action, text: this.#tools?.unanswered(action.text) ?? action.text }, now);
      case 'withdraw':
        events.emit({ kind: 'floor', decision: 'withdraw' });
        services.metrics.add('withdrawn');
        this.#meter.discarded(this.#speaker.interrupt(now)?.spoken.reply.spent);
        this.#tools?.withdraw();
        return this.#memory.withdraw();
      case 'give_up':
        this.#speaker.giveUp(now);
        return this.#memory.giveUp();
      case 'hold':
        events.emit({ kind: 'floor', decision: 'hold' });
        services.metrics.add('floor_holds');
        return this.#links.playout.hold(now);
      case 'pause':
        events.emit({ kind: 'floor', decision: 'pause' });
        services.metrics.add('floor_holds');
        this.#links.playout.pause(now);
        // Sound was taken back.
        return this.#noteSaid();
      case 'resume':
        events.emit({ kind: 'floor', decision: 'resume' });
        services.metrics.add('floor_resumes');
        return this.#links.playout.resume(now);
      case 'interrupt':
        return this.#interrupt(action.onsetMs, now);
      case 'take_up':
        return this.#takeUp(now);
      case 'go_on':
        return this.#held?.goOn();
      case 'say': {
        if (action.reply === 'apology') services.metrics.add('apologies');
        const { text, turn } = this.#memory.line(action.reply);
        this.#speaker.say(action.reply, turn, text);
        return;
      }
      case 'say_line':
        return this.operators.sayLine();
      case 'fill':
        return void (this.#speaker.fill(action.reply, plan.lines[action.reply]) && services.metrics.add('fillers'));
      case 'end':
        return this.#links.onEnd(action.reason);
    }
  }

  #answer(action: TurnAction & { do: 'answer' }): void {
    if (this.#voicemail?.answers(nowMs()) === true) return;
    if (this.#tools?.isHandingOff === true)
      return this.#links.onHandOff(this.#tools.takeHandOff(), action.text, nowMs());
    this.#tools?.beginTurn(this.#memory.nextTurn);
    const { kept, say } = this.#tools?.heard(action.text) ?? { kept: action.text, say: null };
    const turn = this.#memory.asks({ ...action, text: kept });
    this.#language?.endTurn();
    if (say !== null) return void this.#speaker.say('answer', turn, say, false);
    const next = this.#links.consent?.answered(kept) ?? 'answer';
    if (next !== 'answer') return void this.#speaker.say('answer', turn, this.#links.plan.lines[next]);
    this.#speaker.answer(turn, kept, () => this.#memory.request(kept));
  }

  #onAudible(spoken: Spoken, now: number): void {
    if (spoken.kind === 'greeting') this.#links.services.metrics.observe('greeting_ms', now - this.#startedMs);
    this.#memory.audible(spoken, now);
    this.#tools?.settle();
    this.event({ on: 'reply_audible' }, now);
  }

  /** All that there is of a reply was heard; of one that failed it may be a part, or nothing. */
  #onOver(spoken: Spoken, heard: Heard, now: number): void {
    const { plan, report } = this.#links;
    const said = this.#memory.close(spoken, heard, false);
    if (spoken.error) {
      // An apology that can't be spoken is handed to Twilio: it has a voice of its own.
      const isLastWord = spoken.kind === 'apology' || spoken.kind.endsWith('_goodbye');
      if (isLastWord && !heard.complete) report.apologyOwed = true;
      return this.event({ on: 'reply_failed' }, now);
    }
    const text = this.#memory.saidBefore(spoken.turn) + spoken.reply.text;
    const isLast = spoken.kind === 'answer' && this.#tools?.isHandingOff !== true;
    const ends = isLast && this.#tools?.takeEnd() === true;
    const farewell = ends || (isLast && readsAsFarewell(text, said, plan.farewell));
    this.event({ on: 'reply_played', farewell, text, expects: this.#tools?.collection?.expects }, now);
    const greets = spoken.kind === 'consent' && this.#links.consent?.lineOver(heard.complete) === true;
    if (greets && this.#turns.isQuiet) this.event({ on: 'say', reply: 'greeting' }, now);
  }

  #interrupt(onsetMs: number, now: number): void {
    const { services, report, events, timeline, playout } = this.#links;
    // Silence may have come before it was certain that the caller wants the floor.
    const silentMs = playout.silentSinceMs(now);
    const cut = this.#speaker.interrupt(now);
    if (!cut) return;
    events.emit({ kind: 'floor', decision: 'interrupt' });
    services.metrics.add('barge_ins');
    const onsetToClearMs = Math.max(0, (silentMs ?? nowMs()) - Math.min(now, onsetMs));
    services.metrics.observe('barge_in_ms', onsetToClearMs);
    report.bargeIn(cut.spoken.turn, timeline.reported(now) ?? 0, onsetToClearMs);
    const { pieces } = cut.spoken.reply;
    this.#cutOff = pieces.startsWith(cut.heard.text) ? pieces.slice(cut.heard.text.length).trim() : '';
    this.#memory.close(cut.spoken, cut.heard, true);
  }

  /** It was no interruption after all: what the caller did not hear is said. */
  #takeUp(now: number): void {
    const text = this.#cutOff;
    this.#cutOff = '';
    this.#links.services.metrics.add('false_barge_ins');
    if (!SPEAKABLE.test(text)) return this.event({ on: 'nothing_left' }, now);
    this.#links.services.metrics.add('floor_resumes');
    this.#speaker.say('answer', this.#memory.words(text), text, false);
  }
}
