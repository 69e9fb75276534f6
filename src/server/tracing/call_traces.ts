// Calls as traces: a span for the call, below it one for each turn, and below that its stages, from what the workers tell as
// events. Hears of a turn when it is over, so nothing of it is in a caller's way. No words of anybody: times, numbers, names
// of agents, models and tools. Loaded only where traces are wanted; where they go is tracing.ts.
//
//   call ── turn ─┬─ stt        the caller's speech, to the last final words after it
//                 ├─ decision   the end of speech, to our knowing that the turn was over
//                 ├─ chat M     the model, from the request (of a draft, perhaps before the decision) to its last token
//                 ├─ execute_tool T
//                 ├─ tts        the first words for the voice, to its first sound
//                 └─ heard      what the caller heard of the answer

import {
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { CallDirection } from '../../call/call.js';
import type { CallEvent } from '../../call/call_events.js';
import type { CallSummary } from '../../call/call_report.js';
import type { ToolReport, TurnReport } from '../../call/report_parts.js';
import type { TurnStages } from '../../call/turn_stages.js';
import { nowMs } from '../../clock.js';

/** What events do not say of a call. */
export interface TracedCall {
  direction: CallDirection;
  acceptedAt: string;
  agent: string;
  variant: string;
  version: string;
  model: string;
}

export interface CallTracesOptions {
  tracer: Tracer;
  /** The next trace that begins is this call's. */
  nextTrace(callSid: string): void;
  /** null = nothing is known of such a call here. */
  callOf(callSid: string, slot: number): TracedCall | null;
  /** Whose model answers, as GenAI's conventions name providers. */
  llmProvider: string;
}

interface OpenCall {
  callSid: string;
  span: Span;
  about: TracedCall;
  /** Unix time of call time zero; null = not known yet. */
  originMs: number | null;
  /** Since the last turn. */
  tools: { tool: ToolReport; endMs: number }[];
  /** A turn may be told again. */
  turns: Set<number>;
}

/** What a call ends with when something of ours or of a vendor's failed. */
const FAILED = new Set(['error', 'worker_died']);
const TOOLS_MAX = 64;
/** OpenTelemetry's semantic conventions for generative AI, 1.37. */
const GEN_AI = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  model: 'gen_ai.request.model',
  agent: 'gen_ai.agent.name',
  conversation: 'gen_ai.conversation.id',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  tool: 'gen_ai.tool.name',
  toolType: 'gen_ai.tool.type',
} as const;
const ERROR_TYPE = 'error.type';

export class CallTraces {
  readonly #options: CallTracesOptions;
  /** By slot: a call that Twilio starts over is there twice. */
  readonly #calls = new Map<number, OpenCall>();

  constructor(options: CallTracesOptions) {
    this.#options = options;
  }

  readonly onCallEvent = (event: CallEvent): void => {
    const call = this.#callOf(event);
    if (call === null) return;
    switch (event.kind) {
      case 'snapshot':
        if (event.snapshot.stream !== null) call.originMs = Date.now() - nowMs() + event.snapshot.stream.originMs;
        return;
      case 'floor':
        if (event.decision === 'interrupt') call.span.addEvent('interrupted by the caller', {}, event.atMs);
        return;
      case 'tool':
        if (call.tools.length < TOOLS_MAX) call.tools.push({ tool: event.tool, endMs: event.atMs });
        return;
      case 'hand_off':
        // The book was told first.
        call.about = this.#options.callOf(event.callSid, event.slot) ?? call.about;
        call.span.addEvent('handed to another agent', { [GEN_AI.agent]: event.handOff.to }, event.atMs);
        return;
      case 'turn':
        return this.#turn(call, event.turn, event.stages ?? null, event.atMs);
      case 'ended':
        this.#calls.delete(event.slot);
        return end(call, event.summary, event.reason, event.atMs);
    }
  };

