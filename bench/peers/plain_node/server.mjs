// A Twilio voice agent as tutorials build it: Express answers the webhook, `ws` carries the media, everything is
// JSON.parse and Buffer, and the vendors' SDKs do the rest. One process. No VAD: Deepgram's endpointing ends a turn, its
// UtteranceEnd is the fallback, and its interim words are what interrupts. No recording.

import { createServer } from 'node:http';
import express from 'express';
import { WebSocketServer } from 'ws';
import { Call } from './call.mjs';

const app = express();
app.get('/ready', (_request, response) => response.send('ok'));
app.post('/', (request, response) => {
  response.type('text/xml');
  response.send(
    `<?xml version="1.0" encoding="UTF-8"?><Response><Connect><Stream url="ws://${request.headers.host}/ws"/></Connect></Response>`,
  );
});

const server = createServer(app);
new WebSocketServer({ server, path: '/ws' }).on('connection', (socket) => {
  let call = null;
  socket.on('message', (data) => {
    const message = JSON.parse(data);
    if (message.event === 'start') call = new Call(socket, message.start.streamSid, message.start.callSid);
    else if (message.event === 'media') call?.onMedia(Buffer.from(message.media.payload, 'base64'));
    else if (message.event === 'mark') call?.onMark(message.mark.name);
  });
  socket.on('close', () => call?.close());
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
// The SDKs reject promises that nobody can wait for when a socket fails; a tutorial would lose all its calls here.
process.on('unhandledRejection', (reason) => console.error('unhandled rejection', reason));
