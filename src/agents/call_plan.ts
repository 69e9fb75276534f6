// What one call is held with: the settings, the agent and the call's own order brought together, once, before anything
// of the call is built. The only place that combines the three. Pure.

import path from 'node:path';
import type { CallOrder } from '../call/call.js';
import { recordingStem } from '../call/recording_name.js';
import type { EngineConfig } from '../config.js';
import type { FarewellRules } from '../conversation/turns/farewell.js';
import type { FixedLine, TurnOptions } from '../conversation/turns/turn_events.js';
import { settingsOf, type VendorName } from '../providers/vendor_settings.js';
import type { ToolDefinition } from '../tools/tool_definition.js';
import type { AgentProfile } from './agent.js';

/** An answer that has not begun to sound after this will not come: two attempts at the model have had their time. */
const REPLY_TIMEOUT_MS = 11_000;
/** Twilio sends audio all the time, silence included; without any for this long nobody is there. */
const MEDIA_SILENCE_MS = 30_000;

/** The voice of an agent: it also says which ready-made audio fits. */
export interface Voice {
  voiceId: string;
  /** BCP 47. */
  language: string;
  /** Absent = as configured. */
  model?: string | undefined;
}

export interface CallPlan {
  agentId: string;
  /** The agent's, BCP 47: how text is split and cleaned, what reads as finished, as a nod, as a farewell. */
  language: string;
  systemPrompt: string;
  lines: Readonly<Record<FixedLine, string>>;
  /** When a reply closes the call. */
  farewell: FarewellRules;
  /** `model` absent = as configured. */
  listen: { language: string; keyterms: readonly string[]; model?: string | undefined };
  think: { maxTokens: number; temperature: number; model?: string | undefined };
  /** What the model may do besides speaking, and what is said while that takes long; '' = nothing. */
  tools: { definitions: readonly ToolDefinition[]; filler: string };
  speak: Voice;
  /** Sentences that are heard to their end, whatever the caller says. */
  mustBeHeard: readonly string[];
  /** What keys are. */
  keypad: 'ignore' | 'words' | 'interrupt';
  /** What is done about a mailbox; null = it is not looked for. */
  voicemail: 'hang_up' | 'message' | null;
  turns: TurnOptions;
  /** What may be thrown away of answers begun before the turn is surely over, in a call. */
  drafts: { tokensMax: number; charactersMax: number };
  vad: EngineConfig['vad'];
  pacing: EngineConfig['pacing'];
  limits: {
    /** From the order to `start` on the media socket. */
    startTimeoutMs: number;
    /** Without a message of the media socket. */
    mediaSilenceMs: number;
    maxDurationMs: number;
  };
  /** How the caller learns of the recording before it begins; null = they need not. */
  consent: 'announce' | 'ask' | null;
  /** Files to write, in full; null = nothing is recorded. */
  recording: { audio: string; sidecar: string } | null;
}

/** The settings a plan is made from. */
export type PlanDefaults = Pick<EngineConfig, VendorName | 'port' | 'vad' | 'turn' | 'pacing' | 'recording' | 'calls'>;

/** The whole plan of a call. The agent's own words and voice win over the settings, a language set there over the agent's. */
export function planCall(agent: AgentProfile, order: CallOrder, defaults: PlanDefaults): CallPlan {
  const { vad, turn, pacing, calls } = defaults;
  const { listen, think, turns, keypad, voicemail } = agent.settings;
  const { maxTokens, temperature } = settingsOf(defaults, 'llm');
  const { direction, variables } = order;
  const recording = agent.settings.recording.enabled ? recordingOf(order, defaults) : null;
  const consent = recording === null ? null : consentOf(agent);
  return {
    agentId: order.agentId,
    language: agent.language,
    systemPrompt: agent.systemPrompt(direction, variables),
    lines: {
      greeting: agent.greeting(direction, variables),
      apology: agent.apology(variables),
      idle_prompt: agent.idlePrompt(variables),
      farewell: agent.goodbye(variables),
      cannot_hear: agent.cannotHear(variables),
      cannot_hear_goodbye: agent.cannotHearGoodbye(variables),
      technical_goodbye: agent.technicalGoodbye(variables),
      filler: agent.oneMoment(variables),
      filler_again: agent.stillOnIt(variables),
      voicemail: agent.voicemailMessage(variables),
      consent: agent.recordingLine(variables),
    },
    farewell: agent.farewell,
    listen: {
      language: listen.language ?? settingsOf(defaults, 'stt').language ?? agent.language,
      keyterms: agent.keyterms,
      model: listen.model,
    },
    think: {
      maxTokens: think.maxTokens ?? maxTokens,
      temperature: think.temperature ?? temperature,
      model: think.model,
    },
    tools: { definitions: agent.tools, filler: agent.oneMoment(variables) },
    speak: voiceOf(agent, defaults),
    mustBeHeard:
      consent === null
        ? agent.mustBeHeard(variables)
        : [agent.recordingLine(variables), ...agent.mustBeHeard(variables)],
    keypad,
    voicemail: direction === 'outbound' && voicemail.action !== 'ignore' ? voicemail.action : null,
    drafts: { tokensMax: turn.draftTokensMax, charactersMax: turn.draftCharactersMax },
    turns: { ...turn, ...turns, leadMs: pacing.leadMs, language: agent.language, replyTimeoutMs: REPLY_TIMEOUT_MS },
    vad,
    pacing,
    limits: {
      startTimeoutMs: calls.startTimeoutMs,
      mediaSilenceMs: MEDIA_SILENCE_MS,
      maxDurationMs: calls.maxDurationS * 1000,
    },
    consent,
    recording,
  };
}

export function voiceOf(agent: AgentProfile, defaults: Pick<PlanDefaults, VendorName>): Voice {
  const { voiceId, language } = settingsOf(defaults, 'tts');
  const { model } = agent.settings.speak;
  return { voiceId: agent.voiceId ?? voiceId, language: language ?? agent.language, model };
}

function recordingOf(order: CallOrder, { port, recording }: PlanDefaults): CallPlan['recording'] {
  if (!recording.enabled) return null;
  // A call that goes on in another process gets another file: it may be on another machine. In this one it has its file.
  const isElsewhere = order.resume !== null && order.takeOver === null;
  const acceptedAt = isElsewhere ? new Date(order.resume!.atMs).toISOString() : order.acceptedAt;
  const stem = path.join(recording.dir, recordingStem(port, { ...order, acceptedAt }));
  return { audio: `${stem}.wav`, sidecar: `${stem}.json` };
}

function consentOf({ settings }: AgentProfile): CallPlan['consent'] {
  const { consent } = settings.recording;
  return consent === 'none' ? null : consent;
}
