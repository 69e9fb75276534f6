// Counters of the Deepgram simulator, as plain fields so that they go out as JSON as they are.

export class DeepgramStats {
  open = 0;
  peak = 0;
  opened = 0;
  /** Handshakes refused, by status. */
  refusals: Record<string, number> = {};
  /** Streams ended, by close code as the socket saw it. */
  closes: Record<string, number> = {};
  audioMs = 0;
  messages = 0;
  keepAlives = 0;
  finalizes = 0;
  finalizesUnanswered = 0;
  /** Messages sent, by kind. */
  sent = { interim: 0, final: 0, finalize: 0 };
  /** Audio messages that were not 20-250 ms long, as the vendor advises. */
  oddSizes = 0;
  badMessages = 0;
  /** Streams whose audio came faster than 1.25 times real time over more than two seconds. */
  tooFast = 0;

  streamOpened(): void {
    this.opened++;
    this.peak = Math.max(this.peak, ++this.open);
  }

  streamClosed(code: number): void {
    this.open--;
    this.closes[code] = (this.closes[code] ?? 0) + 1;
  }

  refused(status: string): void {
    this.refusals[status] = (this.refusals[status] ?? 0) + 1;
  }
}
