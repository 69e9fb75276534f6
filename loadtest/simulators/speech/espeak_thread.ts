// Runs espeak-ng in a thread of its own, so that making speech (60 times faster than real time, but in one go) never
// holds up a socket. espeak-ng is GPL-3.0: it is a development dependency of the simulators and the demo, loaded from
// its own package, and no part of the product imports it.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/** Speech as espeak made it, 16 bit at `rateHz`. `words`: character position in the text, start in milliseconds. */
export interface RawSpeech {
  samples: Int16Array;
  rateHz: number;
  words: { position: number; startMs: number }[];
}

export interface EspeakVoice {
  /** Language and variant as espeak writes it: `en-us+f3`. */
  name: string;
  wordsPerMinute: number;
  /** 0..99 */
  pitch: number;
}

/** The thread's whole program. A string, because the thread must run both from TypeScript tests and from dist/. */
const THREAD_PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const ready = import(workerData).then(async ({ default: load }) => {
  const espeak = await load();
  return new espeak.eSpeakNGWorker();
});
parentPort.on('message', async ({ id, text, voice }) => {
  try {
    const speaker = await ready;
    if (speaker.set_voice(voice.name) !== 0) throw new RangeError('espeak has no voice ' + voice.name);
    speaker.set_rate(voice.wordsPerMinute);
    speaker.set_pitch(voice.pitch);
    const parts = [];
    const words = [];
    let length = 0;
    speaker.synthesize(text, (samples, events) => {
      parts.push(samples);
      length += samples.length;
      for (const event of events)
        if (event.type === 'word') words.push({ position: event.text_position - 1, startMs: event.audio_position });
      return false;
    });
    const samples = new Int16Array(length);
    let at = 0;
    for (const part of parts) { samples.set(part, at); at += part.length; }
    parentPort.postMessage({ id, speech: { samples, rateHz: speaker.get_samplerate(), words } }, [samples.buffer]);
  } catch (error) {
    parentPort.postMessage({ id, error: String(error) });
  }
});
`;

interface Waiting {
  resolve: (speech: RawSpeech) => void;
  reject: (error: Error) => void;
}

/** One thread, started at the first request, that keeps the process alive only while it is wanted. */
class EspeakThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #nextId = 0;

  speak(text: string, voice: EspeakVoice): Promise<RawSpeech> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, text, voice });
    });
  }

  #start(): Worker {
    const path = createRequire(import.meta.url).resolve('@echogarden/espeak-ng-emscripten');
    const worker = new Worker(THREAD_PROGRAM, { eval: true, workerData: pathToFileURL(path).href });
    worker.on('message', ({ id, speech, error }: { id: number; speech?: RawSpeech; error?: string }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) worker.unref();
      if (speech) waiting?.resolve(speech);
      else waiting?.reject(new Error(error));
    });
    worker.on('error', (error) => {
      for (const waiting of this.#waiting.values()) waiting.reject(error);
      this.#waiting.clear();
      this.#worker = null;
    });
    worker.unref();
    return worker;
  }
}

const thread = new EspeakThread();

/** Speaks `text`. Rejects when the package is missing or the voice is unknown. */
export function espeak(text: string, voice: EspeakVoice): Promise<RawSpeech> {
  // espeak reads SSML: markup characters in plain text would vanish, so they become blanks of the same length.
  return thread.speak(text.replace(/[<>&]/g, ' '), voice);
}
