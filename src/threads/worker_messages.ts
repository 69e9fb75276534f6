// What a worker tells the main thread while its calls run, over the port between the two: nobody else has to read it.
// Cold path, some messages a turn. The results of calls are their tasks' own.

import type { CallEvent } from '../call/call_events.js';
import type { ProviderName } from '../errors.js';

/** How something went that was really asked of a provider. `code` is an ErrorCode when `ok` is false. */
export interface ProviderNews {
  provider: ProviderName;
  ok: boolean;
  code: string | null;
  /** The provider is there and does not want what we send: a refused key, model or setting. */
  refused: boolean;
  /** Unix ms. */
  at: number;
}

/** Topic and payload: `log` is a finished line, redacted, with its line end. */
export interface WorkerTopics {
  log: string;
  provider: ProviderNews;
  call: CallEvent;
  /** Everything is loaded, and the agents' fixed lines are made; `failed` of them are not. */
  prepared: { failed: number };
}

export type WorkerMessage = { [T in keyof WorkerTopics]: { topic: T; payload: WorkerTopics[T] } }[keyof WorkerTopics];

/** Piscina uses the same port for its own words. */
export function isWorkerMessage(message: unknown): message is WorkerMessage {
  return typeof message === 'object' && message !== null && 'topic' in message && 'payload' in message;
}
