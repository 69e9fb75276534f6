import { beforeEach, expect, test } from 'vitest';
import type { Field } from '../../src/call/field.js';
import { FieldCollection } from '../../src/worker/field_collection.js';
import { OffRecord } from '../../src/worker/off_record.js';
import { ProtectedValues } from '../../src/worker/protected_values.js';

const CARD: Field = { kind: 'card_number', lengths: [], isProtected: true, byVoice: true, question: 'Your card?' };
let offRecord: OffRecord;
let listens: boolean[];
const make = (field: Field) =>
  new FieldCollection(field, {
    ...{ language: 'en-US', offRecord, values: new ProtectedValues() },
    onListen: (isListening) => listens.push(isListening),
  });
beforeEach(() => {
  offRecord = new OffRecord(() => {});
  listens = [];
});
const press = (collection: FieldCollection, keys: string, ms = 0) => {
  for (const key of keys) collection.key(key, ms);
};

test('only a protected field is off the record, and only as long as it lasts', () => {
  make({ ...CARD, kind: 'phone', isProtected: false });
  expect(offRecord.isOff).toBe(false);
  const collection = make(CARD);
  expect(offRecord.isOff).toBe(true);
  collection.close();
  collection.close();
  expect(offRecord.isOff).toBe(false);
});

test('an entry of keys is over when it is whole, with the hash key, or after a pause', () => {
  const card = make(CARD);
  press(card, '411111111111111');
  expect(card.typed(3999)).toBeNull();
  press(card, '1', 3999);
  expect(card.typed(3999)).not.toBeNull();
  expect(card.typed(4000)).toBeNull();
  const phone = make({ ...CARD, kind: 'phone', isProtected: false });
  press(phone, '2025550199', 5000);
  expect([phone.typed(8999), phone.typed(9000)]).toEqual([null, '[typed]']);
  press(phone, '#', 9000);
  expect(phone.typed(9000)).not.toBeNull();
  const empty = make(CARD);
  press(empty, '41*#');
  expect(empty.typed(Number.MAX_SAFE_INTEGER)).toBeNull();
});

test('typed: kept as keys where the field is not protected', () => {
  const phone = make({ ...CARD, kind: 'phone', isProtected: false });
  press(phone, '2025550199#');
  expect(phone.heard(phone.typed(0)!)).toEqual({
    ...{ kept: 'typed 2 0 2 5 5 5 0 1 9 9 on the keypad', say: 'I have 2 0 2, 5 5 5, 0 1 9 9. Is that right?' },
  });
  const card = make(CARD);
  press(card, '4111111111111111');
  expect(card.heard(card.typed(0)!)).toMatchObject({ kept: '[protected]' });
});

test('a turn that goes on has its keys again', () => {
  const card = make(CARD);
  press(card, '4111111111111111');
  const turn = card.typed(0)!;
  card.heard(turn);
  card.undo();
  expect(card.heard(`${turn} okay`)).toMatchObject({ say: expect.stringContaining('1 1 1 1') });
});

test('nobody answers: what may be kept is told, and the question comes again when it is taken up', () => {
  const card = make(CARD);
  press(card, '4111111111111111');
  expect(card.unanswered(card.typed(0)!)).toBe('[protected]');
  expect(card.unanswered('four one one one')).toBe('[protected]');
  expect(card.heard('[protected] Yes.')).toEqual({ kept: '[protected] Yes.', say: 'Your card?' });
  expect(card.heard('[protected] one one one')).toEqual({ kept: '[protected]', say: 'Your card?' });
});

test('given up: the model is told why, and the call is on the record again', () => {
  const card = make(CARD);
  const step = card.heard('Why do you need that?');
  expect(step).toEqual({
    kept: 'Why do you need that?',
    result: '{"ok":false,"reason":"the caller said something else: answer that first"}',
  });
  expect(offRecord.isOff).toBe(false);
  card.undo();
  expect(offRecord.isOff).toBe(true);
});
