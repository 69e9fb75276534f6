// What follows from Twilio's news, with a control and dials that only write down. Over real HTTP it is webhook_routes.test.ts.

import { beforeEach, describe, expect, test } from 'vitest';
import type { AgentVersion } from '../../../src/agents/agent_book.js';
import type { Overflow } from '../../../src/agents/overflow.js';
import type { EndReason } from '../../../src/call/call.js';
import type { CallSnapshot } from '../../../src/call/call_snapshot.js';
import { createLogger } from '../../../src/log.js';
import type { RefusalReason } from '../../../src/server/calls/admission.js';
import { TwilioDesk } from '../../../src/server/calls/call_desk.js';
import type { CallRecord } from '../../../src/server/calls/call_peers.js';
import { type CallEntry, CallRegistry } from '../../../src/server/calls/call_registry.js';

const SID = `CA${'0'.repeat(32)}`;
const CALL = { callSid: SID, direction: 'outbound', from: '+1', to: '+2' } as const;
const TAKEN = { text: 'Le llamaremos.', language: 'es' };
const BUSY = { text: 'Ocupado.', language: 'es' };
const FAILED = { text: 'Fallo.', language: 'es' };
const GOES_ON = { text: 'Se cortó un momento.', language: 'es' };
const CUT_OFF = { text: 'Se cortó.', language: 'es' };

let did: unknown[][];
let overflowed: unknown[][];
let mayRing = true;
let acceptance: { streamUrl: string } | { refused: RefusalReason };
let claimed: CallEntry | undefined;
let theirs: CallRecord | null;
let left: CallSnapshot | null;
let registry: CallRegistry;
let desk: TwilioDesk;
let isOpen = true;
let elsewhere: Overflow;
const LINES = {
  allLinesBusy: () => BUSY,
  technicalProblem: () => FAILED,
  cutOff: () => CUT_OFF,
  goesOn: () => GOES_ON,
  closed: () => CLOSED,
  callbackTaken: () => TAKEN,
  overflow: (reason: string) => ({ line: reason === 'busy' ? BUSY : CLOSED, elsewhere }),
};
const AGENT = { id: 'agent', profile: { ...LINES, isOpen: () => isOpen } } as unknown as AgentVersion;
const CLOSED = { text: 'We are closed.', language: 'en' };

beforeEach(() => {
  isOpen = true;
  elsewhere = { kind: 'hang_up' };
  did = [];
  overflowed = [];
  acceptance = { streamUrl: 'wss://h/ws/T' };
  claimed = undefined;
  theirs = null;
  left = null;
  registry = new CallRegistry();
  desk = new TwilioDesk({
    control: {
      accept: async (call) => {
        did.push(['accept', call.callSid, ...[call.variables, call.resume].filter((given) => given)]);
        return acceptance;
      },
      over: async (callSid) => void did.push(['over', callSid]),
      endUnanswered: ({ callSid }) => void did.push(['endUnanswered', callSid]),
      hangUp: ({ callSid }, reason) => void did.push(['hangUp', callSid, reason]),
      answeredBy: ({ callSid }, answeredBy) => void did.push(['answeredBy', callSid, answeredBy]),
    },
    registry,
    agents: { pick: () => AGENT },
    dials: {
      claim: async (callSid, from, to, isAnswered) => {
        did.push(['claim', callSid, from, to, isAnswered]);
        return claimed;
      },
    },
    peers: {
      find: async () => theirs,
      findDialled: async () => theirs,
      on: () => {},
      askHolder: async () => null,
      tellHolder: async () => {},
    },
    snapshots: { find: async () => left },
    callbacks: {
      mayRing: () => mayRing,
      ask: async (call) => {
        did.push(['ask', call]);
        return mayRing;
      },
    },
    metrics: {
      dial: (result) => did.push(['dial', result]),
      streamError: () => did.push(['streamError']),
      cameBack: () => did.push(['cameBack']),
      overflowed: (...args) => overflowed.push(args),
      overflowFailed: () => overflowed.push(['failed']),
    },
    threadMetrics: { observe: () => {} },
    log: createLogger({ level: 'silent', sink: () => {} }),
  });
});

