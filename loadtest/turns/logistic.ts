// Logistic regression with a ridge, by Newton's method: log odds of `yes` as a weighted sum of named features. Small
// problems only (tens of features); deterministic.

export interface Example {
  features: ReadonlyMap<string, number>;
  yes: boolean;
  weight: number;
}

const STEPS_MAX = 40;
const CLOSE_ENOUGH = 1e-7;

/**
 * Weights per feature that make the examples most likely, less `ridge` / 2 times the squares of their distance from `prior`
 * (0 where it names none). What no example tells about stays at the prior. `free` is not drawn anywhere.
 */
export function fitLogistic(
  examples: readonly Example[],
  ridge: number,
  free: string,
  prior: Readonly<Record<string, number>> = {},
): Map<string, number> {
  const names = [
    ...new Set([...examples.flatMap(({ features }) => [...features.keys()]), ...Object.keys(prior)]),
  ].sort();
  const drawn = names.map((name) => (name === free ? 1e-9 : ridge));
  const weights = names.map((name) => prior[name] ?? 0);
  const origin = [...weights];
  const rows = examples.map(({ features }) => names.map((name) => features.get(name) ?? 0));
  for (let step = 0; step < STEPS_MAX; step++) {
    const gradient = names.map((_, k) => drawn[k] * (origin[k] - weights[k]));
    const curvature = names.map((_, k) => names.map((_, l) => (k === l ? drawn[k] : 0)));
    for (const [row, { yes, weight }] of rows.map((values, n) => [values, examples[n]] as const)) {
      const chance = 1 / (1 + Math.exp(-dot(row, weights)));
      for (let k = 0; k < names.length; k++) {
        if (row[k] === 0) continue;
        gradient[k] += weight * ((yes ? 1 : 0) - chance) * row[k];
        for (let l = 0; l < names.length; l++) curvature[k][l] += weight * chance * (1 - chance) * row[k] * row[l];
      }
    }
    const move = solve(curvature, gradient);
    let largest = 0;
    for (let k = 0; k < names.length; k++) {
      weights[k] += move[k];
      largest = Math.max(largest, Math.abs(move[k]));
    }
    if (largest < CLOSE_ENOUGH) break;
  }
  return new Map(names.map((name, k) => [name, weights[k]]));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, k) => sum + value * b[k], 0);
}

/** Gauss with the largest pivot. The matrix is positive definite here. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, k) => [...row, right[k]]);
  const size = right.length;
  for (let k = 0; k < size; k++) {
    let best = k;
    for (let r = k + 1; r < size; r++) if (Math.abs(rows[r][k]) > Math.abs(rows[best][k])) best = r;
    [rows[k], rows[best]] = [rows[best], rows[k]];
    for (let r = k + 1; r < size; r++) {
      const factor = rows[r][k] / rows[k][k];
      if (factor !== 0) for (let c = k; c <= size; c++) rows[r][c] -= factor * rows[k][c];
    }
  }
  const found = new Array<number>(size).fill(0);
  for (let k = size - 1; k >= 0; k--) {
    let rest = rows[k][size];
    for (let c = k + 1; c < size; c++) rest -= rows[k][c] * found[c];
    found[k] = rest / rows[k][k];
  }
  return found;
}
