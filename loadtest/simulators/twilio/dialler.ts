// Calls made through REST: the queue that lets only so many start a second, then dialling, ringing, picking up, and the
// answering machine verdict. Who is at the other end is the test's `onOutbound`.

import { newCallback, sendCallback } from './callbacks.js';
import type { CallerScript } from './caller.js';
import type { CreateCall } from './create_request.js';
import type { Strike } from './failure_modes.js';
import type { Person, SimulatedCall } from './simulated_call.js';
import type { WebhookClient } from './webhook_client.js';

export type AnsweredBy =
  | 'human'
  | 'machine_start'
  | 'machine_end_beep'
  | 'machine_end_silence'
  | 'machine_end_other'
  | 'fax'
  | 'unknown';

export interface Callee extends Partial<Person> {
  /** Default `answer`. */
  outcome?: 'answer' | 'busy' | 'no-answer' | 'failed';
  /** Ringing until the outcome; default the simulator's. A call rings no longer than its `Timeout`. */
  ringMs?: number;
  machine?: boolean;
  /** What machine detection says, if it was asked for; default by `machine`. */
  answeredBy?: AnsweredBy;
  /** From picking up to the verdict. */
  amdMs?: number;
  sipResponseCode?: number;
}

/** Who picks up: a script is a person who answers and follows it. */
export type OutboundAnswer = CallerScript | 'busy' | 'no-answer' | 'failed' | Callee;

/** Somebody who listens to what is said first, and hangs up. */
export const DEFAULT_CALLEE: CallerScript = [{ wait: 'greeting_end' }, { hangup: true }];

const AMD_MS = 300;

/** Starts at most `cps` calls a second, in order (Twilio: 1 by default, the rest is queued). */
export class Dialler {
  readonly #intervalMs: number;
  #queue: (() => void)[] = [];
  #nextAt = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `cps`: Infinity = no limit. */
  constructor(cps: number) {
    this.#intervalMs = 1000 / cps;
  }

  /** Calls waiting. */
  get depth(): number {
    return this.#queue.length;
  }

  /** What a call queued now would wait, ms. */
  estimateMs(now: number): number {
    return Math.max(0, Math.round(this.#nextAt - now)) + this.#queue.length * this.#intervalMs;
  }

  enqueue(dial: () => void): void {
    this.#queue.push(dial);
    this.#arm();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#queue = [];
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#queue.length === 0) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        const dial = this.#queue.shift();
        this.#nextAt = Date.now() + this.#intervalMs;
        dial?.();
        this.#arm();
      },
      Math.max(0, this.#nextAt - Date.now()),
    );
  }
}

export interface DialContext {
  answer: OutboundAnswer;
  /** Ringing time when the callee names none. */
  ringMs: number;
  webhooks: WebhookClient;
  strike: Strike;
}

/** Takes a queued call through to its TwiML, or to the end it meets. Resolves when nothing more is to come from here. */
export async function dial(call: SimulatedCall, create: CreateCall, context: DialContext): Promise<void> {
  const callee = asCallee(context.answer);
  const outcome = callee.outcome ?? 'answer';
  if (!call.move('initiated')) return;
  call.state.sipResponseCode = callee.sipResponseCode ?? null;
  // A breath between the states, or callbacks of different states carry the same millisecond.
  await pause(5);
  if (outcome === 'failed') return call.finish('failed', 'callee');
  if (!call.move('ringing')) return;
  const timeoutMs = create.timeoutS * 1000;
  const ringMs = callee.ringMs ?? (outcome === 'no-answer' ? timeoutMs : context.ringMs);
  await pause(Math.min(ringMs, timeoutMs), call);
  if (call.state.status !== 'ringing') return;
  if (outcome === 'busy') return call.finish('busy', 'callee');
  if (outcome === 'no-answer' || ringMs > timeoutMs) return call.finish('no-answer', 'callee');
  call.setPerson({ ...callee, script: callee.script ?? DEFAULT_CALLEE });
  call.answer();
  if (create.machineDetection && !create.asyncAmd) await detect(call, create, callee, context);
  else if (create.machineDetection) call.track(detect(call, create, callee, context));
  if (!call.state.isOver) await call.begin();
}

/** The verdict: on the call itself when synchronous, by callback when not. */
async function detect(call: SimulatedCall, create: CreateCall, callee: Callee, context: DialContext): Promise<void> {
  const tookMs = (callee.amdMs ?? AMD_MS) + (context.strike('amd_late')?.delayMs ?? 0);
  await pause(tookMs, create.asyncAmd ? undefined : call);
  const ended = create.machineDetection === 'DetectMessageEnd' ? 'machine_end_beep' : 'machine_start';
  const answeredBy = callee.answeredBy ?? (callee.machine ? ended : 'human');
  call.state.answeredBy = answeredBy;
  if (!create.asyncAmd?.url) return;
  const { url, method } = create.asyncAmd;
  const fields: [string, string][] = [
    ['AccountSid', call.state.identity.accountSid],
    ['CallSid', call.sid],
    ['AnsweredBy', answeredBy],
    ['MachineDetectionDuration', String(Math.round(tookMs))],
  ];
  const report = newCallback('amd', url, answeredBy);
  call.callbacks.push(report);
  await sendCallback(context.webhooks, report, fields, method);
}

function asCallee(answer: OutboundAnswer): Callee {
  if (typeof answer === 'string') return { outcome: answer };
  return isScript(answer) ? { script: answer } : answer;
}

function isScript(answer: CallerScript | Callee): answer is CallerScript {
  return Array.isArray(answer);
}

/** Ends early when the call does. */
function pause(ms: number, call?: SimulatedCall): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      call?.off('status', onStatus);
      resolve();
    };
    const onStatus = () => {
      if (call?.state.isOver) done();
    };
    const timer = setTimeout(done, ms);
    call?.on('status', onStatus);
  });
}
