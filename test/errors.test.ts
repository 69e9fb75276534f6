import { describe, expect, test } from 'vitest';
import { EngineError, ERROR_CODES, toEngineError } from '../src/errors.js';

test('an error says what its code means, and the detail', () => {
  const cause = new Error('ECONNREFUSED');
  const error = new EngineError('STT_CONNECT', {
    provider: 'deepgram',
    status: 503,
    retryable: true,
    cause,
    detail: 'slow',
  });
  expect(error.message).toBe(`${ERROR_CODES.STT_CONNECT}: slow`);
  expect(error).toMatchObject({ name: 'EngineError', provider: 'deepgram', status: 503, retryable: true, cause });
});

test('nothing is worth a second try unless it is said', () => {
  expect(new EngineError('LLM_EMPTY')).toMatchObject({ retryable: false, message: ERROR_CODES.LLM_EMPTY });
});

describe('anything thrown becomes one', () => {
  test('one that is, stays', () => {
    const error = new EngineError('TTS_CLOSED');
    expect(toEngineError(error, 'RECORDING_WRITE')).toBe(error);
  });

  test.each([
    [new Error('ENOSPC'), 'ENOSPC'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
  ])('%s', (thrown, detail) => {
    const error = toEngineError(thrown, 'RECORDING_WRITE');
    expect(error).toMatchObject({ code: 'RECORDING_WRITE', cause: thrown });
    expect(error.message.endsWith(`: ${detail}`)).toBe(true);
    expect(toEngineError(thrown).code).toBe('INTERNAL');
  });
});
