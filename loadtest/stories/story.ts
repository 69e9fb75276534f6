// What a named conversation is: who says what, what the model answers, what goes wrong, and what must be true of it at the
// telephone. Types and small helpers; the stories are in the files beside this one.

import type { HeardCall } from '../callers/judged.js';
import type { LineOptions } from '../callers/phone_line.js';
import type { ServerRecord, Stage } from '../callers/stage.js';
import type { ChatMessage } from '../simulators/openai/replies.js';
import type { CallReport } from '../simulators/twilio/call_report.js';
import type { NetworkProfile } from '../simulators/twilio/network_profile.js';
import type { Teller } from './teller.js';

export const GROUPS = ['turns', 'interruptions', 'noise', 'context', 'latency', 'providers', 'ending'] as const;
export type Group = (typeof GROUPS)[number];

export interface Story {
  name: string;
  group: Group;
  /** What it is about, for who reads the result. */
  about: string;
  /** Key word -> what the model says when the newest words of the caller hold it; no other story has the word. */
  replies: Readonly<Record<string, string>>;
  play(teller: Teller): Promise<void>;
  /** Arms what goes wrong, when the call's id is known and nothing has happened yet. */
  prepare?(stage: Stage, callSid: string): void;
  /** On a server without other calls. */
  alone?: boolean;
  line?: Partial<LineOptions>;
  network?: NetworkProfile;
  /** dB on top of a person's own loudness. */
  quieterDb?: number;
  limits?: Partial<Limits>;
  /** Key words whose replies must be heard to their last word. */
  whole?: readonly string[];
  /** What else is wrong; empty = nothing. */
  judge?(seen: Seen): string[];
}

/** Beyond these a story is not ok. Milliseconds. */
export interface Limits {
  response: number;
  silence: number;
  deadAir: number;
  heardTextWords: number;
}
export const LIMITS: Limits = { response: 2500, silence: 1500, deadAir: 5000, heardTextWords: 1 };

/** One request to the model. */
export interface Asked {
  atMs: number;
  messages: readonly ChatMessage[];
  reply: string;
  /** Characters of the reply that left. */
  chars: number;
}

/** All that is known of a story that was played. */
export interface Seen {
  heard: HeardCall;
  /** What was played, as one text of lower case words. */
  played: string;
  asked: readonly Asked[];
  report: CallReport;
  record: ServerRecord | null;
  /** Words of the reply to `key` that were heard, and how many it has. */
  heardOf(key: string): { heard: number; of: number };
  /** Newest words of the caller in the last request, lower case words. */
  lastWords: string;
  /** A failure meant for this call never struck. */
  isArmed: boolean;
}

/** The words of `text` are in `seen` in this order. */
export function missing(what: string, seen: string, words: readonly string[]): string[] {
  let at = 0;
  for (const word of words) {
    const found = ` ${seen} `.indexOf(` ${word} `, at);
    if (found < 0) return [`${what}: "${word}" is missing or out of place in "${seen}"`];
    at = found + 1;
  }
  return [];
}

export function check(isSo: boolean, problem: string): string[] {
  return isSo ? [] : [problem];
}
