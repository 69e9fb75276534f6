// The vendors a call is served by, as far as settings go: what the main thread may know of them, without any SDK. What
// worker threads do with them is in the vendors' folders. A further vendor is a folder here and a line below.

import { CARTESIA_SETTINGS } from './cartesia/settings.js';
import { DEEPGRAM_SETTINGS } from './deepgram/settings.js';
import { OPENAI_SETTINGS } from './openai/settings.js';

export const VENDOR_SETTINGS = {
  openai: OPENAI_SETTINGS,
  deepgram: DEEPGRAM_SETTINGS,
  cartesia: CARTESIA_SETTINGS,
};
