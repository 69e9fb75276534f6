import { expect, test } from 'vitest';
import { MediaTokens } from '../../../src/server/media/media_tokens.js';

test('a ticket is good until its time, its use, or the end of its call', () => {
  const tokens = new MediaTokens(1000);
  const tokenOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);
  const first = tokens.issue('CA1', 5, 'wss://h', 0);
  const second = tokens.issue('CA1', 5, 'wss://h', 100);
  const other = tokens.issue('CA2', 6, 'wss://h', 100);
  expect(first.streamUrl).toMatch(/^wss:\/\/h\/ws\/[\w-]{32}$/);
  expect(tokens.find(tokenOf(first.streamUrl), 999)).toBe(first);
  expect(tokens.find(tokenOf(first.streamUrl), 1000)).toBe('expired');
  expect(tokens.find(tokenOf(second.streamUrl), 1000)).toBe(second);
  expect(tokens.find('guess', 0)).toBe('unknown');
  tokens.spend(5);
  expect(tokens.find(tokenOf(second.streamUrl), 1000)).toBe('used');
  expect(tokens.find(tokenOf(other.streamUrl), 1000)).toBe(other);
  tokens.issue('CA3', 7, 'wss://h', 5000);
  expect(tokens.find(tokenOf(first.streamUrl), 5000)).toBe('unknown');
});
