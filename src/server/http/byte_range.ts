// The Range header of a download (RFC 9110, section 14): one range of bytes, so that a browser can seek in a recording
// and a broken download can go on. Several ranges at once are answered with the whole file, as the RFC allows.

export interface ByteRange {
  /** First byte, and how many. */
  start: number;
  length: number;
}

const ONE_RANGE = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i;

/**
 * @param header the Range header's value; '' = none
 * @returns null = the whole file: no range, or one that must be ignored; `unsatisfiable` = 416
 */
export function readRange(header: string, sizeBytes: number): ByteRange | 'unsatisfiable' | null {
  const match = ONE_RANGE.exec(header);
  if (match === null) return null;
  const [, first, last] = match;
  if (first === '' && last === '') return null;
  if (first === '') {
    // The last so many bytes.
    const length = Math.min(Number(last), sizeBytes);
    return length === 0 ? 'unsatisfiable' : { start: sizeBytes - length, length };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return null;
  if (start >= sizeBytes) return 'unsatisfiable';
  const end = last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  return { start, length: end - start + 1 };
}
