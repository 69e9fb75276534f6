// G.711 mu-law and base64 as the caller's side needs them. Written apart from src/audio on purpose: what the caller
// heard is judged with other code than the code that made it.

const DECODE = new Int16Array(256);
for (let code = 0; code < 256; code++) {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84;
  DECODE[code] = bits & 0x80 ? -magnitude : magnitude;
}

/** One mu-law byte as a 16-bit sample (ITU-T G.711). */
export function mulawToSample(code: number): number {
  return DECODE[code & 0xff];
}

/** One 16-bit sample as a mu-law byte. */
export function sampleToMulaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(sample < 0 ? -sample : sample, 32635) + 0x84;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
}

/** A code whose low seven bits are at or above this is a sample below about -39 dBFS: no peak of a voice. */
const QUIET_CODE = 0x60;

/** True for a sample that only a voice (or noise as loud) makes. */
export function isLoud(code: number): boolean {
  return (code & 0x7f) < QUIET_CODE;
}

export function encodeMulaw(pcm: Int16Array): Uint8Array {
  const out = new Uint8Array(pcm.length);
  for (let i = 0; i < pcm.length; i++) out[i] = sampleToMulaw(pcm[i]);
  return out;
}

/** Decodes `count` bytes into `pcm` at `pcmOffset`. */
export function decodeMulaw(
  mulaw: Uint8Array,
  offset: number,
  count: number,
  pcm: Int16Array,
  pcmOffset: number,
): void {
  for (let i = 0; i < count; i++) pcm[pcmOffset + i] = DECODE[mulaw[offset + i]];
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SEXTET = new Uint8Array(256).fill(0xff);
for (let i = 0; i < 64; i++) SEXTET[ALPHABET.charCodeAt(i)] = i;
const PAD = 0x3d;

/** Bytes that `length` characters of base64 can hold at most. */
export function base64Room(length: number): number {
  return (length >> 2) * 3;
}

/**
 * Strict base64 (RFC 4648 section 4: padded, no white space, no url alphabet) from ASCII bytes [start, end) into `out`.
 * Returns the number of bytes written, -1 when the text is not base64. No allocation.
 */
export function decodeBase64(text: Uint8Array, start: number, end: number, out: Uint8Array): number {
  const length = end - start;
  if (length % 4 !== 0) return -1;
  if (length === 0) return 0;
  let pads = 0;
  if (text[end - 1] === PAD) pads = text[end - 2] === PAD ? 2 : 1;
  const whole = pads > 0 ? end - 4 : end;
  let o = 0;
  let bad = 0;
  for (let i = start; i < whole; i += 4) {
    const a = SEXTET[text[i]];
    const b = SEXTET[text[i + 1]];
    const c = SEXTET[text[i + 2]];
    const d = SEXTET[text[i + 3]];
    bad |= a | b | c | d; // a valid sextet is below 64, the marker of an invalid one is 255
    out[o] = (a << 2) | (b >> 4);
    out[o + 1] = (b << 4) | (c >> 2);
    out[o + 2] = (c << 6) | d;
    o += 3;
  }
  if (pads > 0) {
    const a = SEXTET[text[whole]];
    const b = SEXTET[text[whole + 1]];
    const c = pads === 1 ? SEXTET[text[whole + 2]] : 0;
    bad |= a | b | c;
    out[o++] = (a << 2) | (b >> 4);
    if (pads === 1) out[o++] = (b << 4) | (c >> 2);
  }
  return bad & 0xc0 ? -1 : o;
}
