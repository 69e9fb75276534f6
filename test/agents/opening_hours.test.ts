import { expect, test } from 'vitest';
import { hoursByDay, isOpen, isTimeZone, parseDays, parseSpans } from '../../src/agents/opening_hours.js';

const days = hoursByDay({ 'mon-thu': '09:00-12:30, 14:00-18:00', fri: '22:00-02:00', sun: '00:00-24:00' });
const BERLIN = { timezone: 'Europe/Berlin', days, holidays: ['2026-12-24'] };

test.each([
  ['2026-11-23T08:00:00Z', true], // Monday, nine sharp in Berlin
  ['2026-11-23T07:59:00Z', false],
  ['2026-11-23T11:30:00Z', false], // closed from the minute of the end on
  ['2026-11-23T13:00:00Z', true],
  ['2026-07-20T07:00:00Z', true], // summer time: nine is two hours from UTC
  ['2026-11-27T21:00:00Z', true], // Friday night
  ['2026-11-28T00:59:00Z', true], // which goes on past midnight
  ['2026-11-28T01:00:00Z', false],
  ['2026-11-28T12:00:00Z', false], // no Saturday
  ['2026-11-29T22:59:00Z', true], // Sunday, to the last minute
  ['2026-12-24T09:00:00Z', false], // a Thursday that is a holiday
])('at %s open is %s', (time, open) => {
  expect(isOpen(BERLIN, Date.parse(time))).toBe(open);
});

test.each([['9-17'], ['09:00'], ['25:00-26:00'], ['09:00-24:30'], ['09:00-09:00'], ['']])('%j is no hours', (text) => {
  expect(parseSpans(text)).toBeNull();
});

test.each<[string, string[] | null]>([
  ['sat-mon', ['sat', 'sun', 'mon']],
  ['Sat, tue', ['sat', 'tue']],
  ['someday', null],
  ['mon-tue-wed', null],
])('the days of %j', (text, expected) => {
  expect(parseDays(text)).toEqual(expected);
});

test('zones are checked by name', () => {
  expect(['Europe/Berlin', 'UTC', 'Nowhere/Town'].map(isTimeZone)).toEqual([true, true, false]);
});
