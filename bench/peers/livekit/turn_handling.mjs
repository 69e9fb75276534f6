// How the session decides that a turn is over. `vad` is what works with the plugins alone; `detector` is the framework's
// own default, its audio model for the end of a turn, which ships inside the package. In a LiveKit worker that model
// runs in one process for all jobs; here the same binding is called in this process, off the event loop.

import { createRequire } from 'node:module';
import { inference } from '@livekit/agents';

const MODE = process.env.PEER_LIVEKIT_TURN_END ?? 'vad';

function detectorInProcess() {
  const model = createRequire(import.meta.resolve('@livekit/agents'))('@livekit/local-inference');
  model.initEot();
  const executor = {
    async doInference(_method, { pcm }) {
      const bytes = Buffer.from(pcm, 'base64');
      const startedMs = performance.now();
      const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1);
      const probability = await model.predict(samples);
      return { probability, inferenceDurationMs: performance.now() - startedMs };
    },
  };
  return {
    // The detector's stream wants pauses reported at least this early; the bundled VAD has the same default.
    vad: { minSilenceDuration: 250 },
    session: () => ({ turnDetection: new inference.TurnDetector({ version: 'v1-mini', executor }) }),
  };
}

export const turnHandling =
  MODE === 'detector' ? detectorInProcess() : { vad: {}, session: () => ({ turnDetection: 'vad' }) };
