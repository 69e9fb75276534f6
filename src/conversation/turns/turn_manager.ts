// Whose turn it is. Takes what happened, with its time, and returns what to do; holds no timers and opens nothing, so a
// whole conversation is a table of events in turn_manager.test.ts. Carrying the actions out is worker/call_session.ts.
//
//   idle --started--> speaking(greeting) --played--> listening --speech, text, silence--> thinking --first audio--> speaking
//                       ^                                                                    |  caller goes on: back to listening
//                       +---- barge-in: clear, cancel, back to listening <-------------------+
//   speaking --played, and it was a farewell--> ended
//   listening, and speech recognition is down --> speaking(cannot_hear) --still down--> speaking(cannot_hear_goodbye) --> ended

import type { SttTranscript } from '../../providers/stt.js';
import { beginsTurnAfterReply, decideBargeIn } from './barge_in.js';
import { CallerTurn } from './caller_turn.js';
import { sameWords } from './transcript.js';

export interface TurnOptions {
  silenceMsMin: number;
  silenceMsMax: number;
  sttFinalTimeoutMs: number;
  bargeInMinSpeechMs: number;
  greetingProtectMs: number;
  idlePromptMs: number;
  /** BCP 47, for what reads as finished and what as a backchannel. */
  language?: string;
  /** A reply that has produced no audio after this long will not come: apologise. */
  replyTimeoutMs: number;
  /** A call that can't hear is ended after this long. */
  deafPatienceMs: number;
}

/** What the agent is saying: the greeting and fixed lines are replies too, but answer nobody. */
export type ReplyKind =
  | 'greeting'
  | 'answer'
  | 'idle_prompt'
  | 'apology'
  | 'farewell'
  | 'cannot_hear'
  | 'cannot_hear_goodbye';

/** What is said in words of the agent's own, as its persona has them. */
export type FixedLine = Exclude<ReplyKind, 'answer'>;

export type TurnState =
  | { kind: 'idle' }
  | { kind: 'listening'; sinceMs: number }
  | { kind: 'thinking'; sinceMs: number }
  | { kind: 'speaking'; reply: ReplyKind; sinceMs: number }
  | { kind: 'ended' };

export type TurnEvent =
  | { on: 'started' }
  | { on: 'speech_start'; startMs: number }
  /** The VAD hears silence within speech, too short yet to be an end. */
  | { on: 'speech_pause' }
  /** `audioMs`: the end of speech on the recogniser's clock (SttTranscript.endMs); absent = not known. */
  | { on: 'speech_end'; endMs: number; audioMs?: number }
  | { on: 'transcript'; transcript: SttTranscript }
  /** A key was pressed: the caller is there, and busy. */
  | { on: 'key' }
  /** What was typed is complete. To be told while listening. */
  | { on: 'typed'; text: string }
  /** The first audio of the answer is on its way to the caller. */
  | { on: 'reply_audible' }
  /** The caller heard the reply to its end; `farewell` = it closed the conversation. */
  | { on: 'reply_played'; farewell: boolean; text: string }
  /** The answer can't be made. */
  | { on: 'reply_failed' }
  /** Speech recognition is down: what the caller says is not heard, until `hearing`. */
  | { on: 'deaf' }
  | { on: 'hearing' }
  /** Time passed. */
  | { on: 'tick' };

export type TurnAction =
  | { do: 'finalize_stt' }
  /** Begin to think about an answer to this, without speaking; replaces an earlier draft. */
  | { do: 'draft'; text: string }
  | { do: 'drop_draft' }
  /** The turn is over: answer this. A draft of the same text is used. */
  | {
      do: 'answer';
      text: string;
      speechStartMs: number;
      speechEndMs: number;
      finalMs: number | null;
      endpointMs: number;
      /** Why it was held so long, for the log. */
      why: string;
    }
  /** The caller goes on before anything was heard: withdraw the answer. */
  | { do: 'withdraw' }
  /** The answer did not come: stop waiting for it. The caller's words stay said. */
  | { do: 'give_up' }
  /** Stop talking now. */
  | { do: 'interrupt' }
  | { do: 'say'; reply: FixedLine }
  | { do: 'end'; reason: 'agent_goodbye' | 'silence' | 'error' };

