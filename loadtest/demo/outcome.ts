// Judges a call of the demo: reads the recording and the sidecar that the server wrote, compares them with what the
// caller meant to do, and makes the rows of `--json`.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { dsp } from '../../src/audio/kernels/addon.js';
import type { CallSummary } from '../../src/call/call_report.js';
import type { SnakeCased } from '../../src/snake_case.js';
import type { CallReport } from '../simulators/twilio/call_report.js';
import { readWav } from '../wav_reader.js';
import type { Conversation } from './conversations.js';

/** Speech is louder than this (dBFS over 20 ms); the codec's own idle noise is far below. */
const SPEECH_DB = -40;
/** Speech a channel must hold to count as spoken in. */
const SPEECH_MS_MIN = 500;

export interface DemoCall {
  direction: 'inbound' | 'outbound';
  call_sid: string;
  recording: string | null;
  turns: {
    caller: string;
    agent: string;
    heard: string;
    interrupted: boolean;
    stt_final_ms: number | null;
    endpoint_ms: number | null;
    llm_ttft_ms: number | null;
    tts_ttfb_ms: number | null;
    first_audio_ms: number | null;
  }[];
  barge_ins: { onset_to_clear_ms: number }[];
  underruns: number;
  /** What did not go as scripted; empty when all did. */
  problems: string[];
}

/**
 * @param recordings the server's folder
 * @param stalled this machine was too busy for the server to keep its beats: then holes in its speech are no fault
 */
export function judge(
  direction: 'inbound' | 'outbound',
  conversation: Conversation,
  report: CallReport,
  recordings: string,
  stem: string | null,
  stalled = false,
): DemoCall {
  const problems: string[] = [];
  const stream = report.streams[0];
  if (!stream) problems.push('no media stream was opened');
  else {
    if (!saidEverything(conversation, report)) problems.push('the caller could not say everything');
    for (const violation of stream.violations) problems.push(`protocol violation: ${JSON.stringify(violation)}`);
  }
  const expectedEnd = conversation.agentEnds ? 'server' : 'caller';
  if (conversation.agentEnds && report.endedBy === 'caller')
    problems.push(`the call ended by ${report.endedBy}, not ${expectedEnd}`);
  if (report.status !== 'completed') problems.push(`the call ended as ${report.status}`);
  const summary = stem === null ? null : readSidecar(path.join(recordings, `${stem}.json`), problems);
  const answers = summary?.turns.filter((turn) => turn.caller !== '') ?? [];
  if (summary && answers.length < conversation.heardAs.length) {
    problems.push(`${answers.length} turns answered of ${conversation.heardAs.length}`);
  }
  if (summary && summary.barge_ins.length < conversation.bargeIns) problems.push('the barge-in was not noticed');
  if (summary && summary.media.underruns > 0 && !stalled) problems.push(`${summary.media.underruns} underruns`);
  const recording = summary?.recording ? path.join(recordings, summary.recording) : null;
  if (recording === null) problems.push('there is no recording');
  else problems.push(...listen(recording));
  return {
    direction,
    call_sid: report.callSid,
    recording,
    turns: (summary?.turns ?? []).map((turn) => ({
      caller: turn.caller,
      agent: turn.agent,
      heard: turn.heard,
      interrupted: turn.interrupted,
      stt_final_ms: turn.stt_final_ms,
      endpoint_ms: turn.endpoint_ms,
      llm_ttft_ms: turn.llm_ttft_ms,
      tts_ttfb_ms: turn.tts_ttfb_ms,
      first_audio_ms: turn.first_audio_ms,
    })),
    barge_ins: (summary?.barge_ins ?? []).map(({ onset_to_clear_ms }) => ({ onset_to_clear_ms })),
    underruns: summary?.media.underruns ?? 0,
    problems,
  };
}

/** With words of one's own the agent may take leave before the caller hangs up: the last words are enough then. */
export function saidEverything({ agentEnds, heardAs }: Conversation, { script }: CallReport): boolean {
  const said = script.steps.filter(({ text, outcome }) => text !== '' && outcome === 'done').length;
  return script.completed || (!agentEnds && said >= heardAs.length);
}

function readSidecar(file: string, problems: string[]): SnakeCased<CallSummary> | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SnakeCased<CallSummary>;
  } catch (error) {
    problems.push(`the call's summary can't be read: ${(error as Error).message}`);
    return null;
  }
}

/** Checks a recording as a listener would: stereo, and somebody speaks on both sides. Returns what is wrong. */
export function listen(file: string): string[] {
  const { rateHz, channels } = readWav(readFileSync(file));
  if (rateHz !== 8000 || channels.length !== 2)
    return [`the recording has ${channels.length} channels at ${rateHz} Hz`];
  return channels.flatMap((channel, i) => {
    let speechMs = 0;
    for (let at = 0; at + 160 <= channel.length; at += 160) if (dsp.level(channel, at, 160) > SPEECH_DB) speechMs += 20;
    return speechMs >= SPEECH_MS_MIN
      ? []
      : [`only ${speechMs} ms of speech on the ${i === 0 ? 'caller' : 'agent'} channel`];
  });
}
