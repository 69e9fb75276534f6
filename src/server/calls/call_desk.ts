// What Twilio's webhooks mean for our calls: which call they are about, and what follows. The life of a call itself is
// call_control.ts; who asks, and in which form, is twilio/webhooks.ts.

import type { AgentBook, AgentVersion, CarrierLine, OverflowReason } from '../../agents/agent_book.js';
import { numbersOf } from '../../call/call.js';
import { nowMs } from '../../clock.js';
import type { Logger } from '../../log.js';
import type { ThreadMetrics } from '../../metrics/shared_metrics.js';
import { isTerminal, takeStatus } from '../../twilio/call_status.js';
import type { CallDesk, NextStep, StatusNews, WebhookCall } from '../../twilio/webhooks.js';
import type { ServerMetrics } from '../server_metrics.js';
import type { CallControl, IncomingCall } from './call_control.js';
import type { CallPeers } from './call_peers.js';
import type { CallEntry, CallRegistry } from './call_registry.js';
import type { Callbacks } from './callbacks.js';
import { isBroken, mayComeBack } from './comebacks.js';
import type { Dialler } from './dialler.js';
import type { SharedSnapshots } from './shared_snapshots.js';

/** How long Twilio waits for us while a call's recording is closed; it gives up on a webhook after 15 s. */
const OVER_TIMEOUT_MS = 8_000;
/** The same for a call whose socket is gone: its worker knows within a beat whether it was over before. */
const BROKEN_TIMEOUT_MS = 500;

/** What other instances ask of a call that is ours. */
interface StreamEnded {
  call: WebhookCall;
  isLive: boolean;
  socketBase: string;
}

export interface TwilioDeskOptions {
  control: Pick<CallControl, 'accept' | 'over' | 'endUnanswered' | 'hangUp' | 'answeredBy'>;
  registry: Pick<CallRegistry, 'find'>;
  agents: Pick<AgentBook, 'pick'>;
  /** The dials under way: a call may be answered before Twilio has told us its sid. */
  dials: Pick<Dialler, 'claim'>;
  /** Calls that another instance holds. */
  peers: Pick<CallPeers, 'find' | 'findDialled' | 'on' | 'askHolder' | 'tellHolder'>;
  snapshots: Pick<SharedSnapshots, 'find'>;
  callbacks: Pick<Callbacks, 'mayRing' | 'ask'>;
  metrics: Pick<ServerMetrics, 'dial' | 'streamError' | 'cameBack' | 'overflowed' | 'overflowFailed'>;
  threadMetrics: Pick<ThreadMetrics, 'observe'>;
  log: Logger;
}

export class TwilioDesk implements CallDesk {
  readonly #options: TwilioDeskOptions;

  constructor(options: TwilioDeskOptions) {
    this.#options = options;
    const { peers, registry } = options;
    peers.on('stream_ended', (asked: StreamEnded) => this.#ownStreamEnded(asked));
    peers.on('status_news', ({ call, news }: { call: WebhookCall; news: StatusNews }) => {
      const entry = registry.find(call.callSid);
      if (entry !== undefined) this.#onOwnStatus(entry, news);
    });
    peers.on('answered_by', ({ call, answeredBy }: { call: WebhookCall; answeredBy: string }) => {
      const entry = registry.find(call.callSid);
      if (entry !== undefined) this.#onOwnAnsweredBy(entry, answeredBy);
    });
  }

  async connect(call: WebhookCall, socketBase: string): Promise<NextStep> {
    const { peers } = this.#options;
    const { direction } = call;
    const known = direction === 'outbound' ? await this.#entryOf(call, true) : undefined;
    // Dialled by another instance, answered here: it goes on where its media socket comes.
    const theirs = direction === 'outbound' && known === undefined ? await peers.findDialled(call.callSid) : null;
    if (theirs?.isCancelled) return { lastWords: null };
    return this.#begin({ ...call, variables: theirs?.variables, wantedAgent: theirs?.wantedAgent }, socketBase);
  }

  async #begin(call: IncomingCall, socketBase: string): Promise<NextStep> {
    const beganMs = nowMs();
    const closed = this.#closed(call);
    if (closed !== null) return closed;
    const { control, registry, agents, threadMetrics } = this.#options;
    const { callSid, direction, from, to } = call;
    const acceptance = await control.accept(call, socketBase);
    threadMetrics.observe('webhook_ms', nowMs() - beganMs);
    const picked = registry.find(callSid)?.agent;
    const agent = (picked ?? agents.pick({ callSid, ...numbersOf(direction, from, to) }, null)).profile;
    if ('streamUrl' in acceptance) return { ...acceptance, cutOff: agent.cutOff(), isBack: false };
    // Somebody who calls us is told why; somebody we no longer want to speak with hears nothing that would puzzle them.
    if (acceptance.refused === 'cancelled') return { lastWords: null };
    if (direction === 'outbound') return { lastWords: agent.allLinesBusy() };
    return this.#overflow(call, agent, 'busy');
  }

