// The settings of Cartesia, text to speech. No SDK here: the main thread reads them too.

import { anyText, integer, optional, secret, setting, text, url } from '../../setting.js';

/** With `--test` nobody waits for a slow voice in anger. */
const IN_TEST = { testFactor: 3 };

export const CARTESIA_SETTINGS = {
  apiKey: text('CARTESIA_API_KEY', 'Cartesia key; required', secret, true),
  voiceId: setting('CARTESIA_VOICE_ID', '71a7ad14-091c-4e8e-a314-022ece01c121', 'the voice of the agent', anyText),
  baseUrl: optional(
    'CARTESIA_BASE_URL',
    "a Cartesia-compatible server; empty = Cartesia's own",
    url('https', 'http', 'wss', 'ws'),
  ),
  model: setting('CARTESIA_MODEL', 'sonic-3', 'text-to-speech model', anyText),
  language: optional('CARTESIA_LANGUAGE', "language of the voice; empty = the agent's", anyText),
  connectTimeoutMs: setting(
    'CARTESIA_CONNECT_TIMEOUT_MS',
    '3000',
    'opening a socket may take this long',
    integer(100, 60000),
  ),
  firstAudioTimeoutMs: setting(
    'CARTESIA_FIRST_AUDIO_TIMEOUT_MS',
    '4000',
    'text sent to first audio; three times as long with --test',
    integer(200, 60000),
    IN_TEST,
  ),
  stallTimeoutMs: setting(
    'CARTESIA_STALL_TIMEOUT_MS',
    '3000',
    'between two chunks of audio; three times as long with --test',
    integer(200, 60000),
    IN_TEST,
  ),
  contextsPerSocket: setting(
    'CARTESIA_CONTEXTS_PER_SOCKET',
    '8',
    'utterances at once on one socket before another is opened',
    integer(1, 100),
  ),
};
