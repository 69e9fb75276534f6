import { expect, test } from 'vitest';
import { END_CALL } from '../../src/tools/end_call.js';

test('the call is to end, and no answer of the model is wanted any more', async () => {
  let ended = 0;
  const desk = { endCall: () => ended++ } as unknown as Parameters<typeof END_CALL.run>[1];
  const result = await END_CALL.run({ reason: 'nothing more' }, desk, new AbortController().signal);
  expect(ended).toBe(1);
  expect(result).toMatchObject({ ok: true, isLast: true });
});
