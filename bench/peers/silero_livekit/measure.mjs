// What a window of voice activity detection costs in the Silero plugin of LiveKit Agents for Node: 20 ms frames go into
// its streams, the events it gives for each window are counted. A process of its own, started by
// bench/audio/vad_livekit.ts.
//
//   node measure.mjs PCM_FILE RATE STREAMS     PCM_FILE: 16-bit samples at RATE (8000 or 16000), played to every stream
//
// Prints {"windows", "cpuUs", "wallUs", "probabilitySum"}, sums over all streams; of three passes the median, after one
// to warm up.

import { readFileSync } from 'node:fs';
import { initializeLogger, VADEventType } from '@livekit/agents';
import { VAD } from '@livekit/agents-plugin-silero';
import { AudioFrame, dispose } from '@livekit/rtc-node';

const [file, rateText, streamsText] = process.argv.slice(2);
const rateHz = Number(rateText);
const frameSamples = rateHz / 50;
initializeLogger({ pretty: false, level: 'error' });

const bytes = readFileSync(file);
const signal = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
const vad = await VAD.load({ sampleRate: rateHz });

/** How many windows the plugin makes of the signal; not known before the first pass. */
let windowsExpected = Number.POSITIVE_INFINITY;
/** The first pass is over when no window came for so long. */
const IDLE_MS = 2000;

/** One stream from beginning to end. Nothing ends it by itself: the plugin's own end of input throws in this version. */
async function runStream() {
  let at = 0;
  const pull = (controller) => {
    if (at + frameSamples > signal.length) return controller.close();
    controller.enqueue(new AudioFrame(signal.slice(at, at + frameSamples), rateHz, 1, frameSamples));
    at += frameSamples;
  };
  const stream = vad.stream();
  stream.updateInputStream(new ReadableStream({ pull }));
  let windows = 0;
  let probabilitySum = 0;
  await new Promise((resolve) => {
    let idleTimer;
    const listen = async () => {
      for (let event = await stream.next(); !event.done; event = await stream.next()) {
        if (event.value.type !== VADEventType.INFERENCE_DONE) continue;
        windows++;
        probabilitySum += event.value.probability;
        if (windows === windowsExpected) return resolve();
        if (windowsExpected < Number.POSITIVE_INFINITY) continue;
        clearTimeout(idleTimer);
        idleTimer = setTimeout(resolve, IDLE_MS);
      }
    };
    listen();
  });
  stream.close();
  return { windows, probabilitySum };
}

const passes = [];
for (let pass = 0; pass <= 3; pass++) {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const streams = await Promise.all(Array.from({ length: Number(streamsText) }, runStream));
  const { user, system } = process.cpuUsage(cpu);
  if (pass === 0) {
    windowsExpected = streams[0].windows;
    continue;
  }
  const sum = (key) => streams.reduce((total, stream) => total + stream[key], 0);
  passes.push({
    windows: sum('windows'),
    probabilitySum: sum('probabilitySum'),
    cpuUs: user + system,
    wallUs: (performance.now() - began) * 1000,
  });
}
passes.sort((a, b) => a.cpuUs - b.cpuUs);
console.log(JSON.stringify(passes[1]));
await dispose();
process.exit(0);
