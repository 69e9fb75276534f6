import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EngineError } from '../src/errors.js';
import { createLogger, type LogOptions, withLiveFields } from '../src/log.js';
import { type CompiledCode, compile } from './compiled_code.js';

const LOG_PROCESS = 'test/log_process.ts';
const NUMBER = '+15551234567';

function logged(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = createLogger({ level: 'trace', ...options, sink: (line) => lines.push(line) });
  return { log, lines, entry: (i = 0) => JSON.parse(lines[i]) };
}

describe('a line', () => {
  test('is JSON with level, ISO time, the fields and the fixed words, and nothing about the machine', () => {
    const { log, lines, entry } = logged();
    log.info({ turn: 3, firstAudioMs: 412.5 }, 'turn answered');
    expect(lines[0].endsWith('}\n')).toBe(true);
    expect(entry()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      turn: 3,
      first_audio_ms: 412.5,
      msg: 'turn answered',
    });
  });

  test('of a call’s own logger carries the call', () => {
    const { log, entry } = logged();
    log.child({ callSid: 'CA1' }).child({ provider: 'openai' }).warn('slow');
    expect(entry()).toMatchObject({ level: 'warn', call_sid: 'CA1', provider: 'openai', msg: 'slow' });
  });

  test.each([
    ['info', false, ['info', 'warn']],
    ['warn', false, ['warn']],
    ['warn', true, ['debug', 'info', 'warn']],
    ['trace', true, ['trace', 'debug', 'info', 'warn']],
    ['silent', true, []],
  ])('appears at level %s (test mode: %s) when it is one of %j', (level, testMode, expected) => {
    const { log, lines } = logged({ level, testMode });
    log.trace('t');
    log.debug('d');
    log.info('i');
    log.warn('w');
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(expected);
  });
});

describe('privacy', () => {
  test('what people said and their numbers are censored, at any depth and in a child’s fields', () => {
    const { log, lines } = logged();
    const turns = [{ turn: 1, caller: 'my order was cold', agent: 'I am sorry', heard: 'I am', transcript: '' }];
    log.child({ from: NUMBER }).info({ to_number: NUMBER, deep: { a: { b: { c: { text: 'hello' } } } }, turns }, 'x');
    expect(lines[0]).not.toMatch(/cold|sorry|I am|hello|555/);
    expect(JSON.parse(lines[0])).toMatchObject({
      from: '[redacted]',
      to_number: '[redacted]',
      deep: { a: { b: { c: { text: '[redacted]' } } } },
      turns: [{ turn: 1, caller: '[redacted]', agent: '[redacted]', heard: '[redacted]', transcript: '' }],
    });
  });

  test('digits of the keypad are speech', () => {
    const { log, entry } = logged();
    log.info({ digit: '4', digits: '4111', text: 'typed 4 on the keypad' }, 'x');
    expect(entry()).toMatchObject({ digit: '[redacted]', digits: '[redacted]', text: '[redacted]' });
  });

  test('with LOG_PII they are readable, keys still are not', () => {
    const { log, entry } = logged({ pii: true });
    log.info({ from: NUMBER, text: 'hello', apiKey: 'k1' }, 'x');
    expect(entry()).toMatchObject({ from: NUMBER, text: 'hello', api_key: '[redacted]' });
  });

  test.each([
    { apiKey: 'S3CRET' },
    { openai: { apiKey: 'S3CRET' } },
    { twilio: { authToken: 'S3CRET' } },
    { headers: { Authorization: 'Bearer S3CRET' } },
    { list: [{ token: 'S3CRET' }] },
    { url: 'wss://api.example/tts?api_key=S3CRETLONG&v=1' },
    { url: new URL('https://api.example/?access_token=S3CRETLONG') },
    { detail: 'rejected: Authorization: Bearer S3CRETLONG' },
    { err: new Error('Incorrect API key provided: sk-S3CRET*****ABCD.') },
    { err: Object.assign(new Error('bad'), { response: { headers: { authorization: 'S3CRET' } } }) },
    { err: new Error('outer', { cause: new Error('key sk_car_S3CRETLONG') }) },
  ])('a key is never readable: %j', (fields) => {
    for (const pii of [false, true]) {
      const { log, lines } = logged({ pii, testMode: true });
      log.error(fields, 'x');
      log.child(fields).error('x');
      expect(lines.join('')).not.toContain('S3CRET');
    }
  });

  test('a number inside an error is censored too, and an error without words of ours gets some', () => {
    const { log, lines, entry } = logged({ testMode: true });
    const error = new Error(`The 'To' number ${NUMBER} is not valid`);
    log.error(error);
    log.error({ err: error });
    expect(lines.join('')).not.toContain('5551234567');
    expect(entry(0)).toMatchObject({ msg: 'error', err: { message: "The 'To' number [redacted] is not valid" } });
    expect(entry(1).msg).toBe('error');
  });

  test.each([
    { url: `https://voice.example.com/?From=%2B15551234567&To=15551234567` },
    { url: `https://voice.example.com/?From=${NUMBER}` },
    { detail: `31921 call to ${NUMBER} broke off` },
    { list: [{ reason: `${NUMBER} is busy` }] },
  ])('a number inside any other text is censored: %j', (fields) => {
    const { log, lines } = logged();
    log.warn(fields, 'x');
    log.child(fields).warn('x');
    expect(lines.join('')).not.toContain('5551234567');
    expect(lines.join('')).toContain('[redacted]');
  });

  test('what only looks a little like a number stays readable', () => {
    const { log, entry } = logged();
    const fields = {
      call_sid: `CA${'1234567890'.repeat(3)}12`,
      file: 'server_8765_inbound_recording_20260101_120000_CA1.wav',
      at: '2026-01-01T12:00:00.000Z',
      peer: '203.0.113.9',
    };
    log.info(fields, 'x');
    expect(entry()).toMatchObject(fields);
  });

  test('fields that are not for JSON are cut short: bytes, depth, cycles', () => {
    const { log, entry } = logged();
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    log.info({ audio: new Uint8Array(160), loop }, 'x');
    expect(entry().audio).toBe('[160 bytes]');
    expect(JSON.stringify(entry().loop)).toContain('[too deep]');
  });
});

