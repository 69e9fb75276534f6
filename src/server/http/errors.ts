// How a request fails: one error class with a status, and one shape of answer, `{"detail": …}`. What was thrown by
// mistake becomes a bare 500; its text and stack stay in the log.

import { json, type Reply } from './reply.js';

/** One wrong field of a request, in the shape API users know from FastAPI. */
export interface FieldProblem {
  loc: (string | number)[];
  msg: string;
  type: string;
}

export class HttpError extends Error {
  override name = 'HttpError';
  /**
   * @param detail for the answer; never a secret
   * @param fields further members of the answer's JSON, beside `detail`
   */
  constructor(
    readonly status: number,
    readonly detail: string | readonly FieldProblem[],
    readonly headers: Readonly<Record<string, string>> = {},
    readonly fields: Readonly<Record<string, unknown>> = {},
  ) {
    super(typeof detail === 'string' ? detail : 'validation failed');
  }
}

/** 422 for one field. `where` is `body`, `path` or `header`. */
export function fieldError(where: string, field: string, msg: string, type = 'value_error'): HttpError {
  return new HttpError(422, [{ loc: [where, field], msg, type }]);
}

/** The answer to anything thrown. `defect` is what belongs into the log, null when it was the client's doing. */
export function errorReply(thrown: unknown): { reply: Reply; defect: unknown } {
  if (thrown instanceof HttpError) {
    const reply = json(thrown.status, { detail: thrown.detail, ...thrown.fields }, thrown.headers);
    return { reply, defect: null };
  }
  return { reply: json(500, { detail: 'Internal server error' }), defect: thrown };
}
