// Who was refused how often lately. A stranger who sends forged requests by the thousand shall cost us neither the time to
// check each of them nor a log line each; and since behind a proxy everybody may have one address, what is limited is
// the cost of a request, not the right to ask.

/** This many refusals in a window are anybody's mistake. */
const REFUSALS_MAX = 20;
const WINDOW_MS = 10_000;
/** Addresses remembered; beyond, the longest known is forgotten. */
const PEERS_MAX = 1_000;

interface Peer {
  windowEndsMs: number;
  refusals: number;
  /** Refusals of which no line was written. */
  unsaid: number;
}

export class Refusals {
  /** In order of their windows' ends. */
  readonly #peers = new Map<string, Peer>();

  /** Has this address been refused so often in the last seconds that only cheap requests of it are looked at? */
  isOver(peer: string, nowMs: number): boolean {
    const known = this.#peers.get(peer);
    return known !== undefined && nowMs < known.windowEndsMs && known.refusals >= REFUSALS_MAX;
  }

  /**
   * Counts a refusal.
   * @returns null = no log line for this one; else how many had none before it
   */
  note(peer: string, nowMs: number): number | null {
    const known = this.#peers.get(peer);
    if (known !== undefined && nowMs < known.windowEndsMs) {
      known.refusals++;
      if (known.refusals <= REFUSALS_MAX) return 0;
      known.unsaid++;
      return null;
    }
    this.#peers.delete(peer);
    for (const oldest of this.#peers.keys()) {
      if (this.#peers.size < PEERS_MAX) break;
      this.#peers.delete(oldest);
    }
    this.#peers.set(peer, { windowEndsMs: nowMs + WINDOW_MS, refusals: 1, unsaid: 0 });
    return known?.unsaid ?? 0;
  }
}
