// The body of POST /outbound: what it may hold and what is wrong with it, field by field.

import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { z } from 'zod';
import type { AgentBook } from '../../agents/agent_book.js';
import { bodyProblem } from '../http/body.js';
import { type FieldProblem, HttpError } from '../http/errors.js';
import type { DialOrder } from './dialler.js';

const VARIABLES_MAX = 50;
const VARIABLE_CHARS_MAX = 1000;

/**
 * Written exactly as E.164, and as long as numbers of its country are. Whether the number is in service is the carrier's
 * to say: tables of area codes are always behind, and refused people who could be called.
 */
const phoneNumber = z
  .string()
  .refine((text) => parsePhoneNumberFromString(text)?.number === text, 'must be in E.164 form, such as +14155552671')
  .refine((text) => parsePhoneNumberFromString(text)?.isPossible(), 'is not a possible phone number')
  .meta({ description: 'E.164', pattern: '^\\+[1-9]\\d{3,14}$', examples: ['+14155552671'] });

// Fields we don't know are let through unread: newer clients may send more.
export const outboundBody = z.object({
  to_number: phoneNumber,
  from_number: phoneNumber.nullish(),
  agent: z.string().min(1).max(64).nullish(),
  variables: z
    .record(
      z.string().max(64),
      z.union([z.string().max(VARIABLE_CHARS_MAX), z.number(), z.boolean()]).transform(String),
    )
    .refine((variables) => Object.keys(variables).length <= VARIABLES_MAX, `at most ${VARIABLES_MAX} variables`)
    .nullish(),
  machine_detection: z
    .union([z.enum(['Enable', 'DetectMessageEnd']), z.boolean().transform((on) => (on ? ('Enable' as const) : null))])
    .nullish(),
});

/**
 * @param body decoded JSON
 * @param agents who may speak, and what values they need
 * @param ownNumber the `from` of requests that name none; '' = there is none
 * @throws HttpError 422 with one entry for each problem
 */
export function readOutboundRequest(
  body: unknown,
  ownNumber: string,
  agents: Pick<AgentBook, 'has' | 'pick'>,
): DialOrder {
  const result = outboundBody.safeParse(body);
  const problems: FieldProblem[] = result.success ? [] : result.error.issues.map((issue) => bodyProblem(issue, body));
  const order = result.data;
  if (order !== undefined && !order.from_number && ownNumber === '') {
    const msg = 'Field required: TWILIO_PHONE_NUMBER is not configured';
    problems.push({ loc: ['body', 'from_number'], msg, type: 'missing' });
  }
  if (order !== undefined) problems.push(...agentProblems(order, ownNumber, agents));
  if (problems.length > 0 || order === undefined) throw new HttpError(422, problems);
  return {
    to: order.to_number,
    from: order.from_number ?? ownNumber,
    variables: order.variables ?? {},
    agent: order.agent ?? null,
    machineDetection: order.machine_detection ?? null,
  };
}

/** Is there such an agent, and does it get the values it needs? */
function agentProblems(
  { agent, from_number, variables }: z.output<typeof outboundBody>,
  ownNumber: string,
  agents: Pick<AgentBook, 'has' | 'pick'>,
): FieldProblem[] {
  const wanted = agent ?? null;
  if (wanted !== null && !agents.has(wanted)) {
    return [{ loc: ['body', 'agent'], msg: 'is no agent of this server', type: 'value_error' }];
  }
  const { profile } = agents.pick({ callSid: '', ourNumber: from_number ?? ownNumber }, wanted);
  const problems = profile.variableProblems(variables ?? {});
  return problems.map(({ name, what }) => ({ loc: ['body', 'variables', name], msg: what, type: 'value_error' }));
}