describe('an error', () => {
  const provider = () =>
    new EngineError('LLM_REQUEST', { provider: 'openai', status: 429, retryable: true, cause: new Error('slow down') });

  test('of a provider is its code and cause, without a stack', () => {
    const { log, entry } = logged();
    log.error({ err: provider() }, 'reply failed');
    expect(entry().err).toEqual({
      type: 'EngineError',
      message: provider().message,
      code: 'LLM_REQUEST',
      status: 429,
      provider: 'openai',
      retryable: true,
      cause: { type: 'Error', message: 'slow down' },
    });
  });

  test('in test mode comes with every stack', () => {
    const { log, entry } = logged({ testMode: true });
    log.error({ err: provider() }, 'reply failed');
    expect(entry().err.stack).toContain('log.test.ts');
    expect(entry().err.cause.stack).toContain('log.test.ts');
  });

  test.each([new TypeError('x is not a function'), new EngineError('INTERNAL')])('that is a defect: %s', (err) => {
    const { log, entry } = logged();
    log.error({ err }, 'reply failed');
    expect(entry().err.stack).toContain('log.test.ts');
  });
});

describe('in real processes', () => {
  let code: CompiledCode;
  let dir: string;
  beforeAll(async () => {
    code = await compile([LOG_PROCESS]);
    dir = await mkdtemp(join(tmpdir(), 'ringline-log-'));
  }, 60_000);
  afterAll(async () => {
    await code.remove();
    await rm(dir, { recursive: true, force: true });
  });
  const messages = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).msg);

  test('lines reach stdout and the day’s file, and the process ends by itself', async () => {
    const logs = join(dir, 'made', 'when missing');
    const { stdout } = await code.runNode(LOG_PROCESS, ['plain', logs]);
    expect(messages(stdout)).toEqual(['first', 'from a worker', 'last']);
    const files = await readdir(logs);
    expect(files).toEqual([expect.stringMatching(/^ringline\.\d{4}-\d\d-\d\d\.1\.log$/)]);
    expect(await readFile(join(logs, files[0]), 'utf8')).toBe(stdout);
    await code.runNode(LOG_PROCESS, ['plain', logs]);
    expect(await readdir(logs), 'a restart goes on in the same file').toEqual(files);
    expect(messages(await readFile(join(logs, files[0]), 'utf8'))).toHaveLength(6);
  });

  test('process.exit loses nothing', async () => {
    const logs = join(dir, 'exit');
    const { stdout } = await code.runNode(LOG_PROCESS, ['exit', logs]);
    expect(messages(stdout)).toHaveLength(2000);
    const [file] = await readdir(logs);
    expect(messages(await readFile(join(logs, file), 'utf8'))).toHaveLength(2000);
  });

  test('a log folder that stops working costs the file, not the process', async () => {
    const { stdout } = await code.runNode(LOG_PROCESS, ['unwritable', join(dir, 'unwritable')]);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ msg }) => msg).sort()).toEqual(['first', 'last', 'log file failed']);
  });

  test('a log folder that cannot be made fails at once', async () => {
    await writeFile(join(dir, 'a file'), '');
    expect(() => createLogger({ level: 'info', dir: join(dir, 'a file', 'logs') })).toThrow('ENOTDIR');
  });

  test('a worker’s lines go through its sink to the main thread’s logger, already censored', async () => {
    const lines: string[] = [];
    const main = createLogger({ level: 'warn', sink: (line) => lines.push(line) });
    const worker = new Worker(code.url(LOG_PROCESS), { argv: ['worker'], workerData: 'worker' });
    worker.on('message', (line) => main.writeLine(line));
    await once(worker, 'exit');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 'info', call_sid: 'CA7', text: '[redacted]', msg: 'heard' }),
    ]);
    expect(lines[0].endsWith('}\n')).toBe(true);
  });
});

test('where calls are traced a line about one carries the id of its trace', () => {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({ level: 'info', traced: true, sink: (line) => lines.push(JSON.parse(line)) });
  const callSid = `CA${'1a'.repeat(16)}`;
  log.child({ callSid }).child({ provider: 'openai' }).info('turn answered');
  log.info({ callSid }, 'call accepted');
  log.info('listening');
  expect(lines.map((line) => line['trace_id'])).toEqual(['1a'.repeat(16), '1a'.repeat(16), undefined]);
});

test('lines of a logger tell what holds when they are written; what a line says itself wins', () => {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({ level: 'info', sink: (line) => lines.push(JSON.parse(line)) });
  let turn = 0;
  const call = withLiveFields(log.child({ callSid: 'CA1' }), () => ({ turn }));
  call.info('stream started');
  turn = 3;
  call.child({ provider: 'openai' }).warn({ code: 'LLM_STREAM' }, 'attempt failed');
  call.info({ turn: 2 }, 'turn answered');
  log.info('another');
  log.child({ callSid: 'CA2' }).info('another call');
  expect(lines.map((line) => line['turn'])).toEqual([0, 3, 2, undefined, undefined]);
  expect(lines[1]).toMatchObject({ call_sid: 'CA1', provider: 'openai', code: 'LLM_STREAM' });
});
