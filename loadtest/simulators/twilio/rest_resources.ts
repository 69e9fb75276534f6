// The JSON that Twilio's REST API answers with. Unknown values are explicit nulls: where a key is missing, the vendor's
// SDK makes up the present time. Numbers of seconds and money are strings, times RFC 2822.

import type { CallState } from './call_state.js';
import { rfc2822 } from './callbacks.js';

/** What is charged shows up this long after the call. */
const PRICE_DELAY_MS = 2000;
const PRICE_PER_MINUTE = 0.0085;

export interface RestAnswer {
  status: number;
  /** Absent for 204. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** Twilio's error form. */
export function restError(status: number, code: number, message: string): RestAnswer {
  const body = { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
  return { status, body, ...(status === 429 ? { headers: { 'retry-after': '1' } } : {}) };
}

export function callResource(state: CallState, now: number): Record<string, unknown> {
  const { sid, accountSid, from, to, direction } = state.identity;
  const uri = `/2010-04-01/Accounts/${accountSid}/Calls/${sid}`;
  const priced = state.endedAt !== null && now - state.endedAt >= PRICE_DELAY_MS && state.durationS > 0;
  return {
    sid,
    date_created: rfc2822(state.createdAt),
    date_updated: rfc2822(state.updatedAt),
    parent_call_sid: null,
    account_sid: accountSid,
    to,
    to_formatted: formatted(to),
    from,
    from_formatted: formatted(from),
    phone_number_sid: direction === 'inbound' ? `PN${sid.slice(2)}` : null,
    // Callbacks say `initiated` while it is being dialled; the resource has no such status.
    status: state.status === 'initiated' ? 'queued' : state.status,
    start_time: state.startedAt === null ? null : rfc2822(state.startedAt),
    end_time: state.endedAt === null ? null : rfc2822(state.endedAt),
    // Not for calls that nobody took.
    duration: state.endedAt === null || state.durationS === 0 ? null : String(state.durationS),
    price: priced ? (-Math.ceil(state.durationS / 60) * PRICE_PER_MINUTE).toFixed(5) : null,
    price_unit: 'USD',
    direction,
    answered_by: state.answeredBy,
    api_version: '2010-04-01',
    annotation: null,
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: String(state.queueTimeMs),
    trunk_sid: null,
    uri: `${uri}.json`,
    subresource_uris: Object.fromEntries(
      ['notifications', 'recordings', 'streams', 'events'].map((name) => [
        name,
        `${uri}/${name[0].toUpperCase()}${name.slice(1)}.json`,
      ]),
    ),
  };
}

export interface Recording {
  sid: string;
  callSid: string;
  accountSid: string;
  channels: number;
  createdAt: number;
  /** Null while it records. */
  endedAt: number | null;
  statusCallback: string | null;
}

export function recordingResource(recording: Recording): Record<string, unknown> {
  const { sid, callSid, accountSid, channels, createdAt, endedAt } = recording;
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    call_sid: callSid,
    conference_sid: null,
    channels,
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(endedAt ?? createdAt),
    start_time: rfc2822(createdAt),
    price: null,
    price_unit: 'USD',
    duration: endedAt === null ? '-1' : String(Math.ceil((endedAt - createdAt) / 1000)),
    sid,
    source: 'StartCallRecordingAPI',
    status: endedAt === null ? 'in-progress' : 'completed',
    error_code: null,
    track: 'both',
    encryption_details: null,
    uri: `/2010-04-01/Accounts/${accountSid}/Calls/${callSid}/Recordings/${sid}.json`,
  };
}

export function accountResource(accountSid: string, createdAt: number): Record<string, unknown> {
  return {
    sid: accountSid,
    friendly_name: 'simulated account',
    status: 'active',
    type: 'Full',
    owner_account_sid: accountSid,
    auth_token: null,
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(createdAt),
    uri: `/2010-04-01/Accounts/${accountSid}.json`,
    subresource_uris: { calls: `/2010-04-01/Accounts/${accountSid}/Calls.json` },
  };
}

export function phoneNumberResource(accountSid: string, phoneNumber: string): Record<string, unknown> {
  return {
    sid: `PN${phoneNumber.replace(/\D/g, '').padStart(32, '0')}`,
    account_sid: accountSid,
    phone_number: phoneNumber,
    friendly_name: formatted(phoneNumber),
    capabilities: { voice: true, sms: false, mms: false, fax: false },
    status: 'in-use',
    voice_url: null,
    status_callback: null,
    uri: `/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers.json`,
  };
}

/** A page as Twilio pages: this simulator always has one. */
export function pageOf(name: string, items: readonly unknown[], uri: string): Record<string, unknown> {
  return {
    [name]: items,
    page: 0,
    page_size: Math.max(50, items.length),
    start: 0,
    end: Math.max(0, items.length - 1),
    uri,
    first_page_uri: uri,
    next_page_uri: null,
    previous_page_uri: null,
  };
}

function formatted(number: string): string {
  const us = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return us ? `(${us[1]}) ${us[2]}-${us[3]}` : number;
}
