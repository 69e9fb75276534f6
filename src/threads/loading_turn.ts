// Threads that load one after the other. Loading a vendor's SDK opens some two hundred files at once, however many a process
// may have: several threads at it together, or a replacement beside them, ran out of them and died before their first call.

const FREE = 0;
const TAKEN = 1;
/** Loading takes a second; on a slow disk some more. Who held the turn so long is gone, or it is no turn's fault any more. */
const WAIT_MS = 10_000;

/** Shared by all threads that take turns. */
export function createLoadingTurn(): SharedArrayBuffer {
  return new SharedArrayBuffer(4);
}

/**
 * Runs `load` when no other thread runs its own. Waiting blocks the thread: it has nothing else to do yet.
 * @param waitMs after this it is run all the same
 */
export async function inTurn<T>(turn: SharedArrayBuffer, load: () => Promise<T>, waitMs = WAIT_MS): Promise<T> {
  const word = new Int32Array(turn);
  while (Atomics.compareExchange(word, 0, FREE, TAKEN) !== FREE) {
    if (Atomics.wait(word, 0, TAKEN, waitMs) === 'timed-out') break;
  }
  try {
    return await load();
  } finally {
    Atomics.store(word, 0, FREE);
    Atomics.notify(word, 0, 1);
  }
}
