// Whose turn it is. Takes what happened, with its time, and returns what to do; holds no timers and opens nothing, so a
// whole conversation is a table of events in turn_manager.test.ts. What the caller said is caller_turn.ts, whether a sound
// wants the floor is floor.ts; carrying the actions out is worker/dialogue.ts.
//
//   idle --started--> speaking(greeting) --played--> listening --speech, text, silence--> thinking --first audio--> speaking
//                       ^          sound while we think or speak: hold, then resume or yield   |
//                       +---- yield: withdraw what was not heard, cut what was, listen <-------+
//   speaking --played, and it was a farewell--> ended
//   thinking for long --fillers--> still thinking --> speaking(apology) --> listening; for very long: technical_goodbye --> ended
//   listening, and speech recognition is down --> speaking(cannot_hear) --still down--> speaking(cannot_hear_goodbye) --> ended

import { CallerTurn } from './caller_turn.js';
import { STUCK_MS } from './endpointing.js';
import type { OurSentence } from './floor.js';
import type { FloorMove } from './floor_hold.js';
import { LastReply } from './last_reply.js';
import { Patience } from './patience.js';
import type { SoundWindow } from './sound_window.js';
import { sameWords } from './transcript.js';
import type { FixedLine, TurnAction, TurnEvent, TurnOptions, TurnState } from './turn_events.js';
import { TurnFloor } from './turn_floor.js';
import { UnaskedLines } from './unasked_lines.js';

const NOTHING: readonly TurnAction[] = [];
/** Words over our goodbye that are more than a goodbye or thanks. */
const MORE_WORDS_MIN = 5;
const MOVES = { hold: [{ do: 'hold' }], pause: [{ do: 'pause' }], resume: [{ do: 'resume' }] } as const;

export class TurnManager {
  state: TurnState = { kind: 'idle' };
  /** Somebody else speaks with the caller: we only listen, and say nothing of our own accord. */
  isMuted = false;
  readonly #options: TurnOptions;
  readonly #caller: CallerTurn;
  #draft: string | null = null;
  #nextCheckMs = 0;
  readonly #floor: TurnFloor;
  readonly #patience: Patience;
  readonly #unasked: UnaskedLines;
  readonly #lastReply: LastReply;
  /** Set by an interruption until the caller says something. */
  #interrupted = false;

  constructor(options: TurnOptions) {
    this.#options = options;
    this.#caller = new CallerTurn(options);
    this.#floor = new TurnFloor(options);
    this.#patience = new Patience(options);
    this.#unasked = new UnaskedLines(options);
    this.#lastReply = new LastReply(options.language);
  }

  /** Everything the caller said in this turn so far. */
  get callerText(): string {
    return this.#caller.text;
  }

  /** We listen, and nothing was heard of the caller since their last turn was answered. */
  get isQuiet(): boolean {
    return this.state.kind === 'listening' && !this.#caller.heardOrSaid && !this.#caller.speaking;
  }

