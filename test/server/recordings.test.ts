// The recordings over real HTTP: list, download, seeking, and names that lead nowhere.

import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SealKey, sealFile, sealKey } from '../../src/server/archive/sealed_file.js';
import { type JsonBody, startTestServer, stopTestServer, type TestServer } from './harness.js';

let t: TestServer;
const dir = mkdtempSync(join(tmpdir(), 'ringline-recordings-'));
const stem = (time: string, n: number) => `server_8765_inbound_recording_${time}_CA${String(n).padStart(32, '0')}`;
const WAV = `${stem('20260102_120000', 1)}.wav`;
const STRANGERS = ['notes.txt', 'private.json', 'song.wav', '.gitignore', 'server_8765_inbound_recording_x.wav'];
const audio = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 31) & 0xff));

beforeAll(async () => {
  writeFileSync(join(dir, WAV), audio);
  writeFileSync(join(dir, WAV.replace('.wav', '.json')), '{}');
  writeFileSync(join(dir, `${stem('20260101_120000', 2)}.json`), '{}');
  writeFileSync(join(dir, `${stem('20260103_120000', 3)}.wav`), '');
  for (const name of STRANGERS) writeFileSync(join(dir, name), 'secret');
  symlinkSync('/etc/passwd', join(dir, `${stem('20260104_120000', 4)}.json`));
  t = await startTestServer({ RECORDING_DIR: dir });
});
afterAll(() => stopTestServer(t));

const get = (path: string, init?: RequestInit) => fetch(t.base + path, init);
const list = async (query = '') => (await (await get(`/recordings${query}`)).json()) as JsonBody;

test('one row a call, newest first, sound and record together; what is not ours is not there', async () => {
  const { recordings, count, next_cursor } = await list();
  expect([count, next_cursor]).toEqual([3, null]);
  expect(recordings[0]).toMatchObject({ file: `${stem('20260103_120000', 3)}.wav`, size: 0, record: null });
  expect(recordings[1]).toEqual({
    call_sid: `CA${'1'.padStart(32, '0')}`,
    direction: 'inbound',
    started_at: '2026-01-02T12:00:00Z',
    file: WAV,
    size: audio.length,
    record: WAV.replace('.wav', '.json'),
    modified: expect.stringMatching(/^\d{4}-.*Z$/),
  });
  expect(recordings[2]).toMatchObject({ file: null, size: null, record: `${stem('20260101_120000', 2)}.json` });
});

test('in pages: each recording once', async () => {
  const seen: string[] = [];
  let query = '?limit=1';
  for (let page = 0; page < 10 && query !== ''; page++) {
    const { recordings, next_cursor } = await list(query);
    seen.push(...recordings.map(({ started_at }: JsonBody) => started_at));
    query = next_cursor === null ? '' : `?limit=1&cursor=${next_cursor}`;
  }
  expect(seen).toEqual(['2026-01-03T12:00:00Z', '2026-01-02T12:00:00Z', '2026-01-01T12:00:00Z']);
});

