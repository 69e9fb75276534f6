import { expect, test } from 'vitest';
import { Keypad } from '../../../src/conversation/turns/keypad.js';

function typed(keys: string, everyMs: number): Keypad {
  const keypad = new Keypad();
  [...keys].forEach((key, i) => {
    keypad.press(key, i * everyMs);
  });
  return keypad;
}

test.each([
  ['42', 200, 2200],
  ['42#', 200, 400],
  ['#', 200, 0],
  ['4', 200, 2000],
  ['123456', 1500, 9500],
])('%s, a key every %i ms: over at %i ms', (keys, everyMs, dueMs) => {
  expect(typed(keys, everyMs).dueMs).toBe(dueMs);
});

test('nothing is due before a key, nor after the entry was taken', () => {
  const keypad = new Keypad();
  expect(keypad.dueMs).toBe(Number.POSITIVE_INFINITY);
  keypad.press('1', 0);
  expect(keypad.take()).toBe('typed 1 on the keypad');
  expect(keypad.dueMs).toBe(Number.POSITIVE_INFINITY);
  keypad.press('2', 5000);
  expect(keypad.take()).toBe('typed 2 on the keypad');
});

test('keys are told one by one', () => {
  expect(typed('4*2#', 100).take()).toBe('typed 4 * 2 # on the keypad');
});

test('somebody who leans on the keypad fills no memory', () => {
  const text = typed('9'.repeat(1000), 10).take();
  expect(text.match(/9/g)).toHaveLength(64);
});
