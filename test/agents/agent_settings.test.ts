import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isPattern, SETTING_FIELDS, valueProblem } from '../../src/agents/agent_settings.js';

const SETTINGS = z.strictObject(SETTING_FIELDS);
const paths = (fields: object) => (SETTINGS.safeParse(fields).error?.issues ?? []).map(({ path }) => path.join('.'));

test('an agent that sets nothing is taken, and what it does not set is left to the server', () => {
  const settings = SETTINGS.parse({});
  expect(settings).toMatchObject({ weight: 1, numbers: [], default: false, turns: {}, mustBeHeard: [] });
  expect(settings.recording.enabled).toBe(true);
  expect(settings.turns.idlePromptMs).toBeUndefined();
});

describe('taken', () => {
  test.each<[string, object]>([
    ['names, versions, numbers', { agent: 'front-desk', variant: 'v1.2', numbers: ['+15551234567', '+1555*'] }],
    ['a language, and all of them', { listen: { language: 'multi' } }],
    ['limits of this agent', { turns: { idlePromptMs: 1000, deafPatienceMs: 0 } }],
    ['cells of the floor', { turns: { floor: { speaking: { noise: 'keep' } } } }],
    ['hours', { openingHours: { timezone: 'Europe/Berlin', days: { 'mon-fri': '09:00-12:30, 14:00-18:00' } } }],
    ['a rule for a variable', { variables: { customer_name: { required: true, pattern: '[A-Z].*', maxLength: 20 } } }],
  ])('%s', (_, fields) => expect(paths(fields)).toEqual([]));
});

describe('refused', () => {
  test.each<[string, object, string]>([
    ['a name with a space', { agent: 'front desk' }, 'agent'],
    ['a number without a plus', { numbers: ['15551234567'] }, 'numbers.0'],
    ['a star in the middle', { numbers: ['+15*67'] }, 'numbers.0'],
    ['too impatient', { turns: { idlePromptMs: 999 } }, 'turns.idlePromptMs'],
    ['half a millisecond', { turns: { fillerMs: 0.5 } }, 'turns.fillerMs'],
    ['a state of no floor', { turns: { floor: { sleeping: {} } } }, 'turns.floor'],
    [
      'a date that is none',
      { openingHours: { timezone: 'UTC', days: {}, holidays: ['2026-02-30'] } },
      'openingHours.holidays.0',
    ],
    ['a place that is no zone', { openingHours: { timezone: 'Mars/Base', days: {} } }, 'openingHours.timezone'],
    ['hours that are none', { openingHours: { timezone: 'UTC', days: { mon: 'all day' } } }, 'openingHours.days.mon'],
    [
      'a day that is none',
      { openingHours: { timezone: 'UTC', days: { payday: '09:00-10:00' } } },
      'openingHours.days.payday',
    ],
    ['a variable with a hyphen', { variables: { 'customer-name': 'x' } }, 'variables.customer-name'],
    ['a field that is none', { turns: { speed: 1 } }, 'turns'],
  ])('%s', (_, fields, path) => expect(paths(fields)).toEqual([path]));
});

describe('what a call brings', () => {
  const rule = { default: '', required: false, maxLength: 10 };

  test.each([
    ['anything', rule, 'Ada', null],
    ['too long', rule, 'x'.repeat(11), 'at most 10 characters are expected'],
    ['one of a few', { ...rule, oneOf: ['gold', 'silver'] }, 'gold', null],
    ['none of them', { ...rule, oneOf: ['gold', 'silver'] }, 'Gold', 'one of gold, silver is expected'],
    ['the whole pattern', { ...rule, pattern: '\\d+' }, '123', null],
    ['a part of it only', { ...rule, pattern: '\\d+' }, '123a', 'does not match the pattern'],
    ['one side of it only', { ...rule, pattern: 'a|b' }, 'ax', 'does not match the pattern'],
  ])('%s', (_, of, value, expected) => expect(valueProblem(value, of)).toBe(expected));
});

test.each([
  ['[a-z]+', true],
  ['(', false],
  ['\\p{L}', true],
  ['a{2,1}', false],
])('"%s" is a pattern: %s', (source, expected) => expect(isPattern(source)).toBe(expected));
