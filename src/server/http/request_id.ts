// The name of one request, by which a client's error report, our log lines and the audit log find each other. It comes from
// the client or a proxy before us when it is sane, else it is made here; every answer carries it.

import { randomBytes } from 'node:crypto';
import type { Reply } from './reply.js';

export const REQUEST_ID = 'x-request-id';

/** UUIDs, trace ids and what balancers make up; nothing that could break out of a header or a line of a log. */
const SANE = /^[A-Za-z0-9][\w.:=/+@-]{0,127}$/;

export function requestIdOf(header: (name: string) => string): string {
  const given = header(REQUEST_ID);
  return SANE.test(given) ? given : newRequestId();
}

/** 120 random bits in one word: the last part of a UUID may be twelve digits, which the log takes for a phone number. */
export function newRequestId(): string {
  return randomBytes(15).toString('hex');
}

/** The refusal `{"detail": …}` with `request_id` beside it; anything else as it is. */
export function withRequestId<R extends { status: number }>(reply: R | Reply, requestId: string): R | Reply {
  if (reply.status < 400 || !('body' in reply) || typeof reply.body !== 'string') return reply;
  if (!reply.body.startsWith('{"detail":')) return reply;
  return { ...reply, body: `${reply.body.slice(0, -1)},"request_id":${JSON.stringify(requestId)}}` };
}