const NOTHING: readonly TurnAction[] = [];
/** Failed answers in a row after which the call is given up. */
const FAILURES_MAX = 2;
/** A caller who was told to hold on is spoken to this soon after it hears again, unless they speak first. */
const HEARING_AGAIN_MS = 2000;

export class TurnManager {
  state: TurnState = { kind: 'idle' };
  private readonly caller: CallerTurn;
  private draft: string | null = null;
  private idlePrompts = 0;
  private failures = 0;
  private nextCheckMs = 0;
  /** Since when the call can't hear; null = it can. */
  private deafSinceMs: number | null = null;
  private deafTold = false;

  constructor(private readonly options: TurnOptions) {
    this.caller = new CallerTurn(options);
  }

  /** Everything the caller said in this turn so far. */
  get callerText(): string {
    return this.caller.text;
  }

  get callerSpeaking(): boolean {
    return this.caller.speaking;
  }

  /** One thing happened at `nowMs`; returns what to do, in order. */
  handle(event: TurnEvent, nowMs: number): readonly TurnAction[] {
    if (this.state.kind === 'ended') return NOTHING;
    switch (event.on) {
      case 'started':
        return this.say('greeting', nowMs);
      case 'speech_start':
        return this.onSpeechStart(event.startMs, nowMs);
      case 'speech_end':
        return this.onSpeechEnd(event.endMs, event.audioMs ?? null, nowMs);
      case 'speech_pause':
        this.caller.speechPauses(nowMs);
        return [{ do: 'finalize_stt' }];
      case 'transcript':
        return this.onTranscript(event.transcript, nowMs);
      case 'key':
        return this.onKey(nowMs);
      case 'typed':
        return this.onTyped(event.text, nowMs);
      case 'reply_audible':
        if (this.state.kind === 'thinking') this.state = { kind: 'speaking', reply: 'answer', sinceMs: nowMs };
        return NOTHING;
      case 'reply_played':
        return this.onPlayed(event.farewell, event.text, nowMs);
      case 'reply_failed':
        return this.onFailed(nowMs);
      case 'deaf':
        this.deafSinceMs ??= nowMs;
        this.nextCheckMs = nowMs;
        return this.onTick(nowMs);
      case 'hearing':
        return this.onHearing(nowMs);
      case 'tick':
        return nowMs < this.nextCheckMs ? NOTHING : this.onTick(nowMs);
    }
  }

  private onSpeechStart(startMs: number, nowMs: number): readonly TurnAction[] {
    this.caller.speechStarts(startMs, this.state.kind === 'listening' || this.state.kind === 'thinking');
    this.idlePrompts = 0;
    if (this.state.kind === 'speaking') return this.checkBargeIn(nowMs);
    if (this.state.kind === 'thinking') return this.withdraw(nowMs);
    this.nextCheckMs = nowMs;
    return this.dropDraft();
  }

  private onSpeechEnd(endMs: number, audioMs: number | null, nowMs: number): readonly TurnAction[] {
    const finalize = this.caller.speechEnds(endMs, audioMs, nowMs);
    this.nextCheckMs = nowMs;
    return finalize ? [{ do: 'finalize_stt' }, ...this.onTick(nowMs)] : this.onTick(nowMs);
  }

  private onTranscript(transcript: SttTranscript, nowMs: number): readonly TurnAction[] {
    this.caller.transcribed(transcript, this.state.kind === 'listening', nowMs);
    this.nextCheckMs = nowMs;
    return this.onTick(nowMs);
  }

  private onKey(nowMs: number): readonly TurnAction[] {
    this.idlePrompts = 0;
    if (this.state.kind === 'listening') this.state = { kind: 'listening', sinceMs: nowMs };
    this.nextCheckMs = nowMs;
    return NOTHING;
  }

  private onTyped(text: string, nowMs: number): readonly TurnAction[] {
    if (this.state.kind !== 'listening') return NOTHING;
    this.idlePrompts = 0;
    return this.caller.typed(text, nowMs) ? this.answer(nowMs) : NOTHING;
  }

