// What the turn manager is told, what it answers, and the words for both: events with their time go in, actions come out.
// What follows from what is turn_manager.ts; who tells and who obeys is worker/dialogue.ts.

import type { SttTranscript } from '../../providers/stt.js';
import type { FinishedTurn } from './caller_turn.js';
import type { ExpectedAnswer } from './expected_answer.js';
import type { OurSentence } from './floor.js';
import type { FloorCells } from './floor_policy.js';
import type { PatienceOptions } from './patience.js';
import type { UnaskedOptions } from './unasked_lines.js';

export interface TurnOptions extends PatienceOptions, UnaskedOptions {
  silenceMsMin: number;
  silenceMsMax: number;
  sttFinalTimeoutMs: number;
  /** A voice that goes on for so long interrupts before any word of it is known; words do at once. */
  bargeInMinSpeechMs: number;
  greetingProtectMs: number;
  /** How far ahead of the ear reply audio is handed over: so long a hold is not heard. */
  leadMs: number;
  /** BCP 47, for what reads as finished and what as a backchannel. */
  language?: string;
  /** Where the agent meets the caller's sounds otherwise than usual (floor_policy.ts). */
  floor?: FloorCells | undefined;
}

/** What the agent is saying: the greeting and fixed lines are replies too, but answer nobody. `line`: in an operator's words. */
export type ReplyKind =
  | 'greeting'
  | 'answer'
  | 'idle_prompt'
  | 'apology'
  | 'farewell'
  | 'cannot_hear'
  | 'cannot_hear_goodbye'
  | 'technical_goodbye'
  /** That the call is recorded, or whether it may be. */
  | 'consent'
  | 'voicemail'
  | 'line'
  | Filler;

/** A word that the answer is on its way. It is said beside a turn and is no state of its own. */
export type Filler = 'filler' | 'filler_again';

/** What is said in words of the agent's own, as its persona has them. */
export type FixedLine = Exclude<ReplyKind, 'answer' | 'line'>;

export type TurnState =
  | { kind: 'idle' }
  | { kind: 'listening'; sinceMs: number }
  | { kind: 'thinking'; sinceMs: number }
  | { kind: 'speaking'; reply: ReplyKind; sinceMs: number }
  | { kind: 'ended' };

export type TurnEvent =
  | { on: 'started' }
  /**
   * The call goes on here; nobody is greeted. `asked`: what the caller still waits for an answer to. `saying`: a reply of ours
   * that was under way, and is not over.
   */
  | { on: 'resumed'; asked: string | null; saying: ReplyKind | null }
  /** `ours`: what our own sentence is doing, where something of ours can be heard. */
  | { on: 'speech_start'; startMs: number; ours?: OurSentence }
  /** The VAD hears silence within speech, too short yet to be an end. `audioMs`: since when on the recogniser's clock; absent = not known. */
  | { on: 'speech_pause'; audioMs?: number }
  /** The caller speaks on behind it. */
  | { on: 'speech_resume' }
  /** `audioMs`: the end of speech on the recogniser's clock (SttTranscript.endMs); absent = not known. */
  | { on: 'speech_end'; endMs: number; audioMs?: number }
  /** `behindMs`: the recogniser's clock plus this is ours; absent = its words are as of now. */
  | { on: 'transcript'; transcript: SttTranscript; behindMs?: number; ours?: OurSentence }
  /** A key was pressed: the caller is there, and busy. `interrupts`: what is being said is stopped by it. */
  | { on: 'key'; interrupts: boolean }
  /** What was typed is complete. To be told while listening. */
  | { on: 'typed'; text: string }
  /** The first audio of the answer is on its way to the caller. */
  | { on: 'reply_audible' }
  /** What is being said holds a sentence that must be heard to its end; or: it was. */
  | { on: 'protected'; isOn: boolean }
  /** The caller heard the reply to its end; `farewell` = it closed the conversation. `expects`: what it asked for, where that is
   *  known better than its words tell. */
  | { on: 'reply_played'; farewell: boolean; text: string; expects?: ExpectedAnswer | undefined }
  /** The answer can't be made. */
  | { on: 'reply_failed' }
  /** This is to be said now; nothing of ours is being said. */
  | { on: 'say'; reply: 'greeting' | 'consent' }
  /** Nothing of ours is left to say: there was nothing to take up, or it was stopped. */
  | { on: 'nothing_left' }
  /** Somebody has words for the caller. To be told while listening. */
  | { on: 'line' }
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
  | ({ do: 'answer' } & FinishedTurn)
  /** The caller goes on before anything was heard: withdraw the answer. */
  | { do: 'withdraw' }
  /** The answer did not come: stop waiting for it. The caller's words stay said. */
  | { do: 'give_up' }
  /** Hand no more audio over until it is known what the sound is; model and voice go on. */
  | { do: 'hold' }
  /** The same, heard at once: what was handed over and not heard yet is taken back. */
  | { do: 'pause' }
  /** It was nothing: go on from the word where the silence began, if there was one. */
  | { do: 'resume' }
  /** Stop talking now. `onsetMs`: when the sound began that wants the floor. */
  | { do: 'interrupt'; onsetMs: number }
  /** Nothing was said after an interruption: say what was not heard of that reply. */
  | { do: 'take_up' }
  /** Say what is left of the reply that was under way where the call was held before. */
  | { do: 'go_on' }
  | { do: 'say'; reply: FixedLine }
  /** Say what somebody has for the caller. */
  | { do: 'say_line' }
  /** Say that the answer is on its way, if it has not begun to sound; it follows. */
  | { do: 'fill'; reply: Filler }
  | { do: 'end'; reason: 'agent_goodbye' | 'silence' | 'error' };
