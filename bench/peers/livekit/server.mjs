// LiveKit Agents for Node as a Twilio voice bot: `POST /` answers with TwiML, `/ws` is the media socket, and every call is
// one AgentSession with the Silero, Deepgram, OpenAI and Cartesia plugins. There is no LiveKit server between: the session's
// audio input and output are the two small classes of twilio_audio.mjs. Settings are the framework's defaults but where
// README.md says otherwise.

import { createServer } from 'node:http';
import { initializeLogger, voice } from '@livekit/agents';
import { TTS } from '@livekit/agents-plugin-cartesia';
import { STT } from '@livekit/agents-plugin-deepgram';
import { LLM } from '@livekit/agents-plugin-openai';
import { VAD } from '@livekit/agents-plugin-silero';
import { WebSocketServer } from 'ws';
import { turnHandling } from './turn_handling.mjs';
import { TwilioAudioInput, TwilioAudioOutput } from './twilio_audio.mjs';
import './vendor_tag.mjs';

const { env } = process;
initializeLogger({ pretty: false, level: env.LOG_LEVEL?.toLowerCase() === 'debug' ? 'debug' : 'warn' });

// Loaded once and shared, as the plugin's documentation has it in `prewarm`.
const vad = await VAD.load({ sampleRate: 8000, ...turnHandling.vad });
let sessions = 0;

async function startCall(socket, { streamSid, callSid }) {
  const input = new TwilioAudioInput();
  const output = new TwilioAudioOutput(socket, streamSid);
  const session = new voice.AgentSession({
    vad,
    stt: new STT({
      apiKey: env.DEEPGRAM_API_KEY,
      baseUrl: env.DEEPGRAM_BASE_URL.replace(/^http/, 'ws'),
      sampleRate: 8000,
      // Becomes the `tag` of the stream: see vendor_tag.mjs.
      keyterm: [callSid],
    }),
    llm: new LLM({ model: 'gpt-4.1-mini', apiKey: env.OPENAI_API_KEY, baseURL: env.OPENAI_BASE_URL, user: callSid }),
    tts: new TTS({
      apiKey: env.CARTESIA_API_KEY,
      baseUrl: env.CARTESIA_BASE_URL,
      voice: env.CARTESIA_VOICE_ID,
      sampleRate: 8000,
    }),
    turnHandling: turnHandling.session(),
  });
  session.input.audio = input;
  session.output.audio = output;
  session.on(voice.AgentSessionEventTypes.Error, ({ error }) => console.error('session error', error));
  sessions++;
  socket.on('close', () => {
    sessions--;
    output.lineClosed();
    session
      .close()
      .then(() => input.close())
      .catch((error) => console.error('close failed', error));
  });
  socket.on('message', (data) => {
    const message = JSON.parse(data);
    if (message.event === 'media') input.push(Buffer.from(message.media.payload, 'base64'));
    else if (message.event === 'mark') output.markEchoed(message.mark.name);
  });
  await session.start({ agent: new voice.Agent({ instructions: env.PEER_PROMPT }) });
  session.say(env.PEER_GREETING);
}

const server = createServer((request, response) => {
  if (request.method === 'POST' && request.url === '/') {
    const url = `ws://${request.headers.host}/ws`;
    response.setHeader('content-type', 'application/xml');
    response.end(`<?xml version="1.0" encoding="UTF-8"?><Response><Connect><Stream url="${url}"/></Connect></Response>`);
  } else if (request.url === '/ready') response.end('ok');
  else if (request.url === '/sessions') response.end(String(sessions));
  else response.writeHead(404).end();
  request.resume();
});
const sockets = new WebSocketServer({ server, path: '/ws', perMessageDeflate: false });
sockets.on('connection', (socket) => {
  const onMessage = (data) => {
    const message = JSON.parse(data);
    if (message.event !== 'start') return;
    socket.off('message', onMessage);
    startCall(socket, message.start).catch((error) => {
      console.error('call failed to start', error);
      socket.close();
    });
  };
  socket.on('message', onMessage);
});
server.listen(Number(env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