  #callOf({ slot, callSid, kind, atMs }: CallEvent): OpenCall | null {
    const open = this.#calls.get(slot);
    if (open?.callSid === callSid) return open;
    // The slot is another call's now: what is left of the former one was never told.
    if (open !== undefined) end(open, null, null, atMs);
    this.#calls.delete(slot);
    const { tracer, nextTrace, callOf } = this.#options;
    const about = kind === 'ended' ? null : callOf(callSid, slot);
    if (about === null) return null;
    nextTrace(callSid);
    const span = tracer.startSpan('call', {
      root: true,
      kind: SpanKind.SERVER,
      startTime: Math.min(atMs, Date.parse(about.acceptedAt) || atMs),
      attributes: {
        [GEN_AI.conversation]: callSid,
        [GEN_AI.agent]: about.agent,
        'ringline.direction': about.direction,
        'ringline.agent.variant': about.variant,
        'ringline.agent.version': about.version,
      },
    });
    const call = { callSid, span, about, originMs: null, tools: [], turns: new Set<number>() };
    this.#calls.set(slot, call);
    return call;
  }

  #turn(call: OpenCall, row: TurnReport, stages: TurnStages | null, atMs: number): void {
    if (call.turns.has(row.turn)) return;
    call.turns.add(row.turn);
    const originMs = call.originMs ?? atMs - (row.agentEndMs ?? row.callerEndMs ?? 0);
    const at = (callMs: number | null): number | null => (callMs === null ? null : originMs + callMs);
    const { callerStartMs, callerEndMs, agentStartMs, agentEndMs } = row;
    const startMs = at(callerStartMs ?? callerEndMs ?? agentStartMs) ?? atMs;
    const turn = this.#child(call.span, 'turn', startMs, Math.max(startMs, at(agentEndMs) ?? atMs), {
      'ringline.turn': row.turn,
      'ringline.interrupted': row.interrupted,
      ...(row.firstAudioMs === null ? {} : { 'ringline.first_audio_ms': row.firstAudioMs }),
    });
    const stage = (name: string, from: number | null, to: number | null, attributes: Attributes = {}) => {
      const [began, ended] = [at(from), at(to)];
      if (began !== null && ended !== null) this.#child(turn, name, began, ended, attributes);
    };
    const after = (ms: number | null) => (callerEndMs === null || ms === null ? null : callerEndMs + ms);
    stage('stt', callerStartMs, after(row.sttFinalMs));
    stage('decision', callerEndMs, after(row.endpointMs));
    if (stages !== null) {
      this.#model(turn, call, stages, at);
      stage('tts', stages.firstPieceMs, stages.firstAudioMs);
    }
    for (const { tool, endMs } of call.tools.splice(0)) this.#tool(turn, tool, endMs);
    stage('heard', agentStartMs, agentEndMs, { 'ringline.interrupted': row.interrupted });
  }

  #model(turn: Span, { callSid, about }: OpenCall, stages: TurnStages, at: (ms: number | null) => number | null): void {
    const [began, firstToken, ended] = [at(stages.requestMs), at(stages.firstTokenMs), at(stages.writtenMs)];
    if (began === null) return;
    const span = this.#start(turn, `chat ${about.model}`, SpanKind.CLIENT, began, {
      [GEN_AI.operation]: 'chat',
      [GEN_AI.provider]: this.#options.llmProvider,
      [GEN_AI.model]: about.model,
      [GEN_AI.agent]: about.agent,
      [GEN_AI.conversation]: callSid,
      [GEN_AI.inputTokens]: stages.promptTokens,
      [GEN_AI.outputTokens]: stages.completionTokens,
    });
    if (firstToken !== null) span.addEvent('first token', {}, firstToken);
    // Cut off by the caller, or failed: it was not written to its end.
    span.end(Math.max(began, ended ?? firstToken ?? began));
  }

  #tool(turn: Span, { name, ok, tookMs, problem }: ToolReport, endMs: number): void {
    const span = this.#start(turn, `execute_tool ${name}`, SpanKind.INTERNAL, endMs - tookMs, {
      [GEN_AI.operation]: 'execute_tool',
      [GEN_AI.tool]: name,
      [GEN_AI.toolType]: 'function',
      ...(ok ? {} : { [ERROR_TYPE]: problem ?? 'failed' }),
    });
    if (!ok) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endMs);
  }

  #child(parent: Span, name: string, startMs: number, endMs: number, attributes: Attributes): Span {
    const span = this.#start(parent, name, SpanKind.INTERNAL, startMs, attributes);
    span.end(Math.max(startMs, endMs));
    return span;
  }

  #start(parent: Span, name: string, kind: SpanKind, startTime: number, attributes: Attributes): Span {
    return this.#options.tracer.startSpan(name, { kind, startTime, attributes }, trace.setSpan(ROOT_CONTEXT, parent));
  }
}

function end({ span, about }: OpenCall, summary: CallSummary | null, reason: string | null, atMs: number): void {
  if (reason !== null) span.setAttribute('ringline.end_reason', reason);
  if (summary !== null) {
    const { usage, turns, bargeIns, errors, durationS } = summary;
    span.setAttributes({
      'ringline.media_seconds': durationS,
      'ringline.turns': turns.length,
      'ringline.barge_ins': bargeIns.length,
      'ringline.stt_seconds': usage.sttSeconds,
      'ringline.tts_characters': usage.ttsCharacters,
      [GEN_AI.inputTokens]: usage.promptTokens,
      [GEN_AI.outputTokens]: usage.completionTokens,
    });
    for (const { at, code, provider } of errors) {
      span.addEvent('exception', { 'exception.type': code, 'ringline.provider': provider ?? '' }, Date.parse(at));
    }
  }
  if (reason !== null && FAILED.has(reason)) {
    span.setAttribute(ERROR_TYPE, reason);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end(Math.max(atMs, Date.parse(about.acceptedAt) || 0));
}
