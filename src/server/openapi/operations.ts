// What each endpoint does, asks for and answers, for the document at /openapi.json: one entry for each line of
// http/access.ts. How a document is made of it is document.ts.

import { z } from 'zod';
import { TWILIO_STATUSES } from '../../twilio/call_status.js';
import { pauseBody, resumeBody, sayBody, whisperBody } from '../calls/operators_api.js';
import { outboundBody } from '../calls/outbound_request.js';
import type { Endpoint } from '../http/access.js';
import * as answers from './answers.js';

/** `description`, and what it looks like: JSON of a schema, or another media type. */
export interface Answer {
  what: string;
  json?: z.ZodType;
  type?: string;
}

export interface Operation {
  summary: string;
  /** Path parameters are found in the path. */
  query?: Readonly<Record<string, { what: string; schema: z.ZodType }>>;
  headers?: Readonly<Record<string, { what: string; schema: z.ZodType }>>;
  json?: z.ZodType;
  form?: z.ZodType;
  /** By status; refusals that all endpoints of an access have in common are added. */
  answers: Readonly<Record<number, Answer>>;
}

const wrongMethod: Operation = {
  summary: 'Refused: webhooks are POST',
  answers: { 405: { what: 'the number is set up with the wrong method', json: answers.problem } },
};
const noSocket: Operation = {
  summary: 'The media stream of a call, a WebSocket; its address is told to Twilio only',
  answers: { 426: { what: 'asked for without an upgrade', json: answers.problem } },
};
const bad = (what: string): Answer => ({ what, json: answers.problem });
const operatorAct = (summary: string, json: z.ZodType): Operation => ({
  summary,
  json,
  answers: {
    202: { what: 'on its way to the call', json: answers.acted },
    400: bad('not JSON'),
    404: bad('not known here'),
    409: bad('it has ended, is not connected yet, or another operator has it'),
    413: bad('the body is too large'),
    422: bad('no sid of a call, or a field is missing or wrong'),
    504: bad('the instance that holds the call does not answer'),
  },
});
const noted = { 204: { what: 'noted' } };
const twiml = { 200: { what: 'TwiML', type: 'text/xml' } };

const form = (more: z.ZodRawShape) =>
  z.looseObject({ CallSid: z.string().regex(/^CA[0-9a-fA-F]{32}$/), AccountSid: z.string().optional(), ...more });
const parties = { From: z.string().optional(), To: z.string().optional(), Direction: z.string().optional() };
const statusForm = form({
  ...parties,
  CallStatus: z.enum(TWILIO_STATUSES).or(z.string()),
  SequenceNumber: z.string().optional(),
  CallDuration: z.string().optional().describe('seconds'),
});

const offRecordAnswers = {
  200: { what: 'so it is', json: answers.offRecord },
  404: bad('not known here'),
  409: bad('it has ended'),
  422: bad('no sid of a call'),
};

