// One call: caller audio to Deepgram, its utterances to OpenAI, the reply sentence by sentence to Cartesia, the audio to
// Twilio as it comes. A mark after each sentence tells what is still to be heard.

import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { DeepgramClient } from '@deepgram/sdk';
import OpenAI from 'openai';

// The SDK's ESM build needs a `require` that Node 20 does not give it.
const require = createRequire(import.meta.url);
const { Cartesia } = require('@cartesia/cartesia-js');
const { TTSWS } = require('@cartesia/cartesia-js/resources/tts/ws');

const { env } = process;
const deepgram = new DeepgramClient({ apiKey: env.DEEPGRAM_API_KEY, baseUrl: env.DEEPGRAM_BASE_URL });
const openai = new OpenAI({ apiKey: env.OPENAI_API_KEY, baseURL: env.OPENAI_BASE_URL });
const cartesia = new Cartesia({ apiKey: env.CARTESIA_API_KEY, baseURL: env.CARTESIA_BASE_URL });
const cartesiaPort = Number(new URL(env.CARTESIA_BASE_URL).port);
const VOICE = {
  model_id: 'sonic-3',
  voice: { mode: 'id', id: env.CARTESIA_VOICE_ID },
  output_format: { container: 'raw', encoding: 'pcm_mulaw', sample_rate: 8000 },
  max_buffer_delay_ms: 0,
};
/** Fewer characters of an interim result are taken for a noise. */
const INTERRUPTION_CHARS_MIN = 5;

export class Call {
  #socket;
  #streamSid;
  #callSid;
  #messages = [{ role: 'system', content: env.PEER_PROMPT }];
  #stt = null;
  #tts;
  #ttsOpen;
  #heard = '';
  #reply = null;
  /** Marks that have not come back: the agent is still speaking. */
  #marks = new Set();
  #count = 0;

  constructor(socket, streamSid, callSid) {
    this.#socket = socket;
    this.#streamSid = streamSid;
    this.#callSid = callSid;
    // The SDK turns every address into wss; only the connection underneath is swapped for the local simulator.
    this.#tts = new TTSWS(cartesia, { createConnection: () => connect(cartesiaPort, '127.0.0.1') });
    this.#tts.on('error', (error) => console.error('cartesia', error.message));
    this.#ttsOpen = this.#tts.connect();
    this.#listen().catch((error) => console.error('deepgram', error));
    this.#greet().catch((error) => console.error('greeting', error));
  }

  onMedia(audio) {
    if (this.#stt?.socket.readyState === 1) this.#stt.sendMedia(audio);
  }

  onMark(name) {
    this.#marks.delete(name);
  }

  close() {
    this.#reply?.abort();
    this.#stt?.close();
    this.#tts.close();
  }

  async #listen() {
    const stt = await deepgram.listen.v1.connect({
      model: 'nova-3',
      encoding: 'mulaw',
      sample_rate: 8000,
      punctuate: 'true',
      interim_results: 'true',
      endpointing: 300,
      utterance_end_ms: 1000,
      tag: this.#callSid,
    });
    let speechFinal = false;
    stt.on('message', (message) => {
      if (message.type === 'UtteranceEnd') {
        if (!speechFinal && this.#heard) this.#turnEnded();
        return;
      }
      if (message.type !== 'Results') return;
      const text = message.channel.alternatives[0]?.transcript ?? '';
      if (message.is_final) {
        if (text) this.#heard += ` ${text}`;
        speechFinal = message.speech_final === true;
        // The result that ends the speech may have no words of its own.
        if (speechFinal && this.#heard) this.#turnEnded();
      } else if (text.length > INTERRUPTION_CHARS_MIN) {
        speechFinal = false;
        this.#interrupt();
      }
    });
    stt.on('error', (error) => console.error('deepgram', error.message));
    stt.connect();
    await stt.waitForOpen();
    this.#stt = stt;
  }

  #interrupt() {
    if (this.#marks.size === 0) return;
    this.#reply?.abort();
    this.#marks.clear();
    this.#send({ event: 'clear' });
  }

  async #greet() {
    const greeting = new AbortController();
    this.#reply = greeting;
    await this.#ttsOpen;
    this.#messages.push({ role: 'assistant', content: env.PEER_GREETING });
    await this.#speak([env.PEER_GREETING], greeting.signal);
  }

  #turnEnded() {
    const text = this.#heard.trim();
    this.#heard = '';
    this.#interrupt();
    this.#reply?.abort();
    const reply = new AbortController();
    this.#reply = reply;
    this.#messages.push({ role: 'user', content: text });
    this.#answer(reply.signal).catch((error) => {
      if (!reply.signal.aborted) console.error('reply', error.message);
    });
  }

  async #answer(signal) {
    const stream = await openai.chat.completions.create(
      { model: 'gpt-4.1-mini', messages: this.#messages, stream: true, user: this.#callSid },
      { signal },
    );
    let content = '';
    async function* sentences() {
      let sentence = '';
      for await (const chunk of stream) {
        const delta = chunk.choices[0]?.delta?.content ?? '';
        content += delta;
        sentence += delta;
        if (/[.!?]\s*$/.test(sentence)) {
          yield sentence;
          sentence = '';
        }
      }
      if (sentence.trim()) yield sentence;
    }
    await this.#speak(sentences(), signal);
    this.#messages.push({ role: 'assistant', content });
  }

  /** Each sentence is a generation of its own, in order. */
  async #speak(sentences, signal) {
    for await (const sentence of sentences) {
      const context = this.#tts.context({ ...VOICE, contextId: `${this.#callSid}-${++this.#count}` });
      await context.push({ transcript: sentence });
      await context.no_more_inputs();
      const mark = `sentence ${this.#count}`;
      for await (const event of context.receive()) {
        if (signal.aborted) {
          await context.cancel();
          return;
        }
        if (event.type !== 'chunk') continue;
        this.#marks.add(mark);
        this.#send({ event: 'media', media: { payload: Buffer.from(event.audio).toString('base64') } });
      }
      if (signal.aborted) return;
      this.#send({ event: 'mark', mark: { name: mark } });
    }
  }

  #send(message) {
    if (this.#socket.readyState !== 1) return;
    this.#socket.send(JSON.stringify({ ...message, streamSid: this.#streamSid }));
  }
}
