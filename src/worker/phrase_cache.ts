// Ready-made audio of lines that are said in many calls: greeting, apology, "are you still there". One cache a worker.
// A cached line costs nothing and needs no provider, so an apology can be spoken even while the voice is down.

import type { TtsOptions, TtsProvider } from '../providers/tts.js';

/** Bytes kept at most: about 4 minutes of mu-law. The least recently used line goes first. */
const CACHE_BYTES_MAX = 2 << 20;

export class PhraseCache {
  private readonly lines = new Map<string, Uint8Array>();
  private bytes = 0;

  /** Mu-law audio of `text` in this voice, or null. */
  get(voiceId: string, text: string): Uint8Array | null {
    const key = `${voiceId}\n${text}`;
    const audio = this.lines.get(key);
    if (!audio) return null;
    this.lines.delete(key);
    this.lines.set(key, audio);
    return audio;
  }

  put(voiceId: string, text: string, audio: Uint8Array): void {
    const key = `${voiceId}\n${text}`;
    if (audio.length === 0 || audio.length > CACHE_BYTES_MAX / 4 || this.lines.has(key)) return;
    this.lines.set(key, audio);
    this.bytes += audio.length;
    for (const [oldest, old] of this.lines) {
      if (this.bytes <= CACHE_BYTES_MAX) break;
      this.lines.delete(oldest);
      this.bytes -= old.length;
    }
  }

  /** Synthesises the lines that are missing, one after the other. Resolves with how many failed; never rejects. */
  async warm(tts: TtsProvider, options: TtsOptions, texts: readonly string[]): Promise<number> {
    let failed = 0;
    for (const text of texts) {
      if (this.get(options.voiceId, text)) continue;
      const audio = await synthesise(tts, options, text);
      if (audio) this.put(options.voiceId, text, audio);
      else failed++;
    }
    return failed;
  }
}

function synthesise(tts: TtsProvider, options: TtsOptions, text: string): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    const utterance = tts.open(options, {
      onAudio: (bytes) => void chunks.push(bytes.slice()),
      onWords: () => {},
      onDone: () => resolve(joined(chunks)),
      onError: () => resolve(null),
    });
    utterance.push(text, true);
  });
}

/** One array of all chunks. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
