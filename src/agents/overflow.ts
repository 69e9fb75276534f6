// Where a caller goes for whom there is no line, or who calls outside of the opening hours: to somebody else's number, into a
// queue of Twilio's, to another application, or nowhere. The fields of an agent's file, and what they come to.

import { z } from 'zod';
import type { FileProblem } from './file_problem.js';

const RING_S = 30;
const QUEUE_NAME = /^[\w .-]{1,64}$/;
const E164 = /^\+[1-9]\d{6,14}$/;
/** RFC 3261's user and host as far as phone systems use them; no parameters, which would need escaping of their own. */
const SIP = /^sips?:[\w.!~*'()&=+$,%-]{1,100}@[A-Za-z0-9.-]{1,200}(:\d{1,5})?$/;

const webAddress = z
  .string()
  .max(500)
  .refine(isWebAddress, 'an address such as "https://example.com/busy" is expected');

const step = z
  .strictObject({
    say: z.string().trim().min(1).max(600).optional().describe('Said first by the carrier’s voice'),
    dial: z
      .string()
      .refine(
        (to) => E164.test(to) || SIP.test(to),
        'a number such as "+15551234567" or "sip:desk@example.com" is expected',
      )
      .optional()
      .describe('Rings somebody else; the caller hears it ring'),
    callerId: z
      .string()
      .regex(E164, 'a number such as "+15551234567" is expected')
      .optional()
      .describe('With dial: the number shown there; absent = the caller’s'),
    timeoutS: z.int().min(5).max(600).optional().describe(`With dial: how long it rings, ${RING_S} s unless said`),
    enqueue: z
      .string()
      .regex(QUEUE_NAME, 'a name of up to 64 letters, digits, blanks and ._- is expected')
      .optional()
      .describe('Puts the caller into the queue of this name at Twilio'),
    waitUrl: webAddress.optional().describe('With enqueue: TwiML that is played meanwhile; absent = music of Twilio’s'),
    callback: z
      .boolean()
      .default(false)
      .describe('Offers to call back as soon as a line is free: who presses 1 is rung, from the number they called'),
    redirect: webAddress.optional().describe('Goes on with the TwiML at this address'),
  })
  .optional();

/** Fields by their names in the file. */
export const OVERFLOW_FIELD = z
  .strictObject({
    busy: step.describe('No line is free; absent = allLinesBusy is said, and the line hangs up'),
    closed: step.describe('Outside of the opening hours; absent = closed is said, and the line hangs up'),
  })
  .prefault({});

export type OverflowFields = z.output<typeof OVERFLOW_FIELD>;
export const OVERFLOW_REASONS = ['busy', 'closed'] as const;
export type OverflowReason = (typeof OVERFLOW_REASONS)[number];

/** What is done with the caller after a line was said. */
export type Overflow =
  | { kind: 'dial'; to: string; callerId: string | null; timeoutS: number }
  | { kind: 'enqueue'; queue: string; waitUrl: string | null }
  | { kind: 'redirect'; url: string }
  | { kind: 'callback' }
  | { kind: 'hang_up' };

/** What a file says of one situation, with `say` left to the agent. */
export function overflowOf(fields: OverflowFields[OverflowReason]): Overflow {
  const { dial, callerId, timeoutS, enqueue, waitUrl, redirect, callback } = fields ?? {};
  if (dial !== undefined) return { kind: 'dial', to: dial, callerId: callerId ?? null, timeoutS: timeoutS ?? RING_S };
  if (enqueue !== undefined) return { kind: 'enqueue', queue: enqueue, waitUrl: waitUrl ?? null };
  if (redirect !== undefined) return { kind: 'redirect', url: redirect };
  return { kind: callback ? 'callback' : 'hang_up' };
}

/** What single fields can't tell. @param numbers the agent's own */
export function overflowProblems(fields: OverflowFields, numbers: readonly string[]): FileProblem[] {
  const found: FileProblem[] = [];
  for (const reason of OVERFLOW_REASONS) {
    const asked = fields[reason];
    if (asked === undefined) continue;
    const report = (field: string, what: string) => found.push({ path: ['overflow', reason, field], what });
    const ways = (['dial', 'enqueue', 'redirect', 'callback'] as const).filter((way) => asked[way]);
    for (const way of ways.slice(1)) report(way, `excludes ${ways[0]}: a caller goes one way`);
    for (const field of ['callerId', 'timeoutS'] as const) {
      if (asked[field] !== undefined && asked.dial === undefined) report(field, 'belongs to dial');
    }
    if (asked.callback && reason === 'closed' && asked.say === undefined) {
      report('callback', 'needs say: the usual words are those of a busy line');
    }
    if (asked.waitUrl !== undefined && asked.enqueue === undefined) report('waitUrl', 'belongs to enqueue');
    // It would ring here again, be busy again, and so on.
    const isOwn = (number: string) =>
      number.endsWith('*') ? asked.dial?.startsWith(number.slice(0, -1)) : number === asked.dial;
    if (asked.dial !== undefined && numbers.some(isOwn)) report('dial', 'is a number of this agent');
  }
  return found;
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}