  /** Before this a tick changes nothing, unless something else happens first. */
  get dueMs(): number {
    return Math.min(this.#nextCheckMs, this.#floor.checkMs);
  }

  /** One thing happened at `nowMs`; returns what to do, in order. */
  handle(event: TurnEvent, nowMs: number): readonly TurnAction[] {
    if (this.state.kind === 'ended') return NOTHING;
    switch (event.on) {
      case 'started':
        return this.#say('greeting', nowMs);
      case 'say':
        return this.#say(event.reply, nowMs);
      case 'resumed':
        return this.#onResumed(event, nowMs);
      case 'speech_start':
        return this.#onSpeechStart(event.startMs, event.ours, nowMs);
      case 'speech_end':
        return this.#onSpeechEnd(event.endMs, event.audioMs ?? null, nowMs);
      case 'speech_pause':
        this.#caller.speechPauses(event.audioMs ?? null, nowMs);
        return [{ do: 'finalize_stt' }, ...this.#onTick(nowMs)];
      case 'speech_resume':
        this.#caller.speechResumes();
        return NOTHING;
      case 'transcript':
        return this.#onTranscript(event, nowMs);
      case 'key':
        return this.#onKey(event.interrupts, nowMs);
      case 'typed':
        return this.#onTyped(event.text, nowMs);
      case 'reply_audible':
        if (this.state.kind === 'thinking') this.state = { kind: 'speaking', reply: 'answer', sinceMs: nowMs };
        return this.#tellFloor(nowMs);
      case 'protected':
        this.#floor.isProtected = event.isOn;
        return this.#tellFloor(nowMs);
      case 'reply_played':
        return this.#onPlayed(event, nowMs);
      case 'reply_failed':
        return this.#onFailed(nowMs);
      case 'nothing_left':
        return this.state.kind === 'thinking' || this.state.kind === 'speaking' ? this.#listen(nowMs) : NOTHING;
      case 'line':
        this.state = { kind: 'speaking', reply: 'line', sinceMs: nowMs };
        return this.#wait(Number.POSITIVE_INFINITY, [{ do: 'say_line' }, ...this.#tellFloor(nowMs)]);
      case 'deaf':
        this.#unasked.deaf(nowMs);
        this.#nextCheckMs = nowMs;
        return this.#onTick(nowMs);
      case 'hearing':
        return this.#onHearing(nowMs);
      case 'tick':
        if (nowMs >= this.#floor.checkMs) return this.#follow(this.#floor.tick(this.state, nowMs), nowMs);
        return nowMs < this.#nextCheckMs ? NOTHING : this.#onTick(nowMs);
    }
  }

  /** A window of the caller's sound that ended at `atMs`; before the VAD's own edge of the same window. */
  window(window: SoundWindow, atMs: number, nowMs: number): readonly TurnAction[] {
    if (this.state.kind === 'ended' || this.state.kind === 'idle') return NOTHING;
    return this.#follow(this.#floor.window(window, this.state, atMs), nowMs);
  }

  #onSpeechStart(startMs: number, ours: OurSentence | undefined, nowMs: number): readonly TurnAction[] {
    const { kind } = this.state;
    this.#caller.speechStarts(startMs, kind === 'listening' || kind === 'thinking');
    this.#nextCheckMs = nowMs;
    // A draft stays: only other words make it useless, and a cough brings none.
    return kind === 'speaking' && ours !== undefined ? this.#tellFloor(nowMs, ours) : NOTHING;
  }

  #onSpeechEnd(endMs: number, audioMs: number | null, nowMs: number): readonly TurnAction[] {
    const finalize = this.#caller.speechEnds(endMs, audioMs, nowMs);
    this.#nextCheckMs = nowMs;
    return finalize ? [{ do: 'finalize_stt' }, ...this.#onTick(nowMs)] : this.#onTick(nowMs);
  }

  #onTranscript(event: TurnEvent & { on: 'transcript' }, nowMs: number): readonly TurnAction[] {
    const change = this.#caller.transcribed(event.transcript, this.state.kind === 'listening', nowMs);
    this.#nextCheckMs = nowMs;
    if (change !== 'final' && change !== 'interim') return this.#onTick(nowMs);
    this.#interrupted = false;
    const again = this.#caller.finalizesAgain(change, nowMs);
    const moves = this.#follow(this.#floor.transcribed(event, this.state, nowMs), nowMs);
    const actions = moves.length > 0 ? moves : this.#onTick(nowMs);
    return again ? [{ do: 'finalize_stt' }, ...actions] : actions;
  }

  #tellFloor(nowMs: number, ours?: OurSentence): readonly TurnAction[] {
    return this.#follow(this.#floor.agent(this.state, nowMs, ours), nowMs);
  }

