// Records whose every byte follows from a seed and a sequence number, so that a reader in another thread can check what
// it got without having been told. Payload: | seq u32 | check u32 | bytes that count up from the check |

/** Numbers in [0, 1), the same for the same seed (mulberry32, Tommy Ettinger, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const HEAD_BYTES = 8;

/** Payload length of record `seq`: mostly like Twilio's, sometimes empty-ish, sometimes as long as allowed. */
export function recordLength(seed: number, seq: number, lengthMax: number): number {
  const hash = mix(seed, seq);
  const kind = hash & 15;
  const spread = hash >>> 4;
  if (kind === 0) return HEAD_BYTES + (spread % (lengthMax - HEAD_BYTES + 1));
  if (kind < 4) return HEAD_BYTES + (spread % 9);
  return HEAD_BYTES + (spread % Math.min(450, lengthMax - HEAD_BYTES));
}

/** Record type of record `seq`, 1 to 255. */
export function recordType(seed: number, seq: number): number {
  return 1 + (mix(seed + 1, seq) % 255);
}

/** Writes the payload of record `seq` to the start of `out`; returns its length. */
export function fillRecord(out: Uint8Array, seed: number, seq: number, lengthMax: number): number {
  const length = recordLength(seed, seq, lengthMax);
  const check = mix(seed, seq ^ 0x5bd1e995);
  writeU32(out, 0, seq);
  writeU32(out, 4, check);
  for (let i = HEAD_BYTES; i < length; i++) out[i] = check + i;
  return length;
}

/** Sequence number of a payload; throws when any of its bytes, its length or its type is not as it was written. */
export function checkRecord(
  bytes: Uint8Array,
  offset: number,
  length: number,
  type: number,
  seed: number,
  lengthMax: number,
): number {
  const seq = readU32(bytes, offset);
  const check = mix(seed, seq ^ 0x5bd1e995);
  const fail = (what: string) => new Error(`record ${seq}: ${what} is wrong (offset ${offset}, length ${length})`);
  if (length !== recordLength(seed, seq, lengthMax)) throw fail('length');
  if (type !== recordType(seed, seq)) throw fail('type');
  if (readU32(bytes, offset + 4) !== check) throw fail('check word');
  for (let i = HEAD_BYTES; i < length; i++) if (bytes[offset + i] !== ((check + i) & 0xff)) throw fail(`byte ${i}`);
  return seq;
}

function mix(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x165667b1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x27d4eb2f);
  return (h ^ (h >>> 13)) >>> 0;
}

function writeU32(out: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) out[at + i] = value >>> (8 * i);
}

function readU32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}
