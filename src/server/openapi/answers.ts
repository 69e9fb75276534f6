// The shapes of the API's answers, as zod schemas: the document at /openapi.json is made of them, the functions that build
// the answers are typed by them, and a test holds real answers against them. Shapes only; what a request may hold stands
// where it is read (calls/outbound_request.ts).

import { z } from 'zod';
import { END_REASONS } from '../../call/call.js';

const time = z.iso.datetime().describe('ISO 8601, UTC');
const callSid = z.string().regex(/^CA[0-9a-zA-Z]{1,64}$/);
const count = z.int().min(0);
const direction = z.enum(['inbound', 'outbound']);
const ms = z.number().nullable();
const party = z.string().describe('E.164 as a rule; empty or a word of Twilio when the caller is not known');

/** Every refusal and failure. */
export const problem = z.object({
  detail: z.union([
    z.string(),
    z.array(
      z.object({
        loc: z
          .array(z.union([z.string(), z.number()]))
          .describe('where: `body`, `path`, `query` or `header`, then what'),
        msg: z.string(),
        type: z.string(),
      }),
    ),
  ]),
  request_id: z.string().describe('as in the X-Request-Id header'),
  code: z.int().optional().describe("Twilio's own error code"),
});

export const dialled = z.object({
  success: z.literal(true),
  call_sid: callSid,
  status: z.string(),
  to: z.string(),
  from: z.string(),
  webhook_url: z.string(),
});

export const callStatus = z.object({
  call_sid: callSid,
  status: z.string().describe("Twilio's word for it"),
  direction: z.string(),
  to: z.string().nullable(),
  from_: z.string().nullable(),
  duration: z.number().nullable().describe('seconds; null before the end'),
  start_time: time.nullable(),
  end_time: time.nullable(),
});
export type CallStatus = z.infer<typeof callStatus>;

export const callRow = z.object({
  call_sid: callSid,
  direction,
  agent: z.string().nullable().describe('who holds it; null until somebody does'),
  agent_variant: z.string().nullable().describe('which of its versions, by name'),
  agent_hash: z.string().nullable().describe('and by a hash of its content'),
  from: party,
  to: party,
  state: z.enum(['dialling', 'accepted', 'connected', 'ended']),
  activity: z.enum(['connecting', 'idle', 'listening', 'thinking', 'speaking', 'ended']).nullable(),
  accepted_at: time,
  connected_at: time.nullable(),
  stream_sid: z.string().nullable(),
  turns: count,
  off_record: z.boolean().describe('nothing of what is said is kept now'),
  answered_by: z.string().nullable().describe('a person or a machine, in the words of Twilio'),
  held_by: z.string().nullable().describe('the operator who has the caller: the agent is silent'),
});
export type CallRow = z.infer<typeof callRow>;

export const callList = z.object({ calls: z.array(callRow), count, max: count });

const turn = z.object({
  turn: z.number(),
  caller: z.string(),
  agent: z.string().describe('what the agent was going to say'),
  heard: z.string().describe('what the caller heard of it'),
  interrupted: z.boolean(),
  caller_start_ms: ms,
  caller_end_ms: ms,
  agent_start_ms: ms,
  agent_end_ms: ms,
  stt_final_ms: ms,
  endpoint_ms: ms,
  llm_ttft_ms: ms,
  tts_ttfb_ms: ms,
  first_audio_ms: ms,
});

export const callDetails = z.object({
  ...callRow.shape,
  ended_at: time.nullable(),
  end_reason: z.enum(END_REASONS).nullable(),
  twilio_status: z.string().nullable(),
  duration: z.number().nullable().describe('seconds of media'),
  recording: z.string().nullable(),
  turns: z.array(turn),
  barge_ins: z.array(z.object({ turn: z.number(), at_ms: z.number(), onset_to_clear_ms: z.number() })),
  operators: z
    .array(z.object({ act: z.string(), operator: z.string(), at_ms: z.number(), took_ms: ms.describe('of a pause') }))
    .describe('what operators did to it; known when it is over'),
  errors: z.array(
    z.object({ at: time, code: z.string(), provider: z.string().nullable(), status: z.number().nullable() }),
  ),
  usage: z
    .object({
      prompt_tokens: z.number(),
      completion_tokens: z.number(),
      tts_characters: z.number(),
      stt_seconds: z.number(),
      discarded_tokens: z.number(),
      discarded_characters: z.number(),
    })
    .nullable(),
  media: z
    .object({
      frames_in: z.number(),
      lost: z.number(),
      late: z.number(),
      concealed: z.number(),
      frames_out: z.number(),
      underruns: z.number(),
    })
    .nullable()
    .describe('frames of 20 ms'),
});
export type CallDetails = z.infer<typeof callDetails>;

export const deletedData = z.object({
  call_sid: callSid,
  files: z.array(z.string()).describe('recordings and records that were deleted'),
  log_lines: count.describe('lines about the call that were blanked in log files'),
  instances_silent: z.array(z.string()).describe('those that did not answer: ask again'),
});
export const offRecord = z.object({ call_sid: callSid, recording: z.enum(['paused', 'on']) });
export const acted = z.object({
  call_sid: callSid,
  held_by: z.string().nullable().describe('the operator who has the caller now; null = nobody, the agent speaks'),
});

export const ending = z.object({ call_sid: callSid, status: z.literal('ending') });

const recording = z.object({
  call_sid: z.string(),
  direction,
  started_at: time,
  file: z.string().nullable().describe('the sound'),
  size: count.nullable().describe('bytes of it'),
  record: z.string().nullable().describe('the record of the call, JSON'),
  modified: time,
});
export type RecordingRow = z.infer<typeof recording>;

export const recordingList = z.object({
  recordings: z.array(recording),
  count,
  next_cursor: z.string().nullable().describe('`cursor` of the next page; null on the last one'),
});

const serviceState = z.enum(['connected', 'degraded', 'unreachable', 'not_configured']);

export const health = z.object({
  status: z.enum(['healthy', 'unhealthy']),
  timestamp: time,
  services: z.record(z.string(), serviceState),
  problems: z.array(z.string()).optional().describe('this and what follows: for those inside'),
  warnings: z.array(z.string()).optional(),
  version: z.string().optional(),
  uptime_s: z.number().optional(),
  calls: z.object({ in_use: count, max: count, draining: z.boolean() }).optional(),
  agents: z.object({ count, read_at: time }).optional().describe('of AGENTS_DIR'),
  governor: z
    .object({
      strain: z.enum(['late', 'vendor']).nullable().describe('why no new calls are taken; null = they are'),
      late_share: z.number().describe('of the frames of a second'),
      uses: z.array(z.object({ what: z.string(), used: z.number(), max: z.number() })),
    })
    .optional(),
  http_engine: z.enum(['uws', 'node']).optional(),
  store: z
    .object({ kind: z.string(), connected: z.boolean(), away_since: time.nullable(), fallbacks: count })
    .optional(),
  dsp: z.enum(['native', 'fallback']).nullable().optional(),
  vad: z.enum(['native', 'onnx']).nullable().optional(),
  observed: z
    .record(
      z.string(),
      z.object({
        state: serviceState,
        last_success: time.nullable(),
        last_failure: time.nullable(),
        last_error: z.string().nullable(),
        last_probe_error: z.string().nullable(),
      }),
    )
    .optional(),
});
export type HealthAnswer = z.infer<typeof health>;

export const ready = z.object({ status: z.literal('ready') });
