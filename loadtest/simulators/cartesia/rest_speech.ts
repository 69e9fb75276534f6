// The same speech over plain HTTP: /tts/bytes streams the audio itself, /tts/sse the messages of the WebSocket.

import type { HttpResponse } from 'uWebSockets.js';
import { randomUUID } from 'node:crypto';
import { SAMPLE_BYTES } from '../speech/audio_encoding.js';
import { type ContextSink, TtsContext } from './tts_context.js';
import type { AudioFormat, GenerationRequest } from './tts_request.js';
import type { TtsHost } from './tts_socket.js';

/** Answers one REST request. The caller has checked key and version, and read the body. */
export function speakOverHttp(
  kind: 'bytes' | 'sse',
  request: GenerationRequest,
  res: HttpResponse,
  host: TtsHost,
): void {
  const whole = { ...request, contextId: request.contextId || randomUUID(), continues: false, bufferDelayMs: 0 };
  let open = true;
  const sink: ContextSink = {
    send(messages) {
      if (!open) return;
      res.cork(() => {
        for (const message of messages) {
          if (kind === 'sse') res.write(`data: ${message}\n\n`);
          else if (message.includes('"type":"chunk"')) res.write(audioOf(message));
        }
      });
    },
    sendProblem(problem) {
      host.stats.errorEvents++;
      const { statusCode, title, message, errorCode, contextId } = problem;
      const about = { error_code: errorCode, request_id: randomUUID(), context_id: contextId };
      this.send([JSON.stringify({ type: 'error', status_code: statusCode, title, message, ...about, done: true })]);
    },
    cut() {
      open = false;
      res.close();
    },
    firstChunk: (context) => host.timings.add('tts_first_byte', context.id, context.startMs),
    ended(context, how) {
      host.stats.contextEnded(context, how);
      if (open) res.cork(() => res.end());
      open = false;
    },
  };
  host.stats.contextStarted();
  const context = new TtsContext(whole.contextId, whole, host, sink, null);
  res.onAborted(() => {
    open = false;
    context.abandon();
  });
  res.cork(() => {
    res.writeStatus('200 OK').writeHeader('content-type', contentType(kind, request.format));
    if (kind === 'bytes' && request.format.container === 'wav') res.write(endlessWavHeader(request.format));
  });
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
