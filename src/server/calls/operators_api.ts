// `POST /calls/{call_sid}/say`, `/whisper`, `/pause`, `/resume` and `/handback`: reads what an operator asks, and answers what
// came of it. What they may do is operators.ts; calls of other instances are asked for there (remote_calls.ts).

import { z } from 'zod';
import { LINE_CHARS_MAX, NOTE_CHARS_MAX } from '../../call/call_acts.js';
import { bodyProblem, parseJson } from '../http/body.js';
import { HttpError } from '../http/errors.js';
import type { ServerRequest } from '../http/exchange.js';
import { json, type Reply } from '../http/reply.js';
import { callSidParam } from './calls_api.js';
import type { ActResult, OperatorOrder, Operators } from './operators.js';
import type { RemoteCalls } from './remote_calls.js';

/** How long an agent stays silent when nobody says how long. */
const PAUSE_SECONDS = 900;
const PAUSE_SECONDS_MAX = 4 * 3600;

const spoken = (charsMax: number) =>
  z
    .string()
    .max(charsMax)
    .regex(/[\p{L}\p{N}]/u, 'holds nothing that can be said');

// Fields we don't know are let through unread: newer clients may send more.
export const sayBody = z.object({
  text: spoken(LINE_CHARS_MAX).describe('said to the caller in the voice of the agent'),
  interrupt: z.boolean().default(false).describe('at once, cutting off what the agent is saying'),
});
export const whisperBody = z.object({
  text: spoken(NOTE_CHARS_MAX).describe('for the model, before its next turn; the caller does not hear it'),
});
export const pauseBody = z.object({
  seconds: z
    .int()
    .min(1)
    .max(PAUSE_SECONDS_MAX)
    .default(PAUSE_SECONDS)
    .describe('then the agent goes on by itself, so that no caller is forgotten'),
});
export const resumeBody = z.object({
  note: spoken(NOTE_CHARS_MAX).nullish().describe('told to the model, such as what was agreed on meanwhile'),
});

export interface OperatorsApiOptions {
  operators: Operators;
  remote: Pick<RemoteCalls, 'act'>;
}

export class OperatorsApi {
  readonly #options: OperatorsApiOptions;

  constructor(options: OperatorsApiOptions) {
    this.#options = options;
  }

  readonly say = this.#handler(sayBody, ({ text, interrupt }, operator) => ({
    do: 'say',
    operator,
    text,
    now: interrupt,
  }));
  readonly whisper = this.#handler(whisperBody, ({ text }, operator) => ({ do: 'whisper', operator, text }));
  readonly pause = this.#handler(pauseBody, ({ seconds }, operator) => ({ do: 'pause', operator, seconds }));
  readonly resume = this.#handler(resumeBody, ({ note }, operator) => ({ do: 'resume', operator, note: note ?? null }));

  #handler<Body extends z.ZodType>(
    body: Body,
    orderOf: (body: z.output<Body>, operator: string) => OperatorOrder,
  ): (request: ServerRequest) => Promise<Reply> {
    return async (request) => {
      const callSid = callSidParam(request);
      const order = orderOf(readBody(body, request), request.who.name);
      const { operators, remote } = this.#options;
      const result = operators.act(callSid, order) ?? (await remote.act(callSid, order));
      return { ...json(202, { call_sid: callSid, held_by: done(callSid, result).heldBy }), target: callSid };
    };
  }
}

/** @throws HttpError 404, 409 */
function done(callSid: string, result: ActResult | null): ActResult {
  switch (result?.problem) {
    case undefined:
      throw new HttpError(404, `Call ${callSid} not found`);
    case 'ended':
      throw new HttpError(409, `Call ${callSid} has ended`);
    case 'early':
      throw new HttpError(409, `Call ${callSid} is not connected yet`);
    case 'held':
      throw new HttpError(409, `Call ${callSid} is held by ${result?.heldBy}`);
    case null:
      return result!;
  }
}

/** No body at all is an empty object: every field has a default, or is reported as missing. @throws HttpError 400, 422 */
function readBody<Body extends z.ZodType>(schema: Body, { body }: ServerRequest): z.output<Body> {
  const value = body.length === 0 ? {} : parseJson(body);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new HttpError(
    422,
    result.error.issues.map((issue) => bodyProblem(issue, value)),
  );
}
