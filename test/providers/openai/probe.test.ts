import { expect, test } from 'vitest';
import { judgeModel } from '../../../src/providers/openai/probe.js';

const NOW = new Date('2026-12-01T00:00:00Z');

test.each<[number, unknown, boolean, string | null, RegExp | null]>([
  [200, { id: 'm', object: 'model' }, true, null, null],
  [200, { id: 'm', shutdown_date: null }, true, null, null],
  [200, { id: 'm', shutdown_date: '2027-01-14' }, true, null, /^OPENAI_MODEL m will be shut down on 2027-01-14/],
  [200, { id: 'm', shutdown_date: '2026-10-23' }, true, null, /^OPENAI_MODEL m was shut down on 2026-10-23/],
  [200, { id: 'm', shutdown_date: 7 }, true, null, null],
  [200, undefined, true, null, null],
  [200, null, true, null, null],
  [404, { error: { code: 'model_not_found' } }, false, 'MODEL_NOT_FOUND', null],
  [404, { detail: 'Not Found' }, true, null, null],
  [404, undefined, true, null, null],
  [403, { error: { code: 'missing_scope' } }, true, null, null],
  [401, { error: { code: 'invalid_api_key' } }, false, 'REFUSED', null],
  [500, {}, false, 'HTTP_500', null],
])('%i %j', (status, body, ok, code, notice) => {
  const result = judgeModel({ status, body }, 'm', NOW);
  expect([result.ok, result.code]).toEqual([ok, code]);
  if (notice === null) expect(result.notice).toBeNull();
  else expect(result.notice).toMatch(notice);
});
