// Runs TwiML on a call, verb after verb, as Twilio does: a document that ends without a <Hangup> hangs up, <Redirect>
// and actions replace the document, and after </Connect> the next verb follows. What a verb does to the call is behind
// the `TwimlLine` interface.

import { parseTwiml, type StreamVerb, type TwimlDocument, type Verb } from './twiml.js';

/** A chain of redirects longer than this is a loop. */
const DOCUMENTS_MAX = 50;

/** The call as TwiML sees it. Every promise also resolves when the call ends or the document is replaced. */
export interface TwimlLine {
  /** The first verb that is heard picks the phone up. */
  answer(): void;
  /** Resolves when the stream is over, whoever ended it. */
  connectStream(stream: StreamVerb): Promise<void>;
  /** Text or sound that Twilio itself plays to the caller; resolves when it has played. */
  speak(verb: 'Say' | 'Play', what: string): Promise<void>;
  pause(ms: number): Promise<void>;
  dial(number: string, timeoutS: number): Promise<string>;
  /** Gets the next document. Rejects when there is none: the line has recorded why. */
  fetch(url: string, method: 'GET' | 'POST', extra: readonly (readonly [string, string])[]): Promise<string>;
  reject(reason: 'rejected' | 'busy'): void;
  hangUp(): void;
  warn(code: number, text: string): void;
}

interface Source {
  xml: string;
  /** Where it came from: relative URLs in it are relative to this. */
  url: string;
}

export class TwimlRunner {
  readonly #line: TwimlLine;
  /** Counts documents begun from outside; a loop that finds it changed has been replaced and stops. */
  #generation = 0;

  constructor(line: TwimlLine) {
    this.#line = line;
  }

  /** Runs a document to its end. Rejects with TwimlError when Twilio would refuse it. */
  async run(xml: string, url: string): Promise<void> {
    const generation = ++this.#generation;
    let source: Source | null = { xml, url };
    for (let i = 0; source && generation === this.#generation; i++) {
      if (i === DOCUMENTS_MAX) {
        this.#line.warn(11200, 'too many redirects');
        break;
      }
      source = await this.#document(parseTwiml(source.xml), source.url, generation);
    }
    if (generation === this.#generation) this.#line.hangUp();
  }

  /** Stops after the verb under way, which the line must end itself. */
  stop(): void {
    this.#generation++;
  }

  async #document(document: TwimlDocument, url: string, generation: number): Promise<Source | null> {
    for (const warning of document.warnings) this.#line.warn(Number.parseInt(warning, 10) || 0, warning);
    for (const verb of document.verbs) {
      const next = await this.#verb(verb, url, generation);
      if (generation !== this.#generation) return null;
      if (next === 'over') return null;
      if (next) return next;
    }
    return null;
  }

  /** Null = go on with the next verb. */
  async #verb(verb: Verb, url: string, generation: number): Promise<Source | 'over' | null> {
    const line = this.#line;
    // These three do not pick up the phone.
    if (verb.verb === 'Reject') {
      line.reject(verb.reason);
      this.stop();
      return 'over';
    }
    if (verb.verb === 'Pause') {
      await line.pause(verb.lengthS * 1000);
      return null;
    }
    if (verb.verb === 'Redirect') return this.#next(verb.url, verb.method, url, [], generation);
    line.answer();
    switch (verb.verb) {
      case 'Connect':
        await line.connectStream(verb.stream);
        return verb.action === null ? null : this.#next(verb.action, verb.method, url, [], generation);
      case 'Say':
        for (let i = 0; i < Math.max(1, verb.loop); i++) await line.speak('Say', verb.text);
        return null;
      case 'Play':
        await line.speak('Play', verb.digits ?? verb.url);
        return null;
      case 'Dial': {
        const status = await line.dial(verb.number, verb.timeoutS);
        if (verb.action === null) return null;
        return this.#next(verb.action, verb.method, url, [['DialCallStatus', status]], generation);
      }
      case 'Hangup':
        return 'over';
    }
  }

  async #next(
    target: string,
    method: 'GET' | 'POST',
    base: string,
    extra: readonly (readonly [string, string])[],
    generation: number,
  ): Promise<Source | null> {
    // The verb ended because the call did, or because another document took over: its action is not asked for.
    if (generation !== this.#generation) return null;
    const url = new URL(target || base, base).href;
    return { xml: await this.#line.fetch(url, method, extra), url };
  }
}