export const OPERATIONS: Readonly<Record<Endpoint, Operation>> = {
  'POST /outbound': {
    summary: 'Rings somebody',
    headers: {
      'Idempotency-Key': {
        what: 'a repeat under the same key gets the first answer instead of a second call',
        schema: z.string().regex(/^[\x21-\x7e]{1,255}$/),
      },
    },
    json: outboundBody,
    answers: {
      200: { what: 'Twilio has taken the call', json: answers.dialled },
      400: bad('not JSON, or Twilio refuses the call'),
      413: bad('the body is too large'),
      422: bad('a field is missing or wrong'),
      502: bad('Twilio did not answer, or refuses our account'),
      503: bad('no line is free, or no account or address is configured'),
    },
  },
  'GET /call-status/:call_sid': {
    summary: "The state of a call: Twilio's word merged with what is known here",
    answers: {
      200: { what: 'the call', json: answers.callStatus },
      404: bad('nobody knows it'),
      422: bad('no sid of a call'),
      502: bad('Twilio did not answer'),
    },
  },
  'GET /calls': { summary: 'Live calls', answers: { 200: { what: 'the calls', json: answers.callList } } },
  'GET /calls/:call_sid': {
    summary: 'One call, live or lately ended, with its transcript and the latencies of its turns',
    answers: {
      200: { what: 'the call', json: answers.callDetails },
      404: bad('not known here'),
      422: bad('no sid of a call'),
    },
  },
  'DELETE /calls/:call_sid': {
    summary: 'Hangs up',
    answers: {
      202: { what: 'the call is being ended', json: answers.ending },
      404: bad('not known here'),
      409: bad('it has ended'),
      422: bad('no sid of a call'),
    },
  },
  'DELETE /calls/:call_sid/data': {
    summary: 'Deletes what is kept of a call that is over: recording, record, transcript, log lines; on all instances',
    answers: {
      200: { what: 'what was deleted; nothing, when nothing was there', json: answers.deletedData },
      409: bad('it is live'),
      422: bad('no sid of a call'),
      502: bad('the bucket did not answer'),
    },
  },
  'POST /calls/:call_sid/recording/pause': {
    summary: 'Off the record: silence is recorded, and nothing the caller says or types is taken in, until resumed',
    answers: offRecordAnswers,
  },
  'POST /calls/:call_sid/recording/resume': { summary: 'On the record again', answers: offRecordAnswers },
  'POST /calls/:call_sid/end': {
    summary: 'Hangs up, as DELETE does',
    answers: {
      202: { what: 'the call is being ended', json: answers.ending },
      404: bad('not known here'),
      409: bad('it has ended'),
      413: bad('the body is too large'),
      422: bad('no sid of a call'),
    },
  },
  'POST /calls/:call_sid/say': operatorAct('The agent says this to the caller', sayBody),
  'POST /calls/:call_sid/whisper': operatorAct('A note that the model sees before its next turn', whisperBody),
  'POST /calls/:call_sid/pause': operatorAct('The agent falls silent and listens; the call is yours alone', pauseBody),
  'POST /calls/:call_sid/resume': operatorAct('The agent goes on with what was said meanwhile', resumeBody),
  'POST /calls/:call_sid/handback': operatorAct('The same, for who has taken the call over', resumeBody),
  'GET /recordings': {
    summary: 'Recorded calls, newest first',
    query: {
      limit: { what: 'rows of a page', schema: z.int().min(1).max(1000).default(100) },
      cursor: { what: '`next_cursor` of the page before', schema: z.string() },
    },
    answers: { 200: { what: 'a page', json: answers.recordingList }, 422: bad('no such page') },
  },
  'GET /recordings/:file': {
    summary: 'A recording, or the record of its call',
    headers: { Range: { what: 'a part of the file', schema: z.string() } },
    answers: {
      200: { what: 'the file', type: 'application/octet-stream' },
      206: { what: 'a part of it', type: 'application/octet-stream' },
      404: bad('no such recording'),
      409: bad('it is sealed and its key is not here, or it was changed'),
      416: bad('the file has no such bytes'),
    },
  },
  'GET /metrics': { summary: "Prometheus' text format", answers: { 200: { what: 'all metrics', type: 'text/plain' } } },
  'GET /health': {
    summary: 'Can calls be served, and how is each vendor? Details for keys and METRICS_ALLOW only',
    answers: {
      200: { what: 'healthy', json: answers.health },
      503: { what: 'unhealthy', json: answers.health },
    },
  },
  'GET /ready': {
    summary: 'Are new calls taken?',
    answers: {
      200: { what: 'yes', json: answers.ready },
      503: bad('starting, full, draining, or late with the calls there are'),
    },
  },
  'GET /openapi.json': {
    summary: 'This document',
    answers: { 200: { what: 'OpenAPI 3.1', json: z.object({ openapi: z.literal('3.1.0') }) } },
  },
  'GET /': {
    summary: 'A page for people; programs are told that calls are announced by POST',
    answers: { 200: { what: 'the page', type: 'text/html' }, 405: bad('no browser') },
  },
  'POST /': { summary: 'Somebody calls', form: form(parties), answers: twiml },
  'POST /outbound-twiml': { summary: 'Somebody whom we rang has answered', form: form(parties), answers: twiml },
  'POST /twilio/status': { summary: 'Progress of a call', form: statusForm, answers: noted },
  'POST /twilio/stream-status': {
    summary: 'The media stream as Twilio sees it',
    form: form({ StreamEvent: z.string().optional(), StreamError: z.string().optional() }),
    answers: noted,
  },
  'POST /twilio/amd': {
    summary: 'A person or a machine has answered',
    form: form({ ...parties, AnsweredBy: z.string().optional() }),
    answers: noted,
  },
  'POST /twilio/connect-action': {
    summary: 'The media stream is over: what now?',
    form: form(parties),
    answers: twiml,
  },
  'POST /twilio/overflow-action': {
    summary: 'A caller who was sent elsewhere for want of a line is back: what now?',
    form: form({
      ...parties,
      DialCallStatus: z.string().optional(),
      QueueResult: z.string().optional(),
      Digits: z.string().optional(),
    }),
    answers: twiml,
  },
  'GET /outbound-twiml': wrongMethod,
  'GET /twilio/status': wrongMethod,
  'GET /twilio/stream-status': wrongMethod,
  'GET /twilio/amd': wrongMethod,
  'GET /twilio/connect-action': wrongMethod,
  'GET /twilio/overflow-action': wrongMethod,
  'GET /ws': noSocket,
  'GET /ws/:token': noSocket,
};