function entry(phase: CallEntry['phase'], direction: CallEntry['direction'] = 'outbound'): CallEntry {
  return registry.add({ ...CALL, direction, slot: 0, phase, variables: {} });
}

test('a call gets its stream; an outbound one that nobody knows may be a dial that Twilio has not confirmed yet', async () => {
  const next = { streamUrl: 'wss://h/ws/T', cutOff: CUT_OFF, isBack: false };
  expect(await desk.connect({ ...CALL, direction: 'inbound' }, 'wss://h')).toEqual(next);
  expect(await desk.connect(CALL, 'wss://h')).toEqual(next);
  entry('dialling');
  await desk.connect(CALL, 'wss://h');
  expect(did).toEqual([
    ['accept', SID],
    ['claim', SID, '+1', '+2', true],
    ['accept', SID],
    ['accept', SID],
  ]);
});

test.each<[RefusalReason, typeof BUSY | null]>([
  ['full', BUSY],
  ['draining', BUSY],
  ['cancelled', null],
])('refused because %s: the caller hears %j', async (refused, lastWords) => {
  acceptance = { refused };
  expect(await desk.connect(CALL, 'wss://h')).toEqual({ lastWords });
});

test('after the stream the end of the call is waited for, and what is owed is said', async () => {
  const call = entry('connected');
  call.agent = AGENT;
  registry.end(call, 'worker_died', null);
  expect(await desk.streamEnded(CALL, true, 'wss://h')).toEqual({ lastWords: FAILED });
  const heard = entry('connected');
  registry.end(heard, 'agent_goodbye', null);
  heard.apologyOwed = false;
  expect(await desk.streamEnded(CALL, true, 'wss://h')).toEqual({ lastWords: null });
  expect(did).toEqual([
    ['over', SID],
    ['over', SID],
  ]);
});

describe('a stream of ours that broke while the caller is on the line', () => {
  const LEFT = { greeted: true, asked: null, saying: null, turnCount: 2 } as CallSnapshot;
  const broken = (fields: Partial<CallEntry> = {}, reason: EndReason = 'socket_lost'): CallEntry => {
    const call = Object.assign(entry('connected'), { agent: AGENT, left: LEFT }, fields);
    registry.end(call, reason, null);
    call.apologyOwed = false;
    return call;
  };
  const ended = (isLive = true) => desk.streamEnded(CALL, isLive, 'wss://h');

  test('comes back, with its history, and is told that it does', async () => {
    broken();
    const next = { streamUrl: 'wss://h/ws/T', cutOff: GOES_ON, isBack: true };
    expect(await ended()).toEqual(next);
    expect(did).toEqual([['cameBack'], ['accept', SID, LEFT]]);
  });

  test.each([
    ['who waits for an answer hears that', { asked: 'When?' }],
    ['who was being spoken to hears the rest', { saying: { kind: 'answer', turn: 1, text: 'At six.', sent: 2 } }],
    ['who was not greeted yet is', { greeted: false }],
  ])('%s, and nothing before it', async (_, fields) => {
    const left = { ...LEFT, ...fields };
    broken({ left });
    expect(await ended()).toMatchObject({ streamUrl: 'wss://h/ws/T', isBack: false });
    expect(did.at(-1)).toEqual(['accept', SID, left]);
  });

  test('goes on from where it had come from when nothing was told of the stream', async () => {
    broken({ left: null, resume: LEFT } as Partial<CallEntry>, 'start_timeout');
    await ended();
    expect(did.at(-1)).toEqual(['accept', SID, LEFT]);
  });

  test('gets another ticket at once when Twilio could not even open it', async () => {
    entry('accepted').agent = AGENT;
    expect(await ended()).toMatchObject({ streamUrl: 'wss://h/ws/T', isBack: false });
    expect(did).toEqual([['cameBack'], ['accept', SID]]);
  });

  test('comes back though its worker is still busy with its files', async () => {
    Object.assign(entry('connected'), { agent: AGENT, left: LEFT, isSocketLost: true });
    expect(await ended()).toMatchObject({ streamUrl: 'wss://h/ws/T' });
    expect(did.at(-1)).toEqual(['accept', SID, LEFT]);
  });

  test('is over when the caller is gone, or hung up in the same moment', async () => {
    broken();
    expect(await ended(false)).toEqual({ lastWords: null });
    broken({}, 'caller_hangup');
    expect(await ended()).toEqual({ lastWords: null });
    expect(did.map(([what]) => what)).toEqual(['over', 'over']);
  });

  test('again and again: its caller is told the truth in the end', async () => {
    const comebacks: number[] = [];
    for (let i = 0; i < 5; i++) {
      broken({ comebacks });
      expect(await ended()).toMatchObject({ streamUrl: 'wss://h/ws/T' });
    }
    broken({ comebacks });
    expect(await ended()).toEqual({ lastWords: FAILED });
  });
});