test('a sealed recording is listed, downloaded and sought in as if it were plain; without its key it is refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringline-sealed-'));
  const [key, other] = ['ab'.repeat(32), 'cd'.repeat(32)];
  const [name, lost] = [`${stem('20260105_120000', 5)}.wav`, `${stem('20260106_120000', 6)}.wav`];
  writeFileSync(join(folder, 'plain'), audio);
  await sealFile(join(folder, 'plain'), join(folder, name), sealKey(key) as SealKey);
  await sealFile(join(folder, 'plain'), join(folder, lost), sealKey(other) as SealKey);
  const server = await startTestServer({ RECORDING_DIR: folder, RECORDING_KEY: key });
  try {
    const rows = ((await (await fetch(`${server.base}/recordings`)).json()) as JsonBody).recordings as JsonBody[];
    expect(rows.map(({ file, size }) => [file, size === audio.length])).toEqual([
      [lost, false],
      [name, true],
    ]);
    const whole = await fetch(`${server.base}/recordings/${name}`);
    expect(Buffer.from(await whole.arrayBuffer()).equals(audio)).toBe(true);
    const part = await fetch(`${server.base}/recordings/${name}`, { headers: { range: 'bytes=65500-131100' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 65500-131100/${audio.length}`]);
    expect(Buffer.from(await part.arrayBuffer()).equals(audio.subarray(65_500, 131_101))).toBe(true);
    expect((await fetch(`${server.base}/recordings/${lost}`)).status).toBe(409);
  } finally {
    await stopTestServer(server);
  }
});

test.each(['0', '1001', '-1', 'ten', '1e2', ''])('limit=%s is refused', async (limit) => {
  const response = await get(`/recordings?limit=${limit}`);
  expect([response.status, ((await response.json()) as JsonBody).detail[0].loc]).toEqual([422, ['query', 'limit']]);
});

test('a folder that is not there holds nothing', async () => {
  const other = await startTestServer({ RECORDING_DIR: join(dir, 'nowhere') });
  const response = await fetch(`${other.base}/recordings`);
  expect(await response.json()).toEqual({ recordings: [], count: 0, next_cursor: null });
  await stopTestServer(other);
});

test('a recording arrives byte for byte', async () => {
  const response = await get(`/recordings/${WAV}`);
  expect(response.headers.get('content-type')).toBe('audio/wav');
  expect(response.headers.get('accept-ranges')).toBe('bytes');
  expect(Number(response.headers.get('content-length'))).toBe(audio.length);
  expect(Buffer.from(await response.arrayBuffer()).equals(audio)).toBe(true);
  const head = await get(`/recordings/${WAV}`, { method: 'HEAD' });
  expect(Number(head.headers.get('content-length'))).toBe(audio.length);
});

test.each([
  ['bytes=0-43', 0, 44],
  ['bytes=1000000-', 1_000_000, 2_000_000],
  ['bytes=-10', audio.length - 10, 10],
  ['bytes=2999999-9999999', audio.length - 1, 1],
])('a browser seeks with %s', async (range, start, length) => {
  const response = await get(`/recordings/${WAV}`, { headers: { range } });
  expect(response.status).toBe(206);
  expect(response.headers.get('content-range')).toBe(`bytes ${start}-${start + length - 1}/${audio.length}`);
  expect(Number(response.headers.get('content-length'))).toBe(length);
  const part = Buffer.from(await response.arrayBuffer());
  expect(part.equals(audio.subarray(start, start + length))).toBe(true);
});

test('a range beyond the end is 416 and says how long the file is', async () => {
  const response = await get(`/recordings/${WAV}`, { headers: { range: 'bytes=3000000-' } });
  expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */3000000']);
});

test('a part of a file that has changed is not given: the whole is', async () => {
  const { headers } = await get(`/recordings/${WAV}`, { method: 'HEAD' });
  const part = (condition: string) =>
    get(`/recordings/${WAV}`, { headers: { range: 'bytes=0-1', 'if-range': condition }, method: 'HEAD' });
  expect((await part(headers.get('etag') ?? '')).status).toBe(206);
  expect((await part('"another"')).status).toBe(200);
});

test('a listener who goes away in the middle disturbs nobody', async () => {
  const abort = new AbortController();
  const response = await get(`/recordings/${WAV}`, { signal: abort.signal });
  await response.body?.getReader().read();
  abort.abort();
  expect((await get('/ready')).status).toBe(200);
});

test.each([
  ...['nothing.wav', ...STRANGERS, `${stem('20260104_120000', 4)}.json`, `${stem('20260105_120000', 5)}.wav`],
  ...['..%2f..%2fetc%2fpasswd', '..%2fsecret.wav', '%2e%2e%2fsecret.json', 'a%00.wav', '%5c..%5csecret.wav'],
  ...[`%2e%2f${WAV}`, `${WAV}%00`, `${WAV}%0a`, `${WAV.toUpperCase()}`],
])('/recordings/%s leads nowhere', async (name) => {
  expect((await get(`/recordings/${name}`)).status).toBe(404);
});
