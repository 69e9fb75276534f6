// What an operator asks of calls that other instances hold: the question goes to the one that has the call, and its answer
// comes back. What is answered about our own calls, to operators here and to other instances, is calls_api.ts.

import { InstanceError, type Instances } from '../../store/instances.js';
import type { TwilioCall } from '../../twilio/rest_client.js';
import { HttpError } from '../http/errors.js';
import type { CallPeers } from './call_peers.js';
import type { ActResult, OperatorOrder } from './operators.js';

type Json = Record<string, unknown>;
export type HangUpResult = 'ending' | 'ended';
export type RecordingState = 'paused' | 'on' | 'ended';

/** What one instance says of its own calls; null = it knows none of that sid. */
export interface OwnCalls {
  rows(): Json[];
  details(callSid: string): Json | null;
  status(callSid: string, call: TwilioCall | null): object | null;
  hangUp(callSid: string): HangUpResult | null;
  offRecord(callSid: string, isOff: boolean): RecordingState | null;
  act(callSid: string, order: OperatorOrder): ActResult | null;
}

/** A page of calls waits no longer for an instance that hangs. */
const ANSWER_MS_MAX = 2_000;

export class RemoteCalls {
  readonly #instances: Instances;
  readonly #peers: Pick<CallPeers, 'find'>;

  constructor(instances: Instances, peers: Pick<CallPeers, 'find'>) {
    this.#instances = instances;
    this.#peers = peers;
  }

  get name(): string {
    return this.#instances.name;
  }

  /** Answers other instances. Before the first of them can ask. */
  answerWith(own: OwnCalls): void {
    const { name } = this;
    this.#instances.on('rows', () => own.rows().map((row) => ({ ...row, instance: name })));
    this.#instances.on('details', ({ callSid }: { callSid: string }) => own.details(callSid));
    this.#instances.on('hang_up', ({ callSid }: { callSid: string }) => own.hangUp(callSid));
    this.#instances.on('off_record', (asked: { callSid: string; isOff: boolean }) =>
      own.offRecord(asked.callSid, asked.isOff),
    );
    this.#instances.on('act', (asked: { callSid: string; order: OperatorOrder }) =>
      own.act(asked.callSid, asked.order),
    );
    this.#instances.on('status', (asked: { callSid: string; call: TwilioCall | null }) =>
      own.status(asked.callSid, asked.call),
    );
  }

  /** The live calls of all others, and who of them did not answer. */
  async rows(): Promise<{ rows: Json[]; silent: string[] }> {
    const others = await this.#instances.others();
    const silent: string[] = [];
    const answers = await Promise.all(
      others.map((instance) =>
        this.#instances.ask<Json[]>(instance, 'rows', {}, ANSWER_MS_MAX).catch(() => {
          silent.push(instance);
          return [];
        }),
      ),
    );
    return { rows: answers.flat(), silent };
  }

  /** null = nobody else knows the call. The rest: as `OwnCalls`. @throws HttpError 504 when its instance does not answer */
  details(callSid: string): Promise<Json | null> {
    return this.#ask<Json>(callSid, 'details', { callSid });
  }

  status(callSid: string, call: TwilioCall | null): Promise<object | null> {
    return this.#ask<object>(callSid, 'status', { callSid, call });
  }

  hangUp(callSid: string): Promise<HangUpResult | null> {
    return this.#ask<HangUpResult>(callSid, 'hang_up', { callSid });
  }

  offRecord(callSid: string, isOff: boolean): Promise<RecordingState | null> {
    return this.#ask<RecordingState>(callSid, 'off_record', { callSid, isOff });
  }

  act(callSid: string, order: OperatorOrder): Promise<ActResult | null> {
    return this.#ask<ActResult>(callSid, 'act', { callSid, order });
  }

  async #ask<Answer>(callSid: string, act: string, body: object): Promise<Answer | null> {
    const record = await this.#peers.find(callSid);
    if (record === null || record.instance === this.name) return null;
    try {
      return await this.#instances.ask<Answer | null>(record.instance, act, body, ANSWER_MS_MAX);
    } catch (thrown) {
      if (!(thrown instanceof InstanceError)) throw thrown;
      const what = thrown.problem === 'gone' ? 'is gone' : 'does not answer';
      throw new HttpError(504, `the instance ${record.instance}, which holds call ${callSid}, ${what}`);
    }
  }
}
