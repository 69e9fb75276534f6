// The caller of a story: a guest with a voice, and the few things that callers of stories do.

import type { Guest } from '../callers/guest.js';
import { lengthMs, type Person, say, type Utterance } from '../callers/person.js';
import type { Stage } from '../callers/stage.js';
import type { CallerEvent, EventKind } from '../ear/caller_event.js';
import { backchannel, vocalSound } from '../panel/out_of_turn.js';
import { cough, sneeze } from '../panel/sounds/bodily.js';
import { door } from '../panel/sounds/objects.js';
import { fromAcrossTheRoom } from '../panel/sounds/room.js';
import { atLevel } from '../panel/sounds/shapes.js';
import { synthesise } from '../simulators/speech/synthesise.js';

const DONE_MS = 800;
const PATIENCE_MS = 12_000;
const LATE_MS = 900;

export class Teller {
  /** Of the call, once it is placed. */
  callSid = '';

  constructor(
    readonly stage: Stage,
    readonly guest: Guest,
    readonly person: Person,
    readonly random: () => number,
  ) {}

  /** Hears the greeting to its end. */
  async greeted(): Promise<void> {
    await this.guest.agentSpeaks(PATIENCE_MS, 0);
    await this.guest.agentDone(DONE_MS);
  }

  /** Takes a turn: `gapMs` for each " ... ", `late`: the last so many words are made out only 900 ms after its end. */
  async turn(text: string, options: { gapMs?: number; late?: number } = {}): Promise<CallerEvent> {
    return this.#speak('turn', text, options);
  }

  async interrupt(text: string): Promise<CallerEvent> {
    return this.#speak('interruption', text, {});
  }

  async #speak(
    kind: EventKind,
    text: string,
    { gapMs = 700, late = 0 }: { gapMs?: number; late?: number },
  ): Promise<CallerEvent> {
    const utterance = await say(text, this.person, gapMs);
    const from = utterance.words.length - late;
    const dueMs = lengthMs(utterance) + LATE_MS;
    const heardAs = utterance.words.map((word, i) => (i >= from ? { ...word, lateMs: dueMs - word.endMs } : word));
    return this.guest.say(kind, utterance, { heardAs });
  }

  /** The answer begins and has ended; true = it came. */
  async answered(waitMs = PATIENCE_MS): Promise<boolean> {
    const came = await this.guest.agentSpeaks(waitMs);
    if (came) await this.guest.agentDone(DONE_MS);
    return came;
  }

  /** Says it and hears the answer to its end. */
  async ask(text: string, options: { gapMs?: number; late?: number } = {}): Promise<boolean> {
    await this.turn(text, options);
    return this.answered();
  }

  /** The agent has been speaking for `ms`. */
  async intoReply(ms: number): Promise<boolean> {
    return this.guest.until(() => this.guest.agentSpeakingMs >= ms && this.guest.agent.isSpeaking, ms + PATIENCE_MS);
  }

  /** About so long before a reply's end; `reply` is what is being said since `agentSpeakingMs`. */
  async beforeEndOf(reply: string, ms: number): Promise<void> {
    const spokenMs = (await synthesise(reply, { voice: 'us_woman', rateHz: 8000 })).length / 8;
    await this.intoReply(Math.max(300, spokenMs - ms));
  }

  async nod(word?: string): Promise<void> {
    if (word) await this.guest.say('backchannel', { ...(await say(word, this.person)), text: word });
    else {
      const { utterance, heardAs } = await backchannel(this.person, this.random);
      await this.guest.say('backchannel', utterance, { heardAs });
    }
  }

  async cough(): Promise<void> {
    await this.#noise('cough', cough(this.random), 0);
  }

  async sneeze(): Promise<void> {
    await this.#noise('sneeze', sneeze(this.random), 2);
  }

  async slam(): Promise<void> {
    await this.#noise('door', door(this.random), 4);
  }

  async um(): Promise<void> {
    for (;;) {
      const { utterance } = vocalSound(this.person, this.random);
      if (utterance.text === 'um') return void (await this.guest.say('vocal', utterance, { heardAs: [] }));
    }
  }

  /** A long "ah" that no recogniser writes: a voice, and no word. It may pause the agent: what counts is what follows. */
  async moan(): Promise<void> {
    const { pcm } = await say('aaaah, uuuh, aaaah.', this.person);
    await this.guest.say('burst', { text: 'moan', pcm, words: [] }, { heardAs: [] });
  }

  async #noise(text: string, pcm: Float32Array, louderDb: number): Promise<void> {
    const level = atLevel(pcm, -16 + this.person.loudnessDb + louderDb);
    await this.guest.say('vocal', { text, pcm: level, words: [] }, { heardAs: [] });
  }

  /** Somebody else speaks in the room; nothing of it is written unless `written`. */
  async room(text: string, { db = 14, written = false } = {}): Promise<void> {
    const spoken = await say(text, { ...this.person, voice: { name: 'en+m5', wordsPerMinute: 165, pitch: 30 } });
    const pcm = fromAcrossTheRoom(spoken.pcm, db, this.random);
    await this.guest.say('not_for_us', { text, pcm, words: [] }, { heardAs: written ? spoken.words : [] });
  }

  /** A television beside the telephone for so long; nobody waits for its end, and it is judged by what follows. */
  async television(ms: number, db = 14): Promise<void> {
    const text =
      'And now to the weather, which will be mild in the north and wet in the west, while the east can look forward to a dry evening, before a band of rain comes in during the night.';
    const spoken = await say(text, { ...this.person, voice: { name: 'en+m5', wordsPerMinute: 175, pitch: 35 } });
    const times = Math.ceil(ms / lengthMs(spoken));
    const pcm = new Float32Array(times * spoken.pcm.length);
    for (let i = 0; i < times; i++) pcm.set(spoken.pcm, i * spoken.pcm.length);
    const far = fromAcrossTheRoom(pcm.slice(0, ms * 8), db, this.random);
    this.guest.sound('burst', { text: 'television', pcm: far, words: [] }, { heardAs: [] });
  }

  say(kind: EventKind, utterance: Utterance): Promise<CallerEvent> {
    return this.guest.say(kind, utterance);
  }
}
