// What a provider client tells its owner besides its handlers: log lines, health, and counts. No client keeps metrics or
// decides about health itself; worker/ maps these onto shared memory and the event channel.

import type { Logger } from 'pino';
import type { EngineError } from '../../errors.js';

/** Things worth counting that no handler reports. The first three carry the names of metrics/metric_names.ts. */
export type ProviderCounter =
  /** Caller audio bytes that fell out of the replay buffer unheard. */
  | 'stt_audio_dropped'
  /** Audio chunks for a reply that was cancelled or is unknown. */
  | 'stale_audio'
  /** Characters of text handed to text-to-speech. */
  | 'tts_characters'
  /** Requests sent to a language model, repeats included. */
  | 'llm_requests'
  /** Messages that were no JSON, or not of a known shape. */
  | 'garbage'
  /** Results that repeated an already final span. */
  | 'duplicates'
  /** Connections opened to replace a lost one. */
  | 'reconnects'
  /** Requests (or contexts) tried again. */
  | 'retries';

export interface ProviderMetrics {
  count(counter: ProviderCounter, n: number): void;
  /** How many contexts a vendor of speech is busy with. */
  contexts?(n: number): void;
}

export interface ProviderHooks {
  /** Bound to the provider's name. Gets fixed messages plus fields; never speech, keys or phone numbers. */
  log: Logger;
  /** A request that serves a call succeeded (null) or failed: feeds /health. Warming tells nothing here. */
  onResult?(error: EngineError | null): void;
  metrics?: ProviderMetrics;
}

/** Logs what a handler of our own threw. A handler must not throw; when it does, the SDK below must not see it. */
export function logFault(hooks: ProviderHooks, thrown: unknown): void {
  hooks.log.error({ err: thrown }, 'provider handler threw');
}
