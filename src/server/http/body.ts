// Decodes JSON bodies, and says what is wrong with them. Twilio's forms are decoded in twilio/webhook_form.ts; collecting a body is the transport's.

import type { z } from 'zod';
import { type FieldProblem, HttpError } from './errors.js';

/** @throws HttpError 400 for anything that is not JSON in UTF-8 */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new HttpError(400, 'the body is not valid JSON');
  }
}

/** One thing that zod found wrong with a body, as an entry of a 422. */
export function bodyProblem(issue: z.core.$ZodIssue, body: unknown): FieldProblem {
  const loc = ['body', ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  const isMissing =
    issue.path.length === 1 && typeof body === 'object' && body !== null && !(String(issue.path[0]) in body);
  if (isMissing) return { loc, msg: 'Field required', type: 'missing' };
  return { loc, msg: issue.message, type: issue.code === 'custom' ? 'value_error' : issue.code };
}
