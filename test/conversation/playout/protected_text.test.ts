import { expect, test } from 'vitest';
import { ProtectedText } from '../../../src/conversation/playout/protected_text.js';

const NOTICE = 'This call may be recorded.';

test.each([
  ['before its first word', 'Hello. This call may be recorded. How are you?', 'Hello.', true],
  ['in the middle of it', 'Hello. This call may be recorded. How are you?', 'Hello. This call may', true],
  ['but for the last word', 'This call may be recorded.', 'This call may be', true],
  ['when it was heard', 'Hello. This call may be recorded. How are you?', 'Hello. This call may be recorded.', false],
  ['otherwise written', 'hello – this call may be Recorded!', 'hello', true],
  ['not whole yet', 'Hello. This call may be', '', false],
  ['not there', 'Hello. How are you?', '', false],
])('%s', (_, pieces, heard, isWaiting) => {
  expect(new ProtectedText([NOTICE, '…']).isWaiting(1, pieces, () => heard)).toBe(isWaiting);
});

test('the last of several, and of one that is said twice', () => {
  const text = new ProtectedText([NOTICE, 'Rates apply.']);
  const pieces = 'Rates apply. This call may be recorded. Rates apply. Ready?';
  expect(text.isWaiting(1, pieces, () => 'Rates apply. This call may be recorded.')).toBe(true);
  expect(text.isWaiting(1, pieces, () => 'Rates apply. This call may be recorded. Rates apply.')).toBe(false);
});

test('another reply is looked at anew, and so is one that grew', () => {
  const text = new ProtectedText([NOTICE]);
  expect(text.isWaiting(1, NOTICE, () => '')).toBe(true);
  expect(text.isWaiting(2, 'x'.repeat(NOTICE.length), () => '')).toBe(false);
  expect(text.isWaiting(2, `Well. ${NOTICE}`, () => '')).toBe(true);
});
