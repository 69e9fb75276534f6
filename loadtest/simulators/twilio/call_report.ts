// What a simulated call saw, as plain data: for assertions in tests, for the demo's table and for /_sim/calls. Made
// from the live objects on demand; it decides nothing.

import type { EndedBy, StatusChange } from './call_state.js';
import type { CallbackReport } from './callbacks.js';
import type { StepReport } from './caller.js';
import type { FetchedDocument } from './document_fetch.js';
import type { Violation } from './inbound_checks.js';
import type { CallerUtterance, MediaClient, SentMark, StreamClose } from './media_client.js';
import type { PlayoutGap } from './playout.js';
import type { HandshakeError } from './ws_client.js';

/** One stretch of agent audio without a hole, as the caller's ear got it; ms since the stream began. */
export interface HeardReport {
  atMs: number;
  durationMs: number;
  /** First sound of a voice; null = only silence. */
  voicedAtMs: number | null;
  cleared: boolean;
}

/** A caller utterance and what the agent made of it. */
export interface ExchangeReport extends CallerUtterance {
  /** First agent audio that began after this utterance did, minus the end of the voice. Null = no answer. */
  responseMs: number | null;
  /** For a barge-in: the server's clear minus the beginning of the voice. Null = it was not cleared. */
  onsetToClearMs: number | null;
}

export interface StreamReport {
  streamSid: string;
  url: string;
  customParameters: Record<string, string>;
  /** Wall clock at which `start` was sent, ms since 1970; null = it never was. */
  startedAt: number | null;
  durationMs: number;
  refused: { code: number; message: string; status: number | null } | null;
  close: StreamClose | null;
  firstAudioMs: number | null;
  firstVoicedMs: number | null;
  heard: HeardReport[];
  exchanges: ExchangeReport[];
  marks: SentMark[];
  clearsMs: number[];
  underruns: number;
  gaps: PlayoutGap[];
  leadMsMax: number;
  clearedMs: number;
  overflowMs: number;
  /** Audio that was still to play when the stream ended: nobody heard it. */
  unheardMs: number;
  mediaMessages: number;
  unalignedMessages: number;
  violations: Violation[];
  framesSent: number;
  framesLost: number;
  framesDiscarded: number;
}

export interface CallReport {
  callSid: string;
  direction: 'inbound' | 'outbound-api';
  from: string;
  to: string;
  status: string;
  endedBy: EndedBy | null;
  history: StatusChange[];
  durationS: number;
  documents: FetchedDocument[];
  /** What Twilio's debugger would show: error or warning number and text. */
  notices: { code: number; text: string; at: number }[];
  /** Text and sounds that Twilio itself played. */
  spoken: { verb: 'Say' | 'Play'; what: string; at: number }[];
  callbacks: CallbackReport[];
  streams: StreamReport[];
  /** What the person did; times are ms since the first stream began. */
  script: { completed: boolean; steps: StepReport[] };
  /** Of the whole process, not of this call alone: how late the generator was. */
  generatorLateMs: { p50: number; p99: number; max: number };
}

/** What call_stream.ts knows about a stream beside the client. */
export interface StreamFacts {
  url: string;
  customParameters: Record<string, string>;
  startedAt: number | null;
  endedAtMs: number | null;
  refused: HandshakeError | null;
  close: StreamClose | null;
}

export function reportStream(client: MediaClient, facts: StreamFacts, nowMs: number): StreamReport {
  const { playout, checks } = client;
  const started = client.startedAtMs;
  const heard = playout.segments.map((segment) => ({
    atMs: segment.atMs - started,
    durationMs: segment.bytes / 8,
    voicedAtMs: segment.voicedAtMs === null ? null : segment.voicedAtMs - started,
    cleared: segment.cleared,
  }));
  return {
    streamSid: client.streamSid,
    url: facts.url,
    customParameters: facts.customParameters,
    startedAt: facts.startedAt,
    durationMs: started === 0 ? 0 : (facts.endedAtMs ?? nowMs) - started,
    refused: facts.refused && {
      code: facts.refused.code,
      message: facts.refused.message,
      status: facts.refused.status,
    },
    close: facts.close,
    firstAudioMs: heard[0]?.atMs ?? null,
    firstVoicedMs: heard.find((segment) => segment.voicedAtMs !== null)?.voicedAtMs ?? null,
    heard,
    exchanges: client.utterances.map((utterance, i) => exchange(utterance, client.utterances[i + 1], heard, client)),
    marks: client.marks.slice(),
    clearsMs: client.clearsMs.slice(),
    underruns: playout.underruns,
    gaps: playout.gaps.map((gap) => ({ ...gap, atMs: gap.atMs - started })),
    leadMsMax: playout.leadMsMax,
    clearedMs: playout.clearedBytes / 8,
    overflowMs: playout.overflowBytes / 8,
    unheardMs: playout.unheardBytes / 8,
    mediaMessages: checks.mediaMessages,
    unalignedMessages: checks.unalignedMessages,
    violations: checks.violations.map((violation) => ({ ...violation, atMs: violation.atMs - started })),
    framesSent: client.framesSent,
    framesLost: client.framesLost,
    framesDiscarded: client.framesDiscarded,
  };
}

/** The script's steps with times since the first stream began. */
export function reportSteps(steps: readonly StepReport[], firstStartMs: number): StepReport[] {
  return steps.map((step) => ({
    ...step,
    beganAtMs: step.beganAtMs - firstStartMs,
    endedAtMs: step.endedAtMs === null ? null : step.endedAtMs - firstStartMs,
  }));
}

function exchange(
  utterance: CallerUtterance,
  next: CallerUtterance | undefined,
  heard: readonly HeardReport[],
  client: MediaClient,
): ExchangeReport {
  const untilMs = next?.startMs ?? Infinity;
  const answer = heard.find((segment) => segment.atMs > utterance.startMs && segment.atMs < untilMs);
  const clear = client.clearsMs.find((atMs) => atMs >= utterance.startMs && atMs < untilMs);
  return {
    ...utterance,
    responseMs: answer ? answer.atMs - utterance.voiceEndMs : null,
    onsetToClearMs: utterance.bargeIn && clear !== undefined ? clear - utterance.voiceStartMs : null,
  };
}