  private onPlayed(farewell: boolean, text: string, nowMs: number): readonly TurnAction[] {
    if (this.state.kind !== 'speaking') return NOTHING;
    const { reply } = this.state;
    if (reply === 'answer') this.failures = 0;
    // "Are you still there?" and an apology ask for what was asked before.
    if (reply === 'answer' || reply === 'greeting') this.caller.agentSaid(text);
    if (reply === 'cannot_hear_goodbye') return this.end('error');
    if (farewell || reply === 'farewell') return this.end(this.idlePrompts > 1 ? 'silence' : 'agent_goodbye');
    return this.listen(nowMs, text);
  }

  private onFailed(nowMs: number): readonly TurnAction[] {
    if (this.state.kind === 'speaking') {
      const { reply } = this.state;
      if (reply === 'apology' || reply === 'cannot_hear_goodbye') return this.end('error');
      if (reply === 'cannot_hear') return this.listen(nowMs);
    }
    this.failures++;
    this.caller.forget();
    return this.say('apology', nowMs);
  }

  private onHearing(nowMs: number): readonly TurnAction[] {
    const wasTold = this.deafTold;
    this.deafSinceMs = null;
    this.deafTold = false;
    if (this.state.kind === 'listening' && wasTold) {
      this.state = { kind: 'listening', sinceMs: nowMs - this.options.idlePromptMs + HEARING_AGAIN_MS };
    }
    this.nextCheckMs = nowMs;
    return NOTHING;
  }

  /** Listening without ears: say so once, and do not keep the caller for ever. */
  private checkDeaf(sinceMs: number, nowMs: number): readonly TurnAction[] {
    const endMs = sinceMs + this.options.deafPatienceMs;
    if (nowMs >= endMs) return [...this.dropDraft(), ...this.say('cannot_hear_goodbye', nowMs)];
    if (this.caller.heard && this.callerText !== '') {
      // Words from before: they are answered first.
      const actions = this.checkEndpoint(nowMs);
      this.nextCheckMs = Math.min(this.nextCheckMs, endMs);
      return actions;
    }
    if (this.deafTold) return this.wait(endMs);
    this.deafTold = true;
    return this.say('cannot_hear', nowMs);
  }

  private onTick(nowMs: number): readonly TurnAction[] {
    switch (this.state.kind) {
      case 'listening':
        if (this.deafSinceMs !== null) return this.checkDeaf(this.deafSinceMs, nowMs);
        return this.caller.heard ? this.checkEndpoint(nowMs) : this.checkIdle(this.state.sinceMs, nowMs);
      case 'speaking':
        return this.caller.heard ? this.checkBargeIn(nowMs) : this.wait(Number.POSITIVE_INFINITY);
      case 'thinking':
        if (nowMs - this.state.sinceMs < this.options.replyTimeoutMs) {
          return this.wait(this.state.sinceMs + this.options.replyTimeoutMs);
        }
        return [{ do: 'give_up' }, ...this.onFailed(nowMs)];
      default:
        return this.wait(Number.POSITIVE_INFINITY);
    }
  }

  private checkEndpoint(nowMs: number): readonly TurnAction[] {
    const { decision, checkAtMs, eager } = this.caller.check(nowMs);
    if (decision === 'ignore') {
      this.caller.forget();
      return [...this.dropDraft(), ...this.listen(nowMs)];
    }
    if (decision === 'end') return this.answer(nowMs);
    this.nextCheckMs = checkAtMs;
    // A full stop or a capital more is no other question.
    if (!eager || (this.draft !== null && sameWords(this.draft, this.callerText))) return NOTHING;
    this.draft = this.callerText;
    return [{ do: 'draft', text: this.draft }];
  }

  private answer(nowMs: number): readonly TurnAction[] {
    const { finalAtMs, startMs, endMs, why } = this.caller;
    const text = this.caller.handOver();
    const action: TurnAction = {
      do: 'answer',
      text,
      speechStartMs: startMs,
      speechEndMs: endMs,
      finalMs: finalAtMs === null ? null : Math.max(0, finalAtMs - endMs),
      endpointMs: nowMs - endMs,
      why,
    };
    this.draft = null;
    this.state = { kind: 'thinking', sinceMs: nowMs };
    return this.wait(nowMs + this.options.replyTimeoutMs, [action]);
  }

