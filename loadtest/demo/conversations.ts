// What the callers of the demo say: two short conversations, spoken by the synthesiser, or by recordings of people when
// a folder of WAV files is given. Only words and timing; nothing here knows the server.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { dsp } from '../../src/audio/kernels/addon.js';
import type { ScriptLine } from '../simulators/deepgram/script.js';
import { synthesise, type VoiceName } from '../simulators/speech/synthesise.js';
import { AudioClip } from '../simulators/twilio/audio_clip.js';
import type { CallerScript, CallerStep } from '../simulators/twilio/caller.js';
import { readWav } from '../wav_reader.js';

export interface Conversation {
  script: CallerScript;
  /** What speech recognition will make of it, in order. */
  heardAs: ScriptLine[];
  /** Replies of the agent that the caller means to cut off. */
  bargeIns: number;
  /** The caller says goodbye and the agent is to end the call; otherwise the caller hangs up. */
  agentEnds: boolean;
}

/** A line, or a line that begins so many ms into the agent's next reply. */
type Line = string | { text: string; bargeInAfterMs: number };

const INBOUND: Line[] = [
  'Hi, I had lunch in the cafeteria today and I would like to leave some feedback.',
  'The soup was cold, and I had to wait for twenty minutes.',
  'No, that is all. Thank you, goodbye.',
];
const OUTBOUND: Line[] = [
  'Yes, I have a minute. Could you tell me about the menu first?',
  { text: 'Sorry, let me stop you there. The service was very friendly.', bargeInAfterMs: 1800 },
  'That is everything. Thank you, goodbye.',
];

/**
 * The built-in conversation of one direction.
 * @param own what the caller says instead; the caller then hangs up, because no script knows where that leads
 */
export function spokenConversation(direction: 'inbound' | 'outbound', own?: readonly string[]): Promise<Conversation> {
  const [lines, voice]: [Line[], VoiceName] = direction === 'inbound' ? [INBOUND, 'gb_man'] : [OUTBOUND, 'us_man'];
  return own ? fromLines(own, voice, false) : fromLines(lines, voice, true);
}

async function fromLines(lines: readonly Line[], voice: VoiceName, agentEnds: boolean): Promise<Conversation> {
  const clips: { clip: AudioClip; bargeInAfterMs: number | null }[] = [];
  for (const line of lines) {
    const text = typeof line === 'string' ? line : line.text;
    const samples = await synthesise(text, { voice, rateHz: 8000 });
    clips.push({
      clip: AudioClip.from(samples, text),
      bargeInAfterMs: typeof line === 'string' ? null : line.bargeInAfterMs,
    });
  }
  return assemble(clips, agentEnds);
}

/**
 * A conversation of the first `count` WAV files of a folder from number `from` on, in alphabetical order; any rate,
 * any number of channels. The words are taken from `NAME.txt` beside `NAME.wav`, else from the name. The second of
 * them is spoken into the agent's reply when `bargeIn` is set.
 */
export function recordedConversation(folder: string, from: number, count: number, bargeIn: boolean): Conversation {
  const names = wavFilesIn(folder);
  const clips = Array.from({ length: count }, (_, i) => {
    const name = names[(from + i) % names.length];
    return {
      clip: AudioClip.from(telephoneSamples(path.join(folder, name)), wordsOf(folder, name)),
      bargeInAfterMs: bargeIn && i === 1 ? 1500 : null,
    };
  });
  return assemble(clips, false);
}

/** In alphabetical order; none when there is no such folder. */
export function wavFilesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.toLowerCase().endsWith('.wav'))
      .sort();
  } catch {
    return [];
  }
}

function assemble(clips: { clip: AudioClip; bargeInAfterMs: number | null }[], agentEnds: boolean): Conversation {
  const script: CallerStep[] = [{ wait: 'greeting_end' }];
  clips.forEach(({ clip, bargeInAfterMs }, i) => {
    if (bargeInAfterMs !== null) script.push({ bargeInAfterMs, say: clip, text: clip.text });
    else {
      if (i > 0) script.push({ wait: 'agent_silence' });
      script.push({ say: clip, text: clip.text });
    }
  });
  // The last words are answered; then the agent hangs up after its farewell, or the caller does.
  if (!agentEnds) script.push({ wait: 'agent_silence' }, { hangup: true });
  return {
    script,
    heardAs: clips.map(({ clip }) => ({ text: clip.text, speechMs: clip.voiceEndMs - clip.voiceStartMs })),
    bargeIns: clips.filter(({ bargeInAfterMs }) => bargeInAfterMs !== null).length,
    agentEnds,
  };
}

function telephoneSamples(file: string): Int16Array {
  const { rateHz, channels } = readWav(readFileSync(file));
  const mono = channels[0];
  const resampler = dsp.createResampler(rateHz, 8000);
  const out = new Int16Array(Math.ceil((mono.length * 8000) / rateHz) + 1024);
  let count = resampler.process(mono, 0, mono.length, out, 0);
  // Half a second of silence pushes the filter's last samples out.
  const tail = new Int16Array(Math.ceil(rateHz / 20));
  count += resampler.process(tail, 0, tail.length, out, count);
  return out.slice(0, count);
}

function wordsOf(folder: string, name: string): string {
  const stem = name.slice(0, -4);
  try {
    return readFileSync(path.join(folder, `${stem}.txt`), 'utf8').trim();
  } catch {
    const words = stem.replace(/[^A-Za-z0-9]+/g, ' ').trim();
    return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
  }
}
