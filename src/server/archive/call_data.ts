// Deletes on request what is kept of one call: its recording and record, its transcript in memory, what the store has of it, and
// the lines about it in our log files. Of all instances, since any of them may have held it. What goes by age is retention.ts.

import type { Logger } from '../../log.js';
import { InstanceError, type Instances } from '../../store/instances.js';
import type { Store } from '../../store/store.js';
import { CALL_SID } from '../../twilio/call_status.js';
import type { CallRegistry } from '../calls/call_registry.js';
import { fieldError, HttpError } from '../http/errors.js';
import type { ServerRequest } from '../http/exchange.js';
import { json, type Reply } from '../http/reply.js';
import { type RecordingsFolder, SENT } from '../recordings_folder.js';
import type { Keeper } from './keeper.js';
import { blankLines } from './log_lines.js';

export interface CallDataOptions {
  folder: Pick<RecordingsFolder, 'deleteCall'>;
  registry: Pick<CallRegistry, 'findLive' | 'forget'>;
  instances: Pick<Instances, 'name' | 'on' | 'others' | 'ask'>;
  store: Pick<Store, 'delete'>;
  /** Where files are sealed and sent. */
  keeper: Pick<Keeper, 'forget' | 'deleteSent'>;
  /** Folder of log files; null = none. */
  logDir: string | null;
  log: Logger;
}

/** What one instance deleted; `isLive`: nothing, since the call goes on. */
interface Deleted {
  isLive: boolean;
  files: string[];
  logLines: number;
}

/** Another instance may have a hundred thousand files to look through. */
const ANSWER_MS_MAX = 10_000;
/** What the store has of a call, by its sid. */
const KEYS = ['call:', 'snapshot:'];

export class CallData {
  readonly #options: CallDataOptions;

  constructor(options: CallDataOptions) {
    this.#options = options;
    options.instances.on('delete_data', ({ callSid }: { callSid: string }) => this.#deleteOwn(callSid));
  }

  /** `DELETE /calls/{call_sid}/data`. Once more finds nothing, and is no failure. */
  readonly delete = async (request: ServerRequest): Promise<Reply> => {
    const callSid = request.params[0];
    if (!CALL_SID.test(callSid)) throw fieldError('path', 'call_sid', 'must be CA and 32 hexadecimal digits');
    const { instances, store } = this.#options;
    const live = `Call ${callSid} is live: hang up first`;
    const own = await this.#deleteOwn(callSid);
    if (own.isLive) throw new HttpError(409, live);
    const silent: string[] = [];
    const theirs = await Promise.all(
      (await instances.others()).map((instance) =>
        instances.ask<Deleted>(instance, 'delete_data', { callSid }, ANSWER_MS_MAX).catch((thrown) => {
          if (!(thrown instanceof InstanceError)) throw thrown;
          silent.push(instance);
          return null;
        }),
      ),
    );
    const all = [own, ...theirs].filter((each) => each !== null);
    if (all.some(({ isLive }) => isLive)) throw new HttpError(409, live);
    await Promise.all(KEYS.map((key) => store.delete(key + callSid)));
    const files = [...new Set(all.flatMap((each) => each.files))];
    const logLines = all.reduce((sum, each) => sum + each.logLines, 0);
    const answer = json(200, { call_sid: callSid, files, log_lines: logLines, instances_silent: silent });
    return { ...answer, target: callSid };
  };

  async #deleteOwn(callSid: string): Promise<Deleted> {
    const { folder, registry, keeper, logDir, log } = this.#options;
    if (registry.findLive(callSid) !== undefined) return { isLive: true, files: [], logLines: 0 };
    registry.forget(callSid);
    await keeper.forget(callSid);
    const here = await folder.deleteCall(callSid);
    const sent = await keeper.deleteSent(callSid).catch((err: unknown) => {
      log.error({ err }, 'files of a call could not be deleted from the bucket');
      throw new HttpError(502, 'what is here was deleted, but the bucket did not answer: ask again');
    });
    const files = [...new Set([...here.filter((file) => !file.endsWith(SENT)), ...sent])];
    const logLines = logDir === null ? 0 : await blankLines(logDir, callSid);
    log.info({ files: files.length, logLines }, 'data of a call deleted on request');
    return { isLive: false, files, logLines };
  }
}