describe('a stream of which nobody here knows, because its server died', () => {
  const INBOUND = { ...CALL, direction: 'inbound' } as const;

  test('begins anew when the call is live', async () => {
    const next = { streamUrl: 'wss://h/ws/T', cutOff: CUT_OFF, isBack: true };
    expect(await desk.streamEnded(INBOUND, true, 'wss://h')).toEqual(next);
    expect(did).toEqual([['over', SID], ['cameBack'], ['accept', SID]]);
  });

  test('goes on where its snapshot is, with what it was begun with', async () => {
    left = { turnCount: 2 } as CallSnapshot;
    theirs = {
      ...INBOUND,
      variables: { dish: 'soup' },
      wantedAgent: null,
      instance: 'b',
      isOver: false,
      isCancelled: false,
    };
    expect(await desk.streamEnded(INBOUND, true, 'wss://h')).toMatchObject({ isBack: true, cutOff: GOES_ON });
    expect(did.at(-1)).toEqual(['accept', SID, { dish: 'soup' }, left]);
  });

  test('is over when its server had ended it before it went', async () => {
    theirs = { ...INBOUND, variables: {}, wantedAgent: null, instance: 'b', isOver: true, isCancelled: false };
    expect(await desk.streamEnded(INBOUND, true, 'wss://h')).toEqual({ lastWords: null });
    expect(did).toEqual([['over', SID]]);
  });

  test('and is told so when there is no place', async () => {
    acceptance = { refused: 'full' };
    expect(await desk.streamEnded(INBOUND, true, 'wss://h')).toEqual({ lastWords: BUSY });
  });

  test('is over when the call is', async () => {
    expect(await desk.streamEnded(INBOUND, false, 'wss://h')).toEqual({ lastWords: null });
    expect(did).toEqual([['over', SID]]);
  });
});

const news = (status: 'ringing' | 'busy' | 'completed', sequence: number) => ({ status, sequence, durationS: null });
test.each<[CallEntry['phase'], CallEntry['direction'], 'ringing' | 'busy' | 'completed', unknown[]]>([
  ['dialling', 'outbound', 'ringing', []],
  [
    ...(['dialling', 'outbound', 'busy'] as const),
    [
      ['dial', 'busy'],
      ['endUnanswered', SID],
    ],
  ],
  ['accepted', 'inbound', 'completed', [['hangUp', SID, 'caller_hangup']]],
  // Its socket closes by itself, and that says more.
  ['connected', 'inbound', 'completed', []],
])('a %s %s call is told to be %s', async (phase, direction, status, expected) => {
  entry(phase, direction);
  const call = { ...CALL, direction };
  await desk.onStatus(call, news(status, 1));
  await desk.onStatus(call, news(status, 1));
  expect(did).toEqual(expected);
});

test('news of a dial that Twilio has not confirmed yet find it; news of strangers are ignored', async () => {
  await desk.onStatus(CALL, news('busy', 1));
  await desk.onStatus({ ...CALL, direction: 'inbound' }, news('completed', 1));
  expect(did).toEqual([['claim', SID, '+1', '+2', false]]);
  claimed = new CallRegistry().add({ ...CALL, slot: 0, phase: 'dialling', variables: {} });
  await desk.onAnsweredBy(CALL, 'human');
  expect(claimed.twilio.answeredBy).toBe('human');
});

