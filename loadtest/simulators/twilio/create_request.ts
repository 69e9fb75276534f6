// Reads and checks the form of `POST Calls.json`: what Twilio refuses, with its numbers, and what it then knows about
// the call to make. Pure.

import { CALLBACK_EVENTS, type StatusSubscription } from './callbacks.js';
import { badParameter } from './dial_parameters.js';
import type { RestAnswer } from './rest_resources.js';
import { restError } from './rest_resources.js';

export interface CreateCall {
  from: string;
  to: string;
  url: string | null;
  method: 'GET' | 'POST';
  twiml: string | null;
  fallbackUrl: string | null;
  statusSubscription: StatusSubscription | null;
  /** How long it rings. */
  timeoutS: number;
  timeLimitS: number;
  record: boolean;
  recordingChannels: number;
  recordingStatusCallback: string | null;
  machineDetection: 'Enable' | 'DetectMessageEnd' | null;
  /** Null = synchronous: TwiML waits for the verdict. */
  asyncAmd: { url: string | null; method: 'GET' | 'POST' } | null;
}

export interface NumberRules {
  /** Our numbers; empty = every valid number is taken as ours. */
  owned: readonly string[];
  /** Numbers that are refused, with the code. */
  refused: ReadonlyMap<string, number>;
}

/** Twilio's test numbers to call, as its documentation of test credentials has them. */
export const MAGIC_TO: readonly (readonly [string, number])[] = [
  ['+15005550001', 21217],
  ['+15005550002', 21214],
  ['+15005550003', 21215],
  ['+15005550004', 21216],
];

const E164 = /^\+[1-9]\d{6,14}$/;
/** Reached without the telephone network: nobody asks whose the calling name is. */
const ADDRESS = /^(sip:[^@\s]+@\S+|client:\S+)$/;
const MESSAGES: Readonly<Record<number, string>> = {
  10004: 'Call concurrency limit exceeded',
  21210:
    "The source phone number provided is not yet verified for your account. You may only make calls from phone numbers that you've verified or purchased from Twilio.",
  21214: "'To' phone number cannot be reached",
  21215: 'Account not authorized to call this number. Perhaps you need to enable some international permissions',
  21216: 'Account not allowed to call this number',
  21217: 'Phone number does not appear to be valid',
  21219: 'The number is unverified. Trial accounts may only make calls to verified numbers.',
};

/** The refusal of a number by `code`. */
export function refusal(code: number, number: string): RestAnswer {
  return restError(400, code, `${MESSAGES[code] ?? 'Number refused'}: ${number}`);
}

/** The call asked for, or Twilio's refusal. */
export function readCreate(form: URLSearchParams, rules: NumberRules): CreateCall | RestAnswer {
  const to = form.get('To') ?? '';
  const from = form.get('From') ?? '';
  if (to === '') return restError(400, 21201, "No 'To' number is specified");
  if (from === '') return restError(400, 21213, "A 'From' phone number is required");
  const isAddress = ADDRESS.test(to);
  if (!isAddress && !E164.test(to))
    return restError(400, 21211, `The phone number you are attempting to call, ${to}, is not valid.`);
  if (!isAddress && !E164.test(from))
    return restError(400, 21212, `The source phone number provided, ${from}, is not valid`);
  const refused = rules.refused.get(to) ?? rules.refused.get(from);
  if (refused !== undefined) return refusal(refused, to);
  if (!isAddress && rules.owned.length > 0 && !rules.owned.includes(from)) return refusal(21210, from);
  const url = form.get('Url');
  const twiml = form.get('Twiml');
  if (!url && !twiml && !form.get('ApplicationSid')) return restError(400, 21205, 'Url parameter is required.');
  const bad = badParameter(form);
  if (bad) return bad;
  const events = form.getAll('StatusCallbackEvent').flatMap((value) => value.split(' '));
  const unknown = events.find((event) => !(CALLBACK_EVENTS as readonly string[]).includes(event));
  if (unknown !== undefined) return restError(400, 21626, `StatusCallbackEvent ${unknown} is unknown`);
  const statusCallback = form.get('StatusCallback');
  const detection = form.get('MachineDetection');
  return {
    from,
    to,
    url,
    method: methodOf(form, 'Method'),
    twiml: url ? null : twiml,
    fallbackUrl: form.get('FallbackUrl'),
    statusSubscription: statusCallback
      ? {
          url: statusCallback,
          method: methodOf(form, 'StatusCallbackMethod'),
          events: events.length > 0 ? events : ['completed'],
        }
      : null,
    timeoutS: Number(form.get('Timeout') || 60),
    timeLimitS: Number(form.get('TimeLimit') || 14_400),
    record: form.get('Record') === 'true',
    recordingChannels: form.get('RecordingChannels') === 'dual' ? 2 : 1,
    recordingStatusCallback: form.get('RecordingStatusCallback'),
    // SendDigits switches the detection off.
    machineDetection:
      !form.get('SendDigits') && (detection === 'Enable' || detection === 'DetectMessageEnd') ? detection : null,
    asyncAmd:
      form.get('AsyncAmd') === 'true'
        ? { url: form.get('AsyncAmdStatusCallback'), method: methodOf(form, 'AsyncAmdStatusCallbackMethod') }
        : null,
  };
}

export function methodOf(form: URLSearchParams, name: string): 'GET' | 'POST' {
  return form.get(name)?.toUpperCase() === 'GET' ? 'GET' : 'POST';
}
