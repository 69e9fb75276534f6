// Reads models/silero_vad.onnx and makes sure that it is the file that belongs there: other weights would run, and hear
// something else. Where it comes from and what it holds is written in models/README.md.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { EngineError } from '../../errors.js';

const SHA256 = '1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3';

/** The file's bytes. Throws EngineError VAD_MODEL when it can't be read or is another one. Takes about 3 ms. */
export function readSileroFile(path: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new EngineError('VAD_MODEL', { cause, detail: `${path} can't be read` });
  }
  const sum = createHash('sha256').update(bytes).digest('hex');
  if (sum === SHA256) return bytes;
  throw new EngineError('VAD_MODEL', {
    detail: `${path} is damaged or another file: sha256 ${sum}, expected ${SHA256}`,
  });
}
