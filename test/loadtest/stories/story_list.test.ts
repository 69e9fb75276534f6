import { expect, test } from 'vitest';
import { GROUPS } from '../../../loadtest/stories/story.js';
import { STORIES } from '../../../loadtest/stories/story_list.js';

test('every group has stories, and every story a name of its own', () => {
  expect(STORIES.length).toBeGreaterThanOrEqual(34);
  expect(new Set(STORIES.map(({ name }) => name)).size).toBe(STORIES.length);
  expect(new Set(STORIES.map(({ group }) => group))).toEqual(new Set(GROUPS));
  for (const { name } of STORIES) expect(name).toMatch(/^[a-z0-9]+(_[a-z0-9]+)+$/);
});

test('a story’s first key word stands in no reply and no key word of another', () => {
  for (const { name, replies } of STORIES) {
    const [key] = Object.keys(replies);
    for (const other of STORIES.filter((story) => story.name !== name)) {
      for (const [word, text] of Object.entries(other.replies)) {
        expect(word, `${other.name} against ${name}`).not.toContain(key);
        expect(text.toLowerCase(), `${other.name} against ${name}`).not.toContain(key);
      }
    }
  }
});

test('what must be heard whole is a reply of the story', () => {
  for (const { name, replies, whole = [] } of STORIES)
    for (const key of whole) expect(Object.keys(replies), name).toContain(key);
});
