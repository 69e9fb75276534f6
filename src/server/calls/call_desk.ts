// What Twilio's webhooks mean for our calls: which call they are about, and what follows. The life of a call itself is
// call_control.ts; who asks, and in which form, is twilio/webhooks.ts.

import type { AgentBook } from '../../agents/agent_book.js';
import { numbersOf } from '../../call/call.js';
import { nowMs } from '../../clock.js';
import type { Logger } from '../../log.js';
import type { ThreadMetrics } from '../../metrics/shared_metrics.js';
import { isTerminal, takeStatus } from '../../twilio/call_status.js';
import type { CallDesk, NextStep, StatusNews, WebhookCall } from '../../twilio/webhooks.js';
import type { ServerMetrics } from '../server_metrics.js';
import type { CallControl } from './call_control.js';
import type { CallPeers } from './call_peers.js';
import type { CallEntry, CallRegistry } from './call_registry.js';
import type { Dialler } from './dialler.js';

/** How long Twilio waits for us while a call's recording is closed; it gives up on a webhook after 15 s. */
const OVER_TIMEOUT_MS = 8_000;

export interface TwilioDeskOptions {
  control: Pick<CallControl, 'accept' | 'over' | 'endUnanswered' | 'hangUp'>;
  registry: Pick<CallRegistry, 'find'>;
  agents: Pick<AgentBook, 'pick' | 'get'>;
  /** The dials under way: a call may be answered before Twilio has told us its sid. */
  dials: Pick<Dialler, 'claim'>;
  /** Calls that another instance holds. */
  peers: Pick<CallPeers, 'findDialled'>;
  metrics: Pick<ServerMetrics, 'dial' | 'streamError' | 'cameBack'>;
  threadMetrics: Pick<ThreadMetrics, 'observe'>;
  log: Logger;
}

export class TwilioDesk implements CallDesk {
  readonly #options: TwilioDeskOptions;

  constructor(options: TwilioDeskOptions) {
    this.#options = options;
  }

  async connect(call: WebhookCall, socketBase: string): Promise<NextStep> {
    const beganMs = nowMs();
    const { control, agents, threadMetrics, peers } = this.#options;
    const { direction, from, to } = call;
    const known = direction === 'outbound' ? await this.#entryOf(call, true) : undefined;
    // Dialled by another instance, answered here: it goes on where its media socket comes.
    const theirs = direction === 'outbound' && known === undefined ? await peers.findDialled(call.callSid) : null;
    if (theirs?.isCancelled) return { lastWords: null };
    const acceptance = await control.accept({ ...call, variables: theirs?.variables }, socketBase);
    threadMetrics.observe('webhook_ms', nowMs() - beganMs);
    const agent = agents.get(agents.pick({ direction, ...numbersOf(direction, from, to) }, null));
    if ('streamUrl' in acceptance) return { ...acceptance, cutOff: agent.cutOff(), isBack: false };
    // Somebody who calls us is told why; somebody we no longer want to speak with hears nothing that would puzzle them.
    if (acceptance.refused === 'cancelled') return { lastWords: null };
    return { lastWords: agent.allLinesBusy() };
  }

  async streamEnded(call: WebhookCall, isLive: boolean, socketBase: string): Promise<NextStep> {
    const { control, registry, agents, metrics, log } = this.#options;
    const { callSid } = call;
    // The socket closes a moment before the worker's summary is here, and only that tells whether an apology is owed.
    await control.over(callSid, OVER_TIMEOUT_MS);
    const entry = registry.find(callSid);
    if (entry === undefined && isLive) {
      // Its stream was another process's, which is gone: before we started, or on another machine.
      log.warn({ callSid, direction: call.direction }, 'a call whose server died comes back: it begins anew');
      metrics.cameBack();
      const next = await this.connect(call, socketBase);
      return 'streamUrl' in next ? { ...next, isBack: true } : next;
    }
    if (!entry?.apologyOwed || entry.agentId === null) return { lastWords: null };
    return { lastWords: agents.get(entry.agentId).technicalProblem() };
  }

  async onStatus(call: WebhookCall, { status, sequence, durationS }: StatusNews): Promise<void> {
    const { control, metrics, log } = this.#options;
    const entry = await this.#entryOf(call, false);
    if (entry === undefined || !takeStatus(entry.twilio, status, sequence, durationS)) return;
    log.info({ callSid: call.callSid, status, sequence }, 'call status');
    if (!isTerminal(status)) return;
    if (entry.direction === 'outbound') metrics.dial(status);
    if (entry.phase === 'dialling') control.endUnanswered(entry);
    // Hung up before the media socket came; with a socket, its closing says so.
    else if (entry.phase === 'accepted') control.hangUp(entry, 'caller_hangup');
  }

  onStreamError(callSid: string, detail: string): void {
    const entry = this.#options.registry.find(callSid);
    if (entry?.twilio.streamError === detail) return;
    if (entry !== undefined) entry.twilio.streamError = detail;
    this.#options.metrics.streamError();
    this.#options.log.warn({ callSid, provider: 'twilio', detail }, 'media stream error');
  }

  async onAnsweredBy(call: WebhookCall, answeredBy: string): Promise<void> {
    const entry = await this.#entryOf(call, false);
    if (entry === undefined || entry.twilio.answeredBy === answeredBy) return;
    entry.twilio.answeredBy = answeredBy;
    this.#options.log.info({ callSid: call.callSid, answeredBy }, 'answered by');
  }

  /** The call's entry, also when Twilio is faster than its own answer to our dial. */
  async #entryOf(call: WebhookCall, isAnswered: boolean): Promise<CallEntry | undefined> {
    const { registry, dials } = this.#options;
    const { callSid, direction, from, to } = call;
    const entry = registry.find(callSid);
    return entry !== undefined || direction === 'inbound' ? entry : dials.claim(callSid, from, to, isAnswered);
  }
}
