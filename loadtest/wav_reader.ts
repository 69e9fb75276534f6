// Reads any WAV file a person may hand us: voices for the callers, recordings to look into. The server reads none.

import wavefile from 'wavefile';

/** Reads any WAV (PCM of any depth, float, A-law, mu-law) as 16-bit channels. Throws on what is not a WAV file. */
export function readWav(bytes: Uint8Array): { rateHz: number; channels: Int16Array[] } {
  const wav = new wavefile.WaveFile(bytes);
  // Read before converting: a conversion makes the object anew.
  const { sampleRate, audioFormat } = wav.fmt as { sampleRate: number; audioFormat: number };
  if (audioFormat === 7) wav.fromMuLaw('16');
  else if (audioFormat === 6) wav.fromALaw('16');
  else wav.toBitDepth('16');
  const samples = wav.getSamples(false, Int16Array as never) as unknown as Int16Array | Int16Array[];
  return { rateHz: sampleRate, channels: Array.isArray(samples) ? samples : [samples] };
}
