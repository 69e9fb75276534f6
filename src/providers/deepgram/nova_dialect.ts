// The wire of /v1/listen: results in spans, Finalize, KeepAlive.

import { readDeepgramMessage } from './deepgram_results.js';
import { type ListenDialect, type ListenSocket, sdkLimits } from './listen_dialect.js';

interface NovaSocket extends ListenSocket {
  sendKeepAlive(message: { type: 'KeepAlive' }): void;
  sendFinalize(message: { type: 'Finalize' }): void;
}

export const NOVA_DIALECT: ListenDialect = {
  async open(client, options) {
    const socket = await client.listen.v1.createConnection({
      model: options.model,
      language: options.language,
      encoding: 'mulaw',
      sample_rate: 8000,
      channels: 1,
      interim_results: 'true',
      smart_format: 'true',
      punctuate: 'true',
      // Our own VAD sees speech start and end sooner; these would be messages for nothing.
      vad_events: 'false',
      endpointing: options.endpointingMs,
      tag: options.tag,
      ...(options.keyterms.length > 0 ? { keyterm: [...options.keyterms] } : {}),
      ...sdkLimits(options),
    });
    return socket as unknown as ListenSocket;
  },
  finalize: (socket) => (socket as NovaSocket).sendFinalize({ type: 'Finalize' }),
  keepAlive: (socket) => (socket as NovaSocket).sendKeepAlive({ type: 'KeepAlive' }),
  read: readDeepgramMessage,
};
