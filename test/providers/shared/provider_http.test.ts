import { expect, test } from 'vitest';
import {
  failureWord,
  handshakeStatus,
  isRetryableStatus,
  retryAfterMs,
} from '../../../src/providers/shared/provider_http.js';

test.each([
  [400, false],
  [401, false],
  [402, false],
  [403, false],
  [404, false],
  [408, true],
  [409, true],
  [422, false],
  [425, true],
  [429, true],
  [500, true],
  [503, true],
])('status %i worth another try: %s', (status, expected) => {
  expect(isRetryableStatus(status)).toBe(expected);
});

const NOW = Date.parse('2026-01-01T00:00:00Z');
test.each([
  [{ 'retry-after-ms': '120', 'retry-after': '9' }, 120],
  [{ 'retry-after': '2' }, 2000],
  [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:03 GMT' }, 3000],
  [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
  [{ 'retry-after': '-5' }, 0],
  [{ 'retry-after': 'soon' }, undefined],
  [{}, undefined],
])('%j means %s ms', (headers, expected) => {
  expect(retryAfterMs(new Headers(headers as Record<string, string>), NOW)).toBe(expected);
});

test('the status of a refused upgrade is read from the message', () => {
  expect(handshakeStatus('Unexpected server response: 429')).toBe(429);
  expect(handshakeStatus('connect ECONNREFUSED 127.0.0.1:1')).toBeUndefined();
});

test('a failure is named by its code, never by its message', () => {
  const cause = Object.assign(new Error('connect 10.0.0.1'), { code: 'ECONNREFUSED' });
  expect(failureWord(new TypeError('fetch failed', { cause }))).toBe('ECONNREFUSED');
  expect(failureWord(new TypeError('key sk-123 refused'))).toBe('TypeError');
  expect(failureWord(new Error('Opening handshake has timed out'))).toBe('timeout');
  expect(failureWord('sk-123')).toBe('unknown');
});
