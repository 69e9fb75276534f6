import { describe, expect, test } from 'vitest';
import type { HeardCall } from '../../../loadtest/callers/judged.js';
import type { CallerEvent } from '../../../loadtest/ear/caller_event.js';
import { heardOfReply, plainWords } from '../../../loadtest/ear/heard_text.js';
import type { PlayedWord } from '../../../loadtest/ear/played_words.js';
import type { CallReport } from '../../../loadtest/simulators/twilio/call_report.js';
import type { Asked, Seen, Story } from '../../../loadtest/stories/story.js';
import { missing } from '../../../loadtest/stories/story.js';
import { replyIn, storyOf, storyResult } from '../../../loadtest/stories/story_result.js';

const REPLY = 'The soup is made fresh on every morning of the week.';
const STORY: Story = {
  name: 'a_story',
  group: 'turns',
  about: '',
  replies: { soup: REPLY, salad: 'The salad comes from nearby.' },
  whole: ['soup'],
  play: async () => {},
};
const event = (kind: CallerEvent['kind'], startMs: number, endMs: number): CallerEvent => ({
  kind,
  startMs,
  endMs,
  text: kind,
});

/** So many words of the reply from 2,600 on, 300 ms each. */
function played(count: number): PlayedWord[] {
  const words = REPLY.split(' ').map((word, i) => ({ word, startMs: i * 300, endMs: (i + 1) * 300 }));
  const piece = { text: REPLY, audio: new Uint8Array(0), words };
  return words.slice(0, count).map(({ word, startMs, endMs }, index) => ({
    word,
    piece,
    index,
    startMs: 2600 + startMs,
    endMs: 2600 + endMs,
    share: 1,
  }));
}

function seen(words: PlayedWord[], changes: Partial<HeardCall> = {}, others: Partial<Seen> = {}): Seen {
  const endMs = words.at(-1)?.endMs ?? 0;
  const heard: HeardCall = {
    id: 'a',
    durationMs: endMs + 1000,
    agent: [{ startMs: 2600, endMs }],
    events: [event('turn', 1000, 2000)],
    replyEndsMs: words.length === 11 ? [endMs] : [],
    words,
    text: { errorWordsMax: 0, worst: null, lost: [], doubled: [] },
    ...changes,
  };
  return {
    heard,
    played: words.flatMap(({ word }) => plainWords(word)).join(' '),
    asked: [],
    report: {} as CallReport,
    record: { turns: [] },
    heardOf: (key) => heardOfReply(STORY.replies[key], words),
    lastWords: '',
    isArmed: false,
    ...others,
  };
}

describe('a story', () => {
  test('that went well has its figures and no problem', () => {
    expect(storyResult(STORY, seen(played(11)))).toMatchObject({
      ok: true,
      problems: [],
      response_ms: [600],
      onset_to_silence_ms: [],
      heard_text_error_words: 0,
      false_interruptions: 0,
      duplicated_words: 0,
      lost_words: 0,
      dead_air_ms_max: 1000,
    });
  });

  test('whose reply breaks off has lost words, and dead air after them', () => {
    const result = storyResult(STORY, seen(played(6), { durationMs: 12_000 }));
    expect(result).toMatchObject({ ok: false, lost_words: 5, dead_air_ms_max: 12_000 - 2600 - 1800 });
    expect(result.problems.join('\n')).toMatch(/6 of 11 words/);
  });

  test('in which a cough stops the agent has a false interruption', () => {
    const words = played(11);
    const agent = [
      { startMs: 2600, endMs: 3900 },
      { startMs: 5000, endMs: 7000 },
    ];
    const result = storyResult(
      STORY,
      seen(words, { agent, events: [event('turn', 1000, 2000), event('vocal', 3600, 3900)] }),
    );
    expect(result).toMatchObject({ ok: false, false_interruptions: 1 });
  });

  test('whose interruption goes unheard for long is not ok', () => {
    const events = [event('turn', 1000, 2000), event('interruption', 3200, 4500)];
    const { onset_to_silence_ms, problems } = storyResult(STORY, seen(played(11), { events, durationMs: 9000 }));
    expect(onset_to_silence_ms).toEqual([2700]);
    expect(problems.join('\n')).toMatch(/silent only 2700 ms/);
  });

  test('without a record, with words off, or in which nothing went wrong that should have is not ok', () => {
    const off = { errorWordsMax: 3, worst: { server: 'a b c', phone: '' }, lost: [], doubled: [] };
    expect(storyResult(STORY, seen(played(11), {}, { record: null })).ok).toBe(false);
    expect(storyResult(STORY, seen(played(11), { text: off })).problems.join()).toMatch(/off by 3 words/);
    expect(storyResult(STORY, seen(played(11), {}, { isArmed: true })).problems.join()).toMatch(/proves nothing/);
  });

  test('counts the tokens of requests whose reply was not heard', () => {
    const asked = (reply: string, chars: number): Asked => ({ atMs: 0, messages: [], reply, chars });
    const salad = STORY.replies['salad'];
    const both = [asked(REPLY, 20), asked(salad, salad.length), asked(REPLY, REPLY.length)];
    const { discarded_tokens } = storyResult(STORY, seen(played(11), {}, { asked: both }));
    expect(discarded_tokens).toBeGreaterThan(7);
    expect(discarded_tokens).toBeLessThan(20);
    expect(storyResult(STORY, seen(played(11), {}, { asked: [asked(REPLY, REPLY.length)] })).discarded_tokens).toBe(0);
  });
});

describe('the simulated model', () => {
  const user = (content: string) => ({ role: 'user', content });

  test('knows the story by its first key word, and answers the last key word', () => {
    expect(storyOf([STORY], [user('The soup.')])).toBe(STORY);
    expect(storyOf([STORY], [user('The salad.')])).toBeNull();
    expect(replyIn(STORY, [user('The soup.'), user('And the soup with the salad.')])).toBe(STORY.replies['salad']);
    expect(replyIn(STORY, [user('Well.')])).toMatch(/did not catch/);
  });

  test('goes on with a reply of which a part stands already', () => {
    const messages = [user('The soup.'), { role: 'assistant', content: 'The soup is made' }];
    expect(replyIn(STORY, messages)).toBe('fresh on every morning of the week.');
  });
});

test('words are missed when they are not there, or not in order', () => {
  expect(missing('x', 'one two three', ['one', 'three'])).toEqual([]);
  expect(missing('x', 'one two three', ['three', 'one'])).toHaveLength(1);
  expect(missing('x', 'onetwo', ['one'])).toHaveLength(1);
});
