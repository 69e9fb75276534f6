// What speech recognition hears on each call: the line of the clip that is being said, with a word of its own.

import { nowMs } from '../../src/clock.js';
import { ScriptBook, type ScriptLine } from '../simulators/deepgram/script.js';
import type { LineRow } from './fleet_messages.js';
import { callerText, clipOf } from './lines.js';
import { turnWord } from './turn_words.js';

export class LineBook extends ScriptBook {
  readonly #count = new Map<string, number>();
  #words = 0;

  /** `builtIn`: the clips are the built-in lines; else their text is a file name and a neutral sentence is heard. */
  constructor(
    readonly clips: readonly { speechMs: number }[],
    readonly builtIn: boolean,
    readonly onLine: (line: LineRow) => void,
  ) {
    super();
  }

  override take(callSid: string): ScriptLine {
    const n = this.#count.get(callSid) ?? 0;
    this.#count.set(callSid, n + 1);
    const word = turnWord(this.#words++);
    this.onLine({ callSid, word, atMs: nowMs() });
    const clip = clipOf(callSid, n, this.clips.length);
    if (!this.builtIn) return { text: `I would like to leave some feedback at the ${word} counter.` };
    return { text: callerText(clip, word), speechMs: this.clips[clip].speechMs };
  }

  forget(callSid: string): void {
    this.#count.delete(callSid);
  }
}
