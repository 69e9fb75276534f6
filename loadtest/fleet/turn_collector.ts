// Ties what the providers did to utterances by their turn words, and keeps it for the report. Runs in the providers'
// process, so each entry is a few numbers.

import { nowMs } from '../../src/clock.js';
import { type ChatMessage, textOf } from '../simulators/openai/replies.js';
import type { StageTiming } from '../simulators/stage_timings.js';
import type { CompletionRow, FinalRow, LineRow, VoiceRow } from './fleet_messages.js';
import { agentReply } from './lines.js';
import { turnWordsIn } from './turn_words.js';

/** The first piece of a reply ends long before this. */
const CHARS_KEPT = 160;

export class TurnCollector {
  readonly rows = {
    lines: [] as LineRow[],
    finals: [] as FinalRow[],
    completions: [] as CompletionRow[],
    voices: [] as VoiceRow[],
  };
  crossed = 0;
  readonly #callOf = new Map<string, string>();
  /** Completions under way, by reply text and start. */
  readonly #open = new Map<string, CompletionRow>();
  #answers = 0;

  line(line: LineRow): void {
    this.rows.lines.push(line);
    this.#callOf.set(line.word, line.callSid);
  }

  final(callSid: string, kind: FinalRow['kind'], timing: StageTiming): void {
    const { startMs, endMs, audio } = timing;
    this.rows.finals.push({ callSid, kind, startMs, endMs, audio: audio ?? null });
  }

  /** The reply to a conversation; null when it holds no turn word (a greeting, a probe). */
  answer(messages: readonly ChatMessage[]): string | null {
    let word: string | null = null;
    let call: string | undefined;
    for (const message of messages) {
      if (message.role !== 'user') continue;
      for (const said of turnWordsIn(textOf(message))) {
        const owner = this.#callOf.get(said);
        if (call !== undefined && owner !== call) this.crossed++;
        call = owner;
        word = said;
      }
    }
    return word === null ? null : agentReply(this.#answers++, word);
  }

  /** `chars` of `reply` have left by now. */
  text(reply: string, startMs: number, chars: number): void {
    const word = turnWordsIn(reply)[0];
    if (word === undefined) return;
    const key = `${word} ${startMs}`;
    let row = this.#open.get(key);
    if (!row) {
      // The whole text in one write, or the end of one that was told already.
      if (chars >= reply.length) return;
      row = { word, reply: reply.slice(0, CHARS_KEPT), startMs, chars: [], atMs: [] };
      this.#open.set(key, row);
      this.rows.completions.push(row);
    }
    const last = row.chars[row.chars.length - 1] ?? 0;
    if (last < CHARS_KEPT && chars > last) {
      row.chars.push(chars);
      row.atMs.push(nowMs());
    }
    if (chars >= reply.length) this.#open.delete(key);
  }

  voice(firstText: string, startMs: number, endMs: number): void {
    const word = turnWordsIn(firstText)[0];
    if (word !== undefined) this.rows.voices.push({ word, startMs, firstText, endMs });
  }
}
