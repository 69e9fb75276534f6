// What calls were like by the agent that held them, and by its version: counted once, when a call is over, from its summary. Labels are the
// names of agents that exist, so their number is bounded; whoever else held a call is `other`.

import * as prom from 'prom-client';
import { END_REASONS } from '../call/call.js';
import type { CallEvent } from '../call/call_events.js';
import type { CallSummary } from '../call/call_report.js';
import type { EngineConfig } from '../config.js';

const SECONDS = [0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10];
const CALL_SECONDS = [5, 10, 20, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600];
const OTHER = 'other';
/** `version` is the content's hash: it tells versions side by side apart. */
const LABELS = ['agent', 'variant', 'version'];
const MILLION = 1e6;
const FATES = ['heard', 'unheard'];
const COSTS = ['llm', 'stt', 'tts', 'line'];
/** Versions that were replaced and are still shown; the oldest go when there are more. */
const FORMER_MAX = 64;

interface Version {
  id: string;
  variant: string;
  hash: string;
}

/** What a call used, in the unit of the prices (config_variables.ts); all 0 without prices. */
export function costOf(
  { usage, durationS }: Pick<CallSummary, 'usage' | 'durationS'>,
  prices: EngineConfig['prices'],
): { llm: number; stt: number; tts: number; line: number } {
  const { promptTokens, completionTokens, ttsCharacters, sttSeconds } = usage;
  return {
    llm: (promptTokens * prices.llmInput + completionTokens * prices.llmOutput) / MILLION,
    stt: (sttSeconds / 60) * prices.stt,
    tts: (ttsCharacters * prices.tts) / MILLION,
    line: (durationS / 60) * prices.line,
  };
}

export class AgentMetrics {
  /** All that have series, the latest known last. */
  readonly #versions = new Map<string, Version>();
  readonly #prices: EngineConfig['prices'];
  readonly #calls: prom.Counter;
  readonly #turns: prom.Counter;
  readonly #bargeIns: prom.Counter;
  readonly #characters: prom.Counter;
  readonly #cost: prom.Counter;
  readonly #firstAudio: prom.Histogram;
  readonly #duration: prom.Histogram;

  /** @param versions of all agents there are */
  constructor(registry: prom.Registry, versions: readonly Version[], prices: EngineConfig['prices']) {
    this.#prices = prices;
    const registers = [registry];
    const counter = (name: string, help: string, labelNames: string[]) =>
      new prom.Counter({ name, help, labelNames, registers });
    const histogram = (name: string, help: string, buckets: number[]) =>
      new prom.Histogram({ name, help, buckets, labelNames: LABELS, registers });
    this.#calls = counter('ringline_agent_calls_total', 'Calls an agent has held, by why they ended.', [
      ...LABELS,
      'reason',
    ]);
    this.#turns = counter('ringline_agent_turns_total', 'Turns of callers that an agent was asked to answer.', [
      ...LABELS,
    ]);
    this.#bargeIns = counter('ringline_agent_barge_ins_total', 'Replies of an agent that callers cut off.', LABELS);
    this.#characters = counter(
      'ringline_agent_reply_characters_total',
      'Text of an agent that was to be said, by what became of it.',
      [...LABELS, 'fate'],
    );
    this.#cost = counter(
      'ringline_agent_cost_total',
      'Estimated cost of the calls of an agent, in the currency of the PRICE_ settings; 0 without them.',
      [...LABELS, 'kind'],
    );
    this.#firstAudio = histogram(
      'ringline_agent_first_audio_seconds',
      'End of speech to the first frame of the answer on the socket, by agent.',
      SECONDS,
    );
    this.#duration = histogram('ringline_agent_call_duration_seconds', 'Media of calls, by agent.', CALL_SECONDS);
    this.know(versions);
  }

  /** The agents are these now. Calls of former ones may still be under way: their series go much later, and before memory fills. */
  know(versions: readonly Version[]): void {
    for (const version of versions) {
      const key = keyOf(version);
      if (!this.#versions.has(key)) this.#begin(labelsOf(version));
      this.#versions.delete(key);
      this.#versions.set(key, version);
    }
    let former = this.#versions.size - versions.length;
    for (const [key, version] of this.#versions) {
      if (former-- <= FORMER_MAX) break;
      this.#versions.delete(key);
      this.#end(labelsOf(version));
    }
  }

  /** Takes all events of calls; only the last of a call counts. */
  readonly onCallEvent = (event: CallEvent): void => {
    if (event.kind === 'ended' && event.summary !== null) this.#count(event.summary);
  };

  #count(summary: CallSummary): void {
    const { agent, agentVariant: variant, agentHash: version } = summary;
    const isKnown = this.#versions.has(keyOf({ id: agent, variant, hash: version }));
    const labels = isKnown ? { agent, variant, version } : { agent: OTHER, variant: OTHER, version: OTHER };
    this.#calls.inc({ ...labels, reason: summary.endReason });
    this.#bargeIns.inc(labels, summary.bargeIns.length);
    this.#duration.observe(labels, summary.durationS);
    for (const { caller, agent: said, heard, firstAudioMs } of summary.turns) {
      if (caller !== '') this.#turns.inc(labels);
      this.#characters.inc({ ...labels, fate: 'heard' }, heard.length);
      this.#characters.inc({ ...labels, fate: 'unheard' }, Math.max(0, said.length - heard.length));
      if (firstAudioMs !== null) this.#firstAudio.observe(labels, firstAudioMs / 1000);
    }
    for (const [kind, cost] of Object.entries(costOf(summary, this.#prices))) this.#cost.inc({ ...labels, kind }, cost);
  }

  /** Known label values begin at zero: a rate over a series that appears out of nothing misses its first event. */
  #begin(labels: Labels): void {
    this.#calls.inc({ ...labels, reason: 'agent_goodbye' }, 0);
    this.#turns.inc(labels, 0);
    this.#bargeIns.inc(labels, 0);
    for (const fate of FATES) this.#characters.inc({ ...labels, fate }, 0);
    for (const kind of COSTS) this.#cost.inc({ ...labels, kind }, 0);
  }

  #end(labels: Labels): void {
    for (const reason of END_REASONS) this.#calls.remove({ ...labels, reason });
    for (const fate of FATES) this.#characters.remove({ ...labels, fate });
    for (const kind of COSTS) this.#cost.remove({ ...labels, kind });
    for (const each of [this.#turns, this.#bargeIns, this.#firstAudio, this.#duration]) each.remove(labels);
  }
}

interface Labels extends Record<string, string> {
  agent: string;
  variant: string;
  version: string;
}

function labelsOf({ id, variant, hash }: Version): Labels {
  return { agent: id, variant, version: hash };
}

function keyOf({ id, variant, hash }: Version): string {
  return `${id} ${variant} ${hash}`;
}
