import { expect, test } from 'vitest';
import { errorReply, fieldError, HttpError } from '../../../src/server/http/errors.js';

const parsed = (thrown: unknown) => {
  const { reply, defect } = errorReply(thrown);
  return { status: reply.status, headers: reply.headers, body: JSON.parse(String(reply.body)), defect };
};

test('what was refused on purpose is told: status, detail, headers and further members', () => {
  const error = new HttpError(429, 'too many calls', { 'retry-after': '5' }, { active: 3 });
  expect(parsed(error)).toEqual({
    status: 429,
    headers: { 'content-type': 'application/json', 'retry-after': '5' },
    body: { detail: 'too many calls', active: 3 },
    defect: null,
  });
});

test('a wrong field is told with its place', () => {
  const error = fieldError('body', 'to', 'a phone number is expected');
  expect(error.message).toBe('validation failed');
  expect(parsed(error)).toMatchObject({
    status: 422,
    body: { detail: [{ loc: ['body', 'to'], msg: 'a phone number is expected', type: 'value_error' }] },
  });
});

test.each([[new TypeError('the key is sk-secret')], ['a text'], [null]])(
  'of a defect (%s) the client learns nothing, the log all',
  (thrown) => {
    const { status, body, defect } = parsed(thrown);
    expect({ status, body }).toEqual({ status: 500, body: { detail: 'Internal server error' } });
    expect(defect).toBe(thrown);
  },
);