  #follow(decision: FloorMove, nowMs: number): readonly TurnAction[] {
    if (decision === 'yield') return this.#yieldFloor(nowMs);
    return decision === 'none' ? NOTHING : MOVES[decision];
  }

  #yieldFloor(nowMs: number): readonly TurnAction[] {
    const { stretch } = this.#floor;
    const onsetMs = stretch?.onsetMs ?? nowMs;
    this.#caller.claims(onsetMs, stretch?.lastSpeechMs ?? nowMs, nowMs);
    this.#floor.isForUs = true;
    if (this.state.kind === 'thinking') return this.#withdraw(nowMs);
    if (this.state.kind !== 'speaking') return NOTHING;
    const isAnswer = this.state.reply === 'answer';
    const actions = this.#stopTalking(onsetMs, nowMs);
    this.#interrupted = this.#caller.newText === '' && isAnswer;
    return actions;
  }

  #stopTalking(onsetMs: number, nowMs: number): readonly TurnAction[] {
    this.#caller.dropCarried();
    this.#caller.agentWasCut();
    this.#caller.startMs = onsetMs;
    this.state = { kind: 'listening', sinceMs: nowMs };
    this.#nextCheckMs = nowMs;
    this.#tellFloor(nowMs);
    return [{ do: 'interrupt', onsetMs }];
  }

  #onKey(interrupts: boolean, nowMs: number): readonly TurnAction[] {
    this.#unasked.callerActed();
    this.#nextCheckMs = nowMs;
    if (this.state.kind === 'listening') this.state = { kind: 'listening', sinceMs: nowMs };
    if (!interrupts || !this.#floor.mayBeStopped(this.state, nowMs)) return NOTHING;
    return this.state.kind === 'thinking' ? this.#withdraw(nowMs) : this.#stopTalking(nowMs, nowMs);
  }

  #onResumed({ asked, saying }: TurnEvent & { on: 'resumed' }, nowMs: number): readonly TurnAction[] {
    if (saying !== null) {
      this.state = { kind: 'speaking', reply: saying, sinceMs: nowMs };
      return this.#wait(Number.POSITIVE_INFINITY, [{ do: 'go_on' }, ...this.#tellFloor(nowMs)]);
    }
    const listening = this.#listen(nowMs);
    if (asked === null || !this.#caller.completes(asked, nowMs)) return listening;
    return [...listening, ...this.#answer(nowMs)];
  }

  #onTyped(text: string, nowMs: number): readonly TurnAction[] {
    if (this.state.kind !== 'listening') return NOTHING;
    this.#unasked.callerActed();
    return this.#caller.completes(text, nowMs) ? this.#answer(nowMs) : NOTHING;
  }

  #onPlayed({ farewell, text, expects }: TurnEvent & { on: 'reply_played' }, nowMs: number): readonly TurnAction[] {
    if (this.state.kind !== 'speaking') return NOTHING;
    const { reply } = this.state;
    if (reply === 'answer') this.#patience.answered();
    // "Are you still there?" and an apology ask for what was asked before.
    if (reply === 'answer' || reply === 'greeting' || reply === 'consent' || reply === 'line')
      this.#caller.agentSaid(text, expects);
    if (reply === 'cannot_hear_goodbye' || reply === 'technical_goodbye') return this.#end('error');
    if ((farewell || reply === 'farewell') && !this.#hasMoreToSay())
      return this.#end(this.#unasked.isSilent ? 'silence' : 'agent_goodbye');
    return this.#listen(nowMs, text);
  }

  /** Said over our goodbye, and no goodbye itself: the line stays open for it. */
  #hasMoreToSay(): boolean {
    const { newText } = this.#caller;
    return /[?？]\s*$/.test(newText) || (newText.split(' ').length >= MORE_WORDS_MIN && this.#floor.judgedForUs);
  }

  #onFailed(nowMs: number): readonly TurnAction[] {
    if (this.state.kind === 'speaking') {
      const { reply } = this.state;
      if (reply === 'apology' || reply.endsWith('_goodbye')) return this.#end('error');
      if (reply === 'cannot_hear' || reply === 'line') return this.#listen(nowMs);
    }
    this.#caller.forget();
    return this.#say(this.#patience.failed(nowMs) ? 'technical_goodbye' : 'apology', nowMs);
  }

  #onHearing(nowMs: number): readonly TurnAction[] {
    const sinceMs = this.#unasked.hearing(nowMs);
    if (this.state.kind === 'listening' && sinceMs !== null) this.state = { kind: 'listening', sinceMs };
    this.#nextCheckMs = nowMs;
    return NOTHING;
  }

  /** Listening without ears. */
  #checkDeaf(nowMs: number): readonly TurnAction[] {
    const hasWords = this.#caller.heard && this.callerText !== '';
    const line = this.#unasked.deafness(hasWords, nowMs);
    if (line === 'cannot_hear_goodbye') return [...this.#dropDraft(), ...this.#say(line, nowMs)];
    if (line !== null) return this.#say(line, nowMs);
    const { checkMs } = this.#unasked;
    if (!hasWords) return this.#wait(checkMs);
    const actions = this.#checkEndpoint(nowMs);
    this.#nextCheckMs = Math.min(this.#nextCheckMs, checkMs);
    return actions;
  }

  #onTick(nowMs: number): readonly TurnAction[] {
    switch (this.state.kind) {
      case 'listening':
        if (this.#unasked.isDeaf && !this.isMuted) return this.#checkDeaf(nowMs);
        return this.#caller.heard ? this.#checkEndpoint(nowMs) : this.#checkIdle(this.state.sinceMs, nowMs);
      case 'speaking':
        return this.#wait(Number.POSITIVE_INFINITY);
      case 'thinking':
        return this.#checkPatience(nowMs);
      default:
        return this.#wait(Number.POSITIVE_INFINITY);
    }
  }

  #checkPatience(nowMs: number): readonly TurnAction[] {
    const due = this.#patience.due(nowMs, !this.#caller.speaking);
    if (due === 'give_up') {
      this.#floor.givenUp();
      return [{ do: 'give_up' }, ...this.#onFailed(nowMs)];
    }
    return this.#wait(this.#patience.checkMs, due === null ? NOTHING : [{ do: 'fill', reply: due }]);
  }

  #checkEndpoint(nowMs: number): readonly TurnAction[] {
    const { decision, checkAtMs, draftAtMs } = this.#caller.check(nowMs);
    if (decision === 'ignore' || (decision === 'end' && this.#isBeside())) return this.#ignore(nowMs);
    if (decision === 'end') return this.#answer(nowMs);
    if (this.#caller.speaking && this.callerText === '') return this.#checkWordless(nowMs);
    this.#nextCheckMs = draftAtMs > nowMs ? Math.min(checkAtMs, draftAtMs) : checkAtMs;
    // A full stop or a capital more is no other question.
    const isDrafted = this.#draft !== null && sameWords(this.#draft, this.callerText);
    if (this.isMuted || draftAtMs > nowMs || isDrafted || this.#isBeside()) return NOTHING;
    this.#draft = this.callerText;
    return [{ do: 'draft', text: this.#draft }];
  }

  /** A sound that goes on and brings no word is nobody who talks to us: the caller behind it is as silent as before. */
  #checkWordless(nowMs: number): readonly TurnAction[] {
    const wordsDueMs = this.#caller.stretchStartMs + STUCK_MS;
    if (nowMs < wordsDueMs) return this.#wait(wordsDueMs);
    return this.#checkIdle((this.state as { sinceMs: number }).sinceMs, nowMs);
  }

  /** What was said is no turn: a voice in the room, an "um", a nod to what we said last. */
  #isBeside(): boolean {
    const { newText, startMs, isOnlyFillers } = this.#caller;
    if (this.callerText !== newText || this.isMuted) return false;
    const verdict = this.#floor.stretch?.verdict;
    if (isOnlyFillers || (!this.#floor.isForUs && (verdict === 'background' || verdict === 'echo'))) return true;
    return this.#lastReply.isNodTo(newText, startMs);
  }

  /** Nothing was said: the caller is as silent as before, and what a sound cut off for nothing is taken up again. */
  #ignore(nowMs: number): readonly TurnAction[] {
    const { sinceMs } = this.state as { sinceMs: number };
    this.#caller.forget();
    this.#caller.heard = false;
    this.#floor.isForUs = false;
    const dropped = this.#dropDraft();
    if (this.#interrupted && !this.isMuted) {
      this.#interrupted = false;
      this.state = { kind: 'thinking', sinceMs: nowMs };
      this.#patience.waits(nowMs, nowMs);
      return this.#wait(this.#patience.checkMs, [...dropped, { do: 'take_up' }, ...this.#tellFloor(nowMs)]);
    }
    this.#listen(nowMs);
    this.state = { kind: 'listening', sinceMs };
    return dropped;
  }

  #answer(nowMs: number): readonly TurnAction[] {
    const turn = this.#caller.handOver(nowMs);
    this.#draft = null;
    this.#floor.isForUs = false;
    this.#interrupted = false;
    this.#unasked.callerActed();
    this.state = { kind: 'thinking', sinceMs: nowMs };
    this.#patience.waits(turn.speechEndMs, nowMs);
    // A sound that is not judged yet holds the answer before its first word: that may be ready made.
    return this.#wait(this.#patience.checkMs, [...this.#tellFloor(nowMs), { do: 'answer', ...turn }]);
  }

  /** The caller speaks on while we think: what they said before is the first half of their turn. */
  #withdraw(nowMs: number): readonly TurnAction[] {
    this.#caller.wasCutOff();
    this.state = { kind: 'listening', sinceMs: nowMs };
    this.#nextCheckMs = nowMs;
    this.#tellFloor(nowMs);
    return [{ do: 'withdraw' }];
  }

  #checkIdle(sinceMs: number, nowMs: number): readonly TurnAction[] {
    if (this.isMuted) return this.#wait(Number.POSITIVE_INFINITY);
    const line = this.#unasked.silence(sinceMs, nowMs);
    return line === null ? this.#wait(this.#unasked.checkMs) : this.#say(line, nowMs);
  }

  #say(reply: FixedLine, nowMs: number): readonly TurnAction[] {
    this.state = { kind: 'speaking', reply, sinceMs: nowMs };
    const actions: readonly TurnAction[] = [{ do: 'say', reply }];
    this.#nextCheckMs = Number.POSITIVE_INFINITY;
    // A sound that goes on from before is judged anew for what is said now.
    const more = this.#tellFloor(nowMs);
    return more.length > 0 ? [...actions, ...more] : actions;
  }

  #listen(nowMs: number, replyText = ''): readonly TurnAction[] {
    this.#lastReply.over(replyText, nowMs);
    this.#floor.endTurn();
    this.state = { kind: 'listening', sinceMs: nowMs };
    this.#caller.dropCarried();
    // Speech that began under our last words and goes on is the caller's next turn; so is what just ended, if it says
    // something or its words may still come. A backchannel of before is not.
    if (!this.#caller.speaking && this.#caller.heardOrSaid) {
      const { newText, endMs } = this.#caller;
      const isAwaited = newText === '' && nowMs - endMs < this.#options.sttFinalTimeoutMs;
      if (this.#lastReply.isFollowedBy(newText, endMs, this.#floor.isForUs || this.isMuted))
        this.#caller.claims(Math.min(endMs, nowMs), nowMs, nowMs);
      else if (!isAwaited) this.#caller.forget();
    }
    this.#nextCheckMs = nowMs;
    return this.#tellFloor(nowMs);
  }

  #end(reason: 'agent_goodbye' | 'silence' | 'error'): readonly TurnAction[] {
    this.state = { kind: 'ended' };
    return [{ do: 'end', reason }];
  }

  #dropDraft(): readonly TurnAction[] {
    if (this.#draft === null) return NOTHING;
    this.#draft = null;
    return [{ do: 'drop_draft' }];
  }

  #wait(checkAtMs: number, actions: readonly TurnAction[] = NOTHING): readonly TurnAction[] {
    this.#nextCheckMs = checkAtMs;
    return actions;
  }
}
