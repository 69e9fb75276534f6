// What callers say: scripted lines by call, and a default script that cycles for calls nobody scripted.

/** One stretch of speech. `text` is written as it should be read, with punctuation. */
export interface ScriptLine {
  text: string;
  /** How long the audio of this line is; without it ~2.6 words a second are assumed. */
  speechMs?: number;
}

/** Plain feedback about a meal: what the load test's callers say when nobody wrote a script for them. */
export const DEFAULT_SCRIPT: readonly ScriptLine[] = [
  { text: 'Hi, I would like to give some feedback about my lunch.' },
  { text: 'I had the chicken curry and it was quite cold.' },
  { text: 'The staff were friendly, but the queue was very long.' },
  { text: 'I would say three out of five.' },
  { text: 'No, that is all. Thank you, goodbye.' },
];

const CALLS_MAX = 20_000;

/** Scripts by call; each stream asks for its next line when a new stretch of speech begins. */
export class ScriptBook {
  #defaultScript: readonly ScriptLine[];
  readonly #scripts = new Map<string, ScriptLine[]>();
  /** Lines already spoken, by call: survives a reconnect of the same call. */
  readonly #next = new Map<string, number>();

  constructor(defaultScript: readonly ScriptLine[] = DEFAULT_SCRIPT) {
    this.#defaultScript = defaultScript;
  }

  setScript(callSid: string, lines: readonly ScriptLine[]): void {
    this.#scripts.set(callSid, lines.map(checkLine));
    this.#next.delete(callSid);
    if (this.#scripts.size > CALLS_MAX) this.#scripts.delete(this.#scripts.keys().next().value as string);
  }

  setDefaultScript(lines: readonly ScriptLine[]): void {
    if (lines.length === 0) throw new RangeError('a default script needs at least one line');
    this.#defaultScript = lines.map(checkLine);
  }

  /** The next line of this call, or null when its own script is used up: then it is noise that nobody understands. */
  take(callSid: string): ScriptLine | null {
    const index = this.#next.get(callSid) ?? 0;
    const script = this.#scripts.get(callSid);
    const line = script ? script[index] : this.#defaultScript[index % this.#defaultScript.length];
    if (line) this.#next.set(callSid, index + 1);
    // Load tests run for hours: calls of long ago must not stay.
    if (this.#next.size > CALLS_MAX) this.#next.delete(this.#next.keys().next().value as string);
    return line ?? null;
  }

  /** How many lines of this call have been spoken. */
  spoken(callSid: string): number {
    return this.#next.get(callSid) ?? 0;
  }
}

function checkLine(line: ScriptLine): ScriptLine {
  if (typeof line?.text !== 'string' || line.text.trim() === '') throw new RangeError('a script line needs a text');
  if (line.speechMs !== undefined && !(line.speechMs > 0)) throw new RangeError('speechMs must be positive');
  return { text: line.text.trim().replace(/\s+/g, ' '), speechMs: line.speechMs };
}
