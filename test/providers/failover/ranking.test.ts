import { expect, test } from 'vitest';
import { Ranking } from '../../../src/providers/failover/ranking.js';

const [A, B, C] = ['a', 'b', 'c'].map((name) => ({ name, provider: name }));

function orderAt(ranking: Ranking<string>, now: number): string {
  return ranking
    .order(now)
    .map(({ name }) => name)
    .join('');
}

test('a model that an agent names is the first vendor’s', () => {
  const ranking = new Ranking([A, B], 1000);
  const asked = { model: 'm', more: 1 };
  expect(ranking.own(ranking.all[0], asked)).toBe(asked);
  expect(ranking.own(ranking.all[1], asked)).toEqual({ model: undefined, more: 1 });
});

test('by rank; one that failed lately comes last, for a while', () => {
  const ranking = new Ranking([A, B, C], 1000);
  expect(orderAt(ranking, 0)).toBe('abc');
  ranking.failed(A, 0);
  expect(orderAt(ranking, 999)).toBe('bca');
  expect(orderAt(ranking, 1000)).toBe('abc');
});

test('when all failed they stand by rank, and a success counts at once', () => {
  const ranking = new Ranking([A, B, C], 1000);
  for (const each of [C, B, A]) ranking.failed(each, 0);
  expect(orderAt(ranking, 10)).toBe('abc');
  ranking.succeeded(B);
  expect(orderAt(ranking, 10)).toBe('bac');
});
