// Counters of the OpenAI simulator, as plain fields so that they go out as JSON as they are.

/** A completion that the client did not want to the end. */
export interface Abort {
  key: string;
  /** Tokens that had gone out, of how many. */
  tokens: number;
  tokensTotal: number;
  /** When, on the monotonic clock. */
  atMs: number;
}
const ABORTS_KEPT = 1000;

export class OpenaiStats {
  requests = 0;
  open = 0;
  peak = 0;
  completed = 0;
  failed = 0;
  tokens = 0;
  connections = 0;
  connectionsDropped = 0;
  abortCount = 0;
  /** The newest aborts. */
  aborts: Abort[] = [];
  /** Answers that were no completion, by status. */
  errors: Record<string, number> = {};

  streamOpened(): void {
    this.peak = Math.max(this.peak, ++this.open);
  }

  aborted(key: string, tokens: number, tokensTotal: number, atMs: number): void {
    this.abortCount++;
    this.aborts.push({ key, tokens, tokensTotal, atMs });
    if (this.aborts.length > ABORTS_KEPT) this.aborts.shift();
  }

  refused(status: number): void {
    this.errors[status] = (this.errors[status] ?? 0) + 1;
  }
}
