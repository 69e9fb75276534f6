// Assertions are for our own mistakes only. What the outside world gets wrong is an EngineError with a code.

/** Throws `AssertionError` when `condition` is falsy. `message` is fixed text: no caller's words, no secrets. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** For the `default` of a switch that handles every member of a union. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${JSON.stringify(value)}`);
}

export class AssertionError extends Error {
  override name = 'AssertionError';
}
