import { expect, test } from 'vitest';
import { ProtectedValues } from '../../src/worker/protected_values.js';

test('a value for a handle, until the call is over', () => {
  const values = new ProtectedValues();
  expect(values.keep({ kind: 'card_number' }, '4111')).toBe('card_number_1');
  expect(values.keep({ kind: 'digits' }, '99')).toBe('digits_2');
  expect([values.reveal('card_number_1'), values.reveal('digits_2'), values.reveal('4111')]).toEqual([
    '4111',
    '99',
    undefined,
  ]);
  values.forget();
  values.forget();
  expect(values.reveal('card_number_1')).toBeUndefined();
});
