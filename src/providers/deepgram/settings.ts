// The settings of Deepgram, speech to text. No SDK here: the main thread reads them too.

import { anyText, integer, optional, secret, setting, text, url } from '../../setting.js';

export const DEEPGRAM_SETTINGS = {
  apiKey: text('DEEPGRAM_API_KEY', 'Deepgram key; required', secret, true),
  baseUrl: optional(
    'DEEPGRAM_BASE_URL',
    "a Deepgram-compatible server; empty = Deepgram's own",
    url('https', 'http', 'wss', 'ws'),
  ),
  model: setting('DEEPGRAM_MODEL', 'nova-3', 'speech-to-text model', anyText),
  language: optional(
    'DEEPGRAM_LANGUAGE',
    "language the caller speaks, such as es or multi; empty = the agent's",
    anyText,
  ),
  // Our own Finalize normally comes first.
  endpointingMs: setting(
    'DEEPGRAM_ENDPOINTING_MS',
    '300',
    'silence after which Deepgram itself ends an utterance',
    integer(10, 10000),
  ),
  connectTimeoutMs: setting(
    'DEEPGRAM_CONNECT_TIMEOUT_MS',
    '3000',
    'opening a socket may take this long',
    integer(100, 60000),
  ),
  stallTimeoutMs: setting(
    'DEEPGRAM_STALL_TIMEOUT_MS',
    '10000',
    'audio goes in and nothing comes out for this long: the socket is replaced',
    integer(500, 120000),
  ),
};
