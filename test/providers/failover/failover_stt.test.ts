import { beforeEach, expect, test } from 'vitest';
import { EngineError } from '../../../src/errors.js';
import { FailoverStt } from '../../../src/providers/failover/failover_stt.js';
import type { SttHandlers, SttProvider, SttSession, SttTranscript } from '../../../src/providers/stt.js';
import { ManualTime } from './manual_time.js';

const OPTIONS = { callSid: 'CA1', language: 'en', keyterms: [] };
const GONE = new EngineError('STT_CLOSED', { retryable: true });
const REFUSED = new EngineError('STT_CONNECT', { status: 401 });
/** 100 ms of audio. */
const PIECE = new Uint8Array(800);

interface FakeSession {
  handlers: SttHandlers;
  bytes: number;
  finalizes: number;
  closed: number;
}
class FakeStt implements SttProvider {
  readonly sessions: FakeSession[] = [];
  close() {}
  open(_options: unknown, handlers: SttHandlers): SttSession {
    const session: FakeSession = { handlers, bytes: 0, finalizes: 0, closed: 0 };
    this.sessions.push(session);
    return {
      sendAudio: (mulaw) => void (session.bytes += mulaw.length),
      finalize: () => void session.finalizes++,
      close: () => void session.closed++,
    };
  }
}

let time: ManualTime;
let vendors: FakeStt[];
let told: string[];
let session: SttSession;

function words(text: string, startMs: number, endMs: number): SttTranscript {
  return { text, isFinal: true, speechFinal: false, fromFinalize: false, startMs, endMs, confidence: 1 };
}
function talk(ms: number): void {
  for (let sent = 0; sent < ms; sent += 100) session.sendAudio(PIECE);
}

beforeEach(() => {
  time = new ManualTime();
  vendors = [new FakeStt(), new FakeStt()];
  told = [];
  const stt = new FailoverStt(
    vendors.map((provider, i) => ({ name: 'ab'[i], provider })),
    time.options,
  );
  session = stt.open(OPTIONS, {
    onOpen: () => told.push('open'),
    onTranscript: ({ text, startMs, endMs }) => told.push(`${text} ${startMs}-${endMs}`),
    onError: ({ code }) => told.push(`error ${code}`),
    onDeaf: () => told.push('deaf'),
    onHearing: () => told.push('hearing'),
  });
});

const first = () => vendors[0].sessions[0];
const second = () => vendors[1].sessions[0];

test('while the first listens there is nobody else', () => {
  first().handlers.onOpen(50);
  talk(1000);
  session.finalize();
  first().handlers.onTranscript(words('Hello.', 0, 900));
  time.pass(60_000);
  expect([told, first().bytes, first().finalizes, vendors[1].sessions]).toEqual([
    ['open', 'Hello. 0-900'],
    8000,
    1,
    [],
  ]);
});

test('a connection that comes back at once keeps the call', () => {
  first().handlers.onOpen(50);
  first().handlers.onError(GONE);
  time.pass(90);
  first().handlers.onOpen(80);
  time.pass(1000);
  expect([vendors[1].sessions, time.switches]).toEqual([[], []]);
});

test('gone for longer: the other is told what was not final yet, and takes over when it is open', () => {
  first().handlers.onOpen(50);
  talk(2000);
  first().handlers.onTranscript(words('One.', 0, 1500));
  first().handlers.onError(GONE);
  time.pass(100);
  expect(second().bytes).toBe(500 * 8);
  talk(300);
  second().handlers.onOpen(40);
  expect([first().closed, time.switches]).toEqual([1, ['a -> b']]);
  talk(200);
  expect(second().bytes).toBe(1000 * 8);
  second().handlers.onTranscript(words('Two.', 0, 800));
  first().handlers.onTranscript(words('late', 0, 9999));
  expect(told).toEqual(['open', 'One. 0-1500', 'error STT_CLOSED', 'open', 'Two. 1500-2300']);
});

test('refused: the other begins to connect at once; the first may be back before it', () => {
  first().handlers.onOpen(50);
  first().handlers.onError(REFUSED);
  expect(vendors[1].sessions).toHaveLength(1);
  first().handlers.onOpen(50);
  expect([second().closed, time.switches]).toEqual([1, []]);
});

test('slow to open in the first place: the other is opened beside it', () => {
  talk(300);
  time.pass(100);
  expect(second().bytes).toBe(2400);
  second().handlers.onOpen(30);
  expect(first().closed).toBe(1);
});

test('deaf only when nobody hears, and hearing again when somebody does', () => {
  first().handlers.onOpen(50);
  first().handlers.onError(REFUSED);
  first().handlers.onDeaf(REFUSED);
  expect(told).toEqual(['open', 'error STT_CONNECT']);
  second().handlers.onDeaf(GONE);
  first().handlers.onDeaf(REFUSED);
  expect(told.slice(2)).toEqual(['deaf']);
  second().handlers.onOpen(20);
  second().handlers.onHearing();
  expect(told.slice(3)).toEqual(['open', 'hearing']);
});

test('closed: nothing is told, opened or sent any more', () => {
  session.close();
  session.close();
  first().handlers.onError(REFUSED);
  talk(100);
  time.pass(1000);
  expect([told, first().closed, first().bytes, vendors[1].sessions, time.watched]).toEqual([[], 1, 0, [], 0]);
});