test('who answered reaches the worker once, also when the call is held elsewhere', async () => {
  const call = entry('connected');
  await desk.onAnsweredBy(CALL, 'machine_start');
  await desk.onAnsweredBy(CALL, 'machine_start');
  await desk.onAnsweredBy(CALL, 'machine_end_beep');
  expect(did).toEqual([
    ['answeredBy', SID, 'machine_start'],
    ['answeredBy', SID, 'machine_end_beep'],
  ]);
  expect(call.twilio.answeredBy).toBe('machine_end_beep');
});

test('an error of the stream is counted once, also of a call that nobody knows', () => {
  const call = entry('connected');
  desk.onStreamError(SID, '31921');
  desk.onStreamError(SID, '31921');
  desk.onStreamError(`CA${'1'.repeat(32)}`, '31921');
  expect([did.length, call.twilio.streamError]).toEqual([2, '31921']);
});

test('what another instance has dialled goes on here with its variables; what it has cancelled does not', async () => {
  const record = {
    ...CALL,
    variables: { dish: 'soup' },
    wantedAgent: null,
    instance: 'b',
    isOver: false,
    isCancelled: false,
  };
  theirs = record;
  expect(await desk.connect(CALL, 'wss://h')).toMatchObject(acceptance);
  theirs = { ...record, isOver: true, isCancelled: true };
  expect(await desk.connect(CALL, 'wss://h')).toEqual({ lastWords: null });
  expect(did.filter(([what]) => what === 'accept')).toEqual([['accept', SID, { dish: 'soup' }]]);
});

describe('a caller without a line goes where the agent says', () => {
  const inbound = { ...CALL, direction: 'inbound' } as const;
  const DIAL = { kind: 'dial', to: '+15551234567', callerId: null, timeoutS: 30 } as const;

  test('when all are busy, when nobody is there, and never when it is somebody whom we rang', async () => {
    elsewhere = DIAL;
    acceptance = { refused: 'full' };
    expect(await desk.connect(inbound, 'wss://h')).toEqual({ line: BUSY, elsewhere: DIAL });
    expect(await desk.connect(CALL, 'wss://h')).toEqual({ lastWords: BUSY });
    isOpen = false;
    expect(await desk.connect(inbound, 'wss://h')).toEqual({ line: CLOSED, elsewhere: DIAL });
    expect(overflowed).toEqual([
      ['busy', 'dial'],
      ['closed', 'dial'],
    ]);
  });

  test('and may be called back, where the number can be rung', async () => {
    elsewhere = { kind: 'callback' };
    acceptance = { refused: 'full' };
    expect(await desk.connect(inbound, 'wss://h')).toEqual({ line: BUSY, elsewhere });
    expect(await desk.callbackAsked(inbound, 'https://h')).toEqual(TAKEN);
    expect(did.at(-1)).toEqual(['ask', { to: inbound.from, from: inbound.to, agent: 'agent', base: 'https://h' }]);
    mayRing = false;
    expect(await desk.connect(inbound, 'wss://h')).toEqual({ lastWords: BUSY });
    expect(await desk.callbackAsked(inbound, 'https://h')).toEqual(BUSY);
    expect(desk.notTaken(inbound)).toEqual(BUSY);
    mayRing = true;
  });

  test('and is told when nobody is there either', () => {
    expect(desk.overflowFailed(inbound)).toEqual(BUSY);
    isOpen = false;
    expect(desk.overflowFailed(inbound)).toEqual(CLOSED);
    expect(overflowed).toEqual([['failed'], ['failed']]);
  });
});

test('outside of the opening hours a caller is told so; a call under way, and one that we dial, go on', async () => {
  isOpen = false;
  const inbound = { ...CALL, direction: 'inbound' } as const;
  expect(await desk.connect(inbound, 'wss://h')).toEqual({ lastWords: CLOSED });
  expect(did).toEqual([]);
  entry('accepted', 'inbound');
  expect(await desk.connect(inbound, 'wss://h')).toMatchObject({ streamUrl: 'wss://h/ws/T' });
  expect(await desk.connect(CALL, 'wss://h')).toMatchObject({ streamUrl: 'wss://h/ws/T' });
});