  /** The caller speaks on while we think: what they said before is the first half of their turn. */
  private withdraw(nowMs: number): readonly TurnAction[] {
    this.caller.wasCutOff();
    this.state = { kind: 'listening', sinceMs: nowMs };
    this.nextCheckMs = nowMs;
    return [{ do: 'withdraw' }];
  }

  private checkBargeIn(nowMs: number): readonly TurnAction[] {
    if (this.state.kind !== 'speaking') return NOTHING;
    const { reply, sinceMs } = this.state;
    const { speaking, stretchStartMs, endMs } = this.caller;
    const decision = decideBargeIn(
      {
        speaking,
        speechMs: (speaking ? nowMs : endMs) - stretchStartMs,
        text: this.caller.newText,
        replyElapsedMs: nowMs - sinceMs,
        speechElapsedMs: speaking ? undefined : endMs - sinceMs,
        protectedMs: reply === 'greeting' ? this.options.greetingProtectMs : 0,
        // Nobody could answer what is said over the news that we can't hear.
        ending: reply === 'farewell' || reply === 'cannot_hear' || reply === 'cannot_hear_goodbye',
      },
      this.options,
    );
    if (decision !== 'interrupt') {
      // Its words may still come, so a stretch that ended is only forgotten when our reply is over (`listen`).
      return this.wait(speaking ? nowMs : Number.POSITIVE_INFINITY);
    }
    this.caller.dropCarried();
    this.caller.agentWasCut();
    this.caller.startMs = stretchStartMs;
    this.state = { kind: 'listening', sinceMs: nowMs };
    this.nextCheckMs = nowMs;
    return [{ do: 'interrupt' }];
  }

  private checkIdle(sinceMs: number, nowMs: number): readonly TurnAction[] {
    const dueMs = sinceMs + this.options.idlePromptMs;
    if (nowMs < dueMs) return this.wait(dueMs);
    this.idlePrompts++;
    return this.say(this.idlePrompts > 1 ? 'farewell' : 'idle_prompt', nowMs);
  }

  private say(reply: FixedLine, nowMs: number): readonly TurnAction[] {
    this.state = { kind: 'speaking', reply, sinceMs: nowMs };
    return this.wait(Number.POSITIVE_INFINITY, [{ do: 'say', reply }]);
  }

  private listen(nowMs: number, replyText = ''): readonly TurnAction[] {
    const apologised = this.state.kind === 'speaking' && this.state.reply === 'apology';
    if (apologised && this.failures >= FAILURES_MAX) return this.end('error');
    this.state = { kind: 'listening', sinceMs: nowMs };
    this.caller.dropCarried();
    // Speech that began under our last words and goes on is the caller's next turn; so is what just ended, if it says
    // something or its words may still come. A backchannel of before is not.
    if (!this.caller.speaking && this.caller.heard) {
      const endedBeforeMs = nowMs - this.caller.endMs;
      const text = this.caller.newText;
      const awaited = text === '' && endedBeforeMs < this.options.sttFinalTimeoutMs;
      if (!awaited && !beginsTurnAfterReply({ text, endedBeforeMs, replyText }, this.options.language))
        this.caller.forget();
    }
    this.nextCheckMs = nowMs;
    return NOTHING;
  }

  private end(reason: 'agent_goodbye' | 'silence' | 'error'): readonly TurnAction[] {
    this.state = { kind: 'ended' };
    return [{ do: 'end', reason }];
  }

  private dropDraft(): readonly TurnAction[] {
    if (this.draft === null) return NOTHING;
    this.draft = null;
    return [{ do: 'drop_draft' }];
  }

  private wait(checkAtMs: number, actions: readonly TurnAction[] = NOTHING): readonly TurnAction[] {
    this.nextCheckMs = checkAtMs;
    return actions;
  }
}
