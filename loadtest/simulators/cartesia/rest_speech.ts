// The same speech over plain HTTP: /tts/bytes streams the audio itself, /tts/sse the messages of the WebSocket.

import { randomUUID } from 'node:crypto';
import type { HttpExchange } from '../../../src/server/http/transport.js';
import { SAMPLE_BYTES } from '../speech/audio_encoding.js';
import { type ContextSink, TtsContext } from './tts_context.js';
import type { AudioFormat, GenerationRequest } from './tts_request.js';
import type { TtsHost } from './tts_socket.js';

/** Answers one REST request. The caller has checked key and version, and read the body. */
export function speakOverHttp(
  kind: 'bytes' | 'sse',
  request: GenerationRequest,
  client: HttpExchange,
  host: TtsHost,
): void {
  const whole = { ...request, contextId: request.contextId || randomUUID(), continues: false, bufferDelayMs: 0 };
  let open = true;
  let sent: Promise<unknown> = Promise.resolve();
  const write = (piece: Uint8Array) => {
    sent = sent.then(() => client.write(piece));
  };
  const sink: ContextSink = {
    send(messages) {
      if (!open) return;
      for (const message of messages) {
        if (kind === 'sse') write(Buffer.from(`data: ${message}\n\n`));
        else if (message.includes('"type":"chunk"')) write(audioOf(message));
      }
    },
    sendProblem(problem) {
      host.stats.errorEvents++;
      const { statusCode, title, message, errorCode, contextId } = problem;
      const about = { error_code: errorCode, request_id: randomUUID(), context_id: contextId };
      this.send([JSON.stringify({ type: 'error', status_code: statusCode, title, message, ...about, done: true })]);
    },
    cut() {
      open = false;
      client.cut();
    },
    firstChunk: (context) => host.timings.add('tts_first_byte', context.id, context.startMs),
    ended(context, how) {
      host.stats.contextEnded(context, how);
      open = false;
      // After the last piece, which may still wait for the one before it.
      void sent.then(() => client.finish());
    },
  };
  host.stats.contextStarted();
  const context = new TtsContext(whole.contextId, whole, host, sink, null);
  client.onGone(() => {
    open = false;
    context.abandon();
  });
  client.begin(200, { 'content-type': contentType(kind, request.format) }, null);
  if (kind === 'bytes' && request.format.container === 'wav') write(endlessWavHeader(request.format));
  context.push(whole);
}

function audioOf(message: string): Buffer {
  return Buffer.from((JSON.parse(message) as { data: string }).data, 'base64');
}

function contentType(kind: 'bytes' | 'sse', format: AudioFormat): string {
  if (kind === 'sse') return 'text/event-stream';
  return format.container === 'wav' ? 'audio/wav' : 'application/octet-stream';
}

/** A stream's length is not known in front: the sizes say "until the end", as the vendor's do. */
function endlessWavHeader({ encoding, rateHz }: AudioFormat): Buffer {
  const format = { pcm_s16le: 1, pcm_f32le: 3, pcm_alaw: 6, pcm_mulaw: 7 }[encoding];
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(0xffffffff, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(format, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(rateHz * SAMPLE_BYTES[encoding], 28);
  header.writeUInt16LE(SAMPLE_BYTES[encoding], 32);
  header.writeUInt16LE(SAMPLE_BYTES[encoding] * 8, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(0xffffffff, 40);
  return header;
}
