// Plays stories on the real server, many at a time, and judges each when its call is over. Those in which a vendor fails play on
// a server of their own: what it thinks of that vendor then is nobody else's trouble.

import { Guest } from '../callers/guest.js';
import { heardCall } from '../callers/judged.js';
import { somebody } from '../callers/person.js';
import { PhoneLine } from '../callers/phone_line.js';
import { Stage } from '../callers/stage.js';
import { heardOfReply, plainWords } from '../ear/heard_text.js';
import { seededRandom } from '../simulators/latency.js';
import type { ChatMessage } from '../simulators/openai/replies.js';
import type { Asked, Seen, Story } from './story.js';
import { NOTHING_NEW, replyIn, type StoryResult, storyOf, storyResult } from './story_result.js';
import { Teller } from './teller.js';

export interface StoryRunOptions {
  seed: number;
  env: Record<string, string>;
  onResult(result: StoryResult): void;
}

const FAILING = new Set(['latency', 'providers']);
const STAGGER_MS = 300;
const AT_ONCE = 30;
const CALL_MS_MAX = 100_000;

export async function playStories(stories: readonly Story[], options: StoryRunOptions): Promise<StoryResult[]> {
  const together = stories.filter(({ alone }) => !alone);
  const parts = [
    together.filter(({ group }) => !FAILING.has(group)),
    together.filter(({ group }) => FAILING.has(group)),
    ...stories.filter(({ alone }) => alone).map((story) => [story]),
  ];
  const results: StoryResult[] = [];
  for (const part of parts) if (part.length > 0) results.push(...(await playPart(part, options)));
  return stories.flatMap(({ name }) => results.filter((result) => result.name === name));
}

async function playPart(stories: readonly Story[], { seed, env, onResult }: StoryRunOptions): Promise<StoryResult[]> {
  const log = new Map<string, Asked[]>();
  const byMessages = new Map<readonly ChatMessage[], Asked>();
  const answer = (messages: readonly ChatMessage[]): string => {
    const story = storyOf(stories, messages);
    const asked: Asked = {
      atMs: Date.now(),
      messages,
      reply: story ? replyIn(story, messages) : NOTHING_NEW,
      chars: 0,
    };
    byMessages.set(messages, asked);
    if (story) log.set(story.name, [...(log.get(story.name) ?? []), asked]);
    return asked.reply;
  };
  const onText = (messages: readonly ChatMessage[], chars: number): void => {
    const asked = byMessages.get(messages);
    if (asked) asked.chars = chars;
  };
  const stage = await Stage.start({ seed, answer, onText, env });
  const results: StoryResult[] = [];
  const waiting = stories.map((story, i) => ({ story, seed: seed * 1000 + i }));
  const lane = async (startMs: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, startMs));
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { story, seed: own } = next;
      const result = await playOne(stage, story, own, () => log.get(story.name) ?? []).catch((error: unknown) =>
        broken(story, error),
      );
      results.push(result);
      onResult(result);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, stories.length) }, (_, i) => lane(i * STAGGER_MS)));
    return results;
  } finally {
    await stage.stop();
  }
}

async function playOne(stage: Stage, story: Story, seed: number, asked: () => Asked[]): Promise<StoryResult> {
  const random = seededRandom(seed);
  const person = somebody(random);
  person.loudnessDb = -5 - (story.quieterDb ?? 0);
  const line = new PhoneLine({ seed, ...story.line });
  const guest: Guest = new Guest(line, () => story.play(teller));
  const teller = new Teller(stage, guest, person, random);
  const call = stage.ring(guest, `+1415555${1000 + (seed % 9000)}`, seed, story.network);
  teller.callSid = call.sid;
  story.prepare?.(stage, call.sid);
  const timer = setTimeout(() => call.hangup(), CALL_MS_MAX);
  const report = await call.ended;
  clearTimeout(timer);
  if (guest.error) throw guest.error;
  const record = await stage.recordOf(call.sid);
  const replies = [...Object.values(story.replies), NOTHING_NEW];
  const heard = heardCall(story.name, call, guest, stage.book, record, replies);
  if (!heard) throw new Error('there was no stream');
  const words = heard.words.filter(({ share }) => share >= 0.5).flatMap(({ word }) => plainWords(word));
  const newest = asked()
    .at(-1)
    ?.messages.findLast(({ role }) => role === 'user')?.content;
  const seen: Seen = {
    heard,
    played: words.join(' '),
    asked: asked(),
    report,
    record,
    heardOf: (key) => heardOfReply(story.replies[key] ?? '', heard.words),
    lastWords: plainWords(String(newest ?? '')).join(' '),
    isArmed: isArmed(stage, [call.sid, Object.keys(story.replies)[0]]),
  };
  return storyResult(story, seen);
}

/** Something that was to go wrong in this call has not met it. */
function isArmed({ twilio, deepgram, openai, cartesia }: Stage, keys: readonly string[]): boolean {
  return [twilio, deepgram, openai, cartesia].some(({ failures }) => keys.some((key) => failures.isPending(key)));
}

function broken({ name, group, about }: Story, error: unknown): StoryResult {
  return {
    name,
    group,
    about,
    ok: false,
    problems: [`the story broke: ${error instanceof Error ? error.message : String(error)}`],
    response_ms: [],
    onset_to_silence_ms: [],
    heard_text_error_words: null,
    false_interruptions: 0,
    duplicated_words: 0,
    lost_words: 0,
    dead_air_ms_max: 0,
    discarded_tokens: 0,
    played: '',
  };
}
