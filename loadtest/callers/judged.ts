// From a finished call to what the judges read: the agent's sound, the words that were played, the caller's deeds.

import type { JudgedCall } from '../ear/caller_event.js';
import { type HeardTextVerdict, judgeHeardText, replyEnds } from '../ear/heard_text.js';
import { endsOf, type PlayedStretch, type PlayedWord, runsOf, wordsOf } from '../ear/played_words.js';
import { soundSpans } from '../ear/spans.js';
import type { VoiceBook } from '../ear/voice_book.js';
import type { SimulatedCall } from '../simulators/twilio/simulated_call.js';
import type { Guest } from './guest.js';
import type { ServerRecord } from './stage.js';

export interface HeardCall extends JudgedCall {
  words: readonly PlayedWord[];
  /** null: the server left no record. */
  text: HeardTextVerdict | null;
}

/** Null when there never was a stream. `replies`: all that the model could have been going to say. */
export function heardCall(
  id: string,
  call: SimulatedCall,
  guest: Guest,
  book: VoiceBook,
  record: ServerRecord | null,
  replies: readonly string[],
): HeardCall | null {
  const stream = call.streams[0];
  if (!stream || Number.isNaN(guest.startedMs)) return null;
  const { playout, startedAtMs } = stream.client;
  const pcm = stream.heardAudio();
  const stretches: PlayedStretch[] = playout.segments.map((segment) => ({
    startMs: segment.atMs - startedAtMs,
    audio: playout.segmentAudio(segment),
  }));
  const runs = runsOf(stretches, book);
  const words = wordsOf(runs);
  return {
    id,
    durationMs: pcm.length / 8,
    agent: soundSpans(pcm),
    events: [...guest.events].sort((a, b) => a.startMs - b.startMs),
    replyEndsMs: replyEnds(endsOf(runs), replies),
    words,
    text:
      record &&
      judgeHeardText(
        words,
        record.turns.map(({ heard }) => heard),
        replies,
      ),
  };
}
