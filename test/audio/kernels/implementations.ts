// The implementations of Dsp that are here to be tested: the twins always, the addon when it was built.
// dsp.test.ts fails when the addon is missing without having been switched off.

import { type Dsp, fallbackDsp, nativeDsp } from '../../../src/audio/kernels/addon.js';

export const IMPLEMENTATIONS: [string, Dsp][] = [
  ...(nativeDsp ? [['native', nativeDsp] as [string, Dsp]] : []),
  ['fallback', fallbackDsp],
];
