// Whether what is said now may be kept: not while somebody asked that it be not, for as long as one of them does. Only keeps
// who asked, and tells when that changes; what is done about it is the recorder's, the ears' and the dialogue's.

/** `operator`: by the API, and then nothing of the caller is taken in at all. `field`: a protected field is collected. */
export type OffRecordReason = 'operator' | 'field';

export class OffRecord {
  readonly #reasons = new Set<OffRecordReason>();
  readonly #onChange: (isOff: boolean) => void;

  /** @param onChange the call goes off the record, or is on it again */
  constructor(onChange: (isOff: boolean) => void) {
    this.#onChange = onChange;
  }

  /** Nothing that is said now may be kept. */
  get isOff(): boolean {
    return this.#reasons.size > 0;
  }

  has(reason: OffRecordReason): boolean {
    return this.#reasons.has(reason);
  }

  /** `reason` begins or ceases to be one. Safe twice. */
  set(reason: OffRecordReason, isOff: boolean): void {
    const before = this.isOff;
    if (isOff) this.#reasons.add(reason);
    else this.#reasons.delete(reason);
    if (this.isOff !== before) this.#onChange(this.isOff);
  }
}
