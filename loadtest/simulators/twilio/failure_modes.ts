// What can be made to go wrong at the simulated Twilio, by name; how often and for which call is ../failures.ts. `after`
// and `delayMs` are milliseconds here. Modes named twiml_* replace the server's answer, so that the server meets what
// Twilio does after a failure that the server never noticed. A mode's key is `CallSid From To`; REST has its path.

import type { ArmedFailure, FailurePlan } from '../failures.js';

export const TWILIO_FAILURES = {
  webhook_bad_signature: 'the webhook that asks for TwiML is signed with another token',
  webhook_no_signature: 'the webhook that asks for TwiML carries no signature',
  twiml_500: 'the TwiML answer is taken as HTTP 500 (11200): fallback URL, else the call ends',
  twiml_timeout: 'the TwiML answer is taken as never come, `delayMs` later (11200)',
  twiml_invalid: 'the TwiML answer is taken as malformed (12100)',
  handshake_refused: 'the media socket is never opened, as if the server had refused it (31920)',
  handshake_slow: 'TCP connects, the handshake follows after `delayMs`',
  handshake_bad_signature: 'the media handshake is signed with another token',
  handshake_no_signature: 'the media handshake carries no signature',
  start_missing: 'the media socket opens and says `connected`, but `start` never comes',
  token_reused: 'a second media socket opens with the same URL',
  wrong_call_sid: '`start` names another call than the webhook did',
  tcp_cut: 'the media connection is reset `after` ms, without `stop`',
  slow_reader: 'from `after` ms on nothing is read from the media socket for `delayMs`',
  hangup_during_connect: 'the caller hangs up while the media socket is being opened',
  hangup_during_tts: 'the caller hangs up `after` ms into the agent speaking',
  hangup_after_update: 'the caller hangs up in the moment a REST update was accepted',
  rest_429: 'REST answers 429, code 20429',
  rest_500: 'REST answers 500 with an HTML page',
  rest_503: 'REST answers 503, code 20503',
  rest_reset: 'REST resets the connection',
  rest_hang: 'REST takes the request and answers after `delayMs`; without it, never',
  rest_answer_lost: 'REST does what it is asked, then resets the connection: a repeated create rings twice',
  callback_duplicate: 'a status callback is sent twice',
  callback_overtaken: 'a status callback arrives after the next one',
  callback_lost: 'a status callback is not sent',
  amd_late: 'the answering machine verdict comes `delayMs` later',
} as const;

export type TwilioFailure = keyof typeof TWILIO_FAILURES;
export const TWILIO_FAILURE_MODES = Object.keys(TWILIO_FAILURES) as TwilioFailure[];

/** Uses up one strike of `mode` for whatever `key` names; null = nothing goes wrong. */
export type Strike = (mode: TwilioFailure) => ArmedFailure<TwilioFailure> | null;

export function strikesFor(plan: FailurePlan<TwilioFailure>, key: string): Strike {
  return (mode) => plan.take([mode], key);
}