  /** There is no line for a caller, or nobody at this hour. */
  #overflow(call: WebhookCall, profile: AgentVersion['profile'], reason: OverflowReason): NextStep {
    const { callbacks, metrics, log } = this.#options;
    const { line, elsewhere } = profile.overflow(reason);
    if (elsewhere.kind === 'callback' && !callbacks.mayRing(call)) {
      metrics.overflowed(reason, 'hang_up');
      return { lastWords: notTaken(profile) };
    }
    metrics.overflowed(reason, elsewhere.kind);
    if (elsewhere.kind !== 'hang_up')
      log.info({ callSid: call.callSid, reason, way: elsewhere.kind }, 'caller sent elsewhere');
    return elsewhere.kind === 'hang_up' ? { lastWords: line } : { line, elsewhere };
  }

  async callbackAsked({ direction, from, to, ...call }: WebhookCall, base: string): Promise<CarrierLine> {
    const { agents, callbacks } = this.#options;
    const { id, profile } = agents.pick({ ...call, ...numbersOf(direction, from, to) }, null);
    const isTaken = await callbacks.ask({ to: from, from: to, agent: id, base });
    return isTaken ? profile.callbackTaken() : profile.allLinesBusy();
  }

  overflowFailed({ callSid, direction, from, to }: WebhookCall): CarrierLine {
    const { agents, metrics, log } = this.#options;
    const { id, profile } = agents.pick({ callSid, ...numbersOf(direction, from, to) }, null);
    log.warn({ callSid, agent: id }, 'nobody answered where a caller was sent');
    metrics.overflowFailed();
    return notTaken(profile);
  }

  notTaken({ callSid, direction, from, to }: WebhookCall): CarrierLine {
    return notTaken(this.#options.agents.pick({ callSid, ...numbersOf(direction, from, to) }, null).profile);
  }

  /** Somebody calls an agent that is not there at this hour; null = it is, or the call is under way. */
  #closed(call: IncomingCall): NextStep | null {
    const { callSid, direction, from, to, resume } = call;
    const { registry, agents, log } = this.#options;
    if (direction === 'outbound' || (resume ?? null) !== null || registry.find(callSid) !== undefined) return null;
    const { id, profile } = agents.pick({ callSid, ...numbersOf(direction, from, to) }, null);
    if (profile.isOpen(Date.now())) return null;
    log.info({ callSid, agent: id }, 'call outside of the opening hours');
    return this.#overflow(call, profile, 'closed');
  }

  async streamEnded(call: WebhookCall, isLive: boolean, socketBase: string): Promise<NextStep> {
    const { peers, snapshots, log } = this.#options;
    const { callSid, direction } = call;
    const asked: StreamEnded = { call, isLive, socketBase };
    const own = await this.#ownStreamEnded(asked);
    if (own !== null) return own;
    const theirs = await peers.askHolder<NextStep>(callSid, 'stream_ended', asked, OVER_TIMEOUT_MS + 1_000);
    if (theirs !== null) return theirs;
    const record = await peers.find(callSid);
    if (!isLive || record?.isOver) return { lastWords: null };
    // Its stream was another process's, which is gone: before we started, or on another machine.
    const resume = await snapshots.find(callSid);
    const how = resume === null ? 'it begins anew' : 'it goes on';
    log.warn({ callSid, direction, turns: resume?.turnCount }, `a call whose server died comes back: ${how}`);
    const { variables, wantedAgent } = record ?? {};
    return this.#comeBack({ ...call, variables, wantedAgent, resume }, socketBase, true);
  }

  /** The call goes on with another stream. @param isTold the caller heard nothing of us meanwhile, and is told so first */
  async #comeBack(call: IncomingCall, socketBase: string, isTold: boolean): Promise<NextStep> {
    const { agents, metrics } = this.#options;
    const { callSid, direction, from, to, resume } = call;
    metrics.cameBack();
    const next = await this.#begin(call, socketBase);
    if (!('streamUrl' in next)) return next;
    if (!resume) return { ...next, isBack: isTold };
    // What was said stays said: nobody is asked to start again.
    const { ourNumber } = numbersOf(direction, from, to);
    return { ...next, cutOff: agents.pick({ callSid, ourNumber }, resume.agentId).profile.goesOn(), isBack: isTold };
  }

  /** What follows on the stream of a call of ours; null = it is none, or went on elsewhere. */
  async #ownStreamEnded({ call, isLive, socketBase }: StreamEnded): Promise<NextStep | null> {
    const { control, registry, log } = this.#options;
    const { callSid } = call;
    const before = registry.find(callSid);
    const mayBreak = isLive && before !== undefined && isBroken(before);
    // The socket closes a moment before the worker's summary is here, and only that tells how the call ended.
    if (!mayBreak) await control.over(callSid, OVER_TIMEOUT_MS);
    else if (before.phase === 'connected') await control.over(callSid, BROKEN_TIMEOUT_MS);
    const entry = registry.find(callSid);
    if (entry === undefined || entry.endReason === 'moved') return null;
    const isEnded = !isLive || !isBroken(entry);
    if (!isEnded && mayComeBack(entry.comebacks, nowMs())) {
      const resume = entry.left ?? entry.resume;
      log.warn(
        { callSid, reason: entry.endReason, turns: resume?.turnCount },
        'the stream of a call broke: it goes on',
      );
      // Somebody whom we answer, or to whom we say the rest, hears that the line is there.
      const isIdle = resume?.greeted === true && resume.asked === null && resume.saying === null;
      return this.#comeBack({ ...call, resume }, socketBase, isIdle);
    }
    if ((isEnded && !entry.apologyOwed) || entry.agent === null) return { lastWords: null };
    return { lastWords: entry.agent.profile.technicalProblem() };
  }

  async onStatus(call: WebhookCall, news: StatusNews): Promise<void> {
    const entry = await this.#entryOf(call, false);
    if (entry !== undefined && entry.endReason !== 'moved') return this.#onOwnStatus(entry, news);
    await this.#options.peers.tellHolder(call.callSid, 'status_news', { call, news });
  }

  #onOwnStatus(entry: CallEntry, { status, sequence, durationS }: StatusNews): void {
    const { control, metrics, log } = this.#options;
    const { callSid } = entry;
    if (!takeStatus(entry.twilio, status, sequence, durationS)) return;
    log.info({ callSid, status, sequence }, 'call status');
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
    if (entry !== undefined && entry.endReason !== 'moved') return this.#onOwnAnsweredBy(entry, answeredBy);
    await this.#options.peers.tellHolder(call.callSid, 'answered_by', { call, answeredBy });
  }

  #onOwnAnsweredBy(entry: CallEntry, answeredBy: string): void {
    if (entry.twilio.answeredBy === answeredBy) return;
    const { control, log } = this.#options;
    entry.twilio.answeredBy = answeredBy;
    log.info({ callSid: entry.callSid, answeredBy }, 'answered by');
    control.answeredBy(entry, answeredBy);
  }

  /** The call's entry, also when Twilio is faster than its own answer to our dial. */
  async #entryOf(call: WebhookCall, isAnswered: boolean): Promise<CallEntry | undefined> {
    const { registry, dials } = this.#options;
    const { callSid, direction, from, to } = call;
    const entry = registry.find(callSid);
    return entry !== undefined || direction === 'inbound' ? entry : dials.claim(callSid, from, to, isAnswered);
  }
}

function notTaken(profile: AgentVersion['profile']): CarrierLine {
  return profile.isOpen(Date.now()) ? profile.allLinesBusy() : profile.closed();
}
