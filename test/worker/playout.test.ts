import { beforeEach, expect, test } from 'vitest';
import { dsp } from '../../src/audio/kernels/addon.js';
import type { PlayedLevels } from '../../src/audio/sound/played_levels.js';
import type { ReplyId } from '../../src/conversation/playout/playout_ledger.js';
import { createSharedMetrics, sumCounter, sumHistogram, ThreadMetrics } from '../../src/metrics/shared_metrics.js';
import { EGRESS } from '../../src/threads/record_types.js';
import { createSlab, SlotRings } from '../../src/threads/slab.js';
import { EgressBuffers, MediaEgress } from '../../src/worker/media_egress.js';
import { Playout } from '../../src/worker/playout.js';
import { Timeline } from '../../src/worker/timeline.js';
import { seededRandom } from '../threads/random_records.js';

const STREAM = `MZ${'0'.repeat(32)}`;
let playout: Playout;
let egress: MediaEgress;
let reader: SlotRings;
let metricsMemory: SharedArrayBuffer;
let id: ReplyId;

function make(egressBytes = 1 << 16, pacing = { leadMs: 200, messageMs: 40 }): void {
  const slab = createSlab({ slots: 1, ingressBytes: 1024, egressBytes });
  reader = new SlotRings(slab, 0);
  metricsMemory = createSharedMetrics(1);
  const metrics = new ThreadMetrics(metricsMemory, 0);
  egress = new MediaEgress(new SlotRings(slab, 0).egress, dsp, metrics, new EgressBuffers(), () => {});
  const timeline = new Timeline();
  timeline.originMs = 0;
  playout = new Playout(egress, metrics, pacing, timeline, () => {});
  egress.open(STREAM);
}
beforeEach(() => make());

interface Sent {
  event: string;
  payload: Buffer;
  name: string;
}
function read(): Sent[] {
  const all: Sent[] = [];
  while (reader.egress.next()) {
    if (reader.egress.type === EGRESS.CLOSE) {
      all.push({ event: 'CLOSE', payload: Buffer.alloc(0), name: '' });
      continue;
    }
    const { offset, length, bytes } = reader.egress;
    const message = JSON.parse(Buffer.from(bytes.slice(offset, offset + length)).toString());
    expect(message.streamSid).toBe(STREAM);
    expect(Object.keys(message).length).toBe(message.event === 'clear' ? 2 : 3);
    all.push({
      event: message.event,
      payload: Buffer.from(message.media?.payload ?? '', 'base64'),
      name: message.mark?.name ?? '',
    });
  }
  reader.egress.release();
  return all;
}
const mediaMs = (sent: Sent[]) => sent.reduce((sum, message) => sum + message.payload.length, 0) / 8;
const audio = (ms: number) => Uint8Array.from({ length: ms * 8 }, (_, i) => i & 0x7f);

test('hands over no more than the lead, and then exactly as much as time passes', () => {
  id = playout.begin();
  playout.audio(id, audio(2000), 1000);
  playout.tick(1000);
  expect(mediaMs(read())).toBe(200);
  playout.tick(1030);
  expect(mediaMs(read())).toBe(0);
  playout.tick(1040);
  expect(mediaMs(read())).toBe(40);
  for (let now = 1050; now <= 2000; now += 10) playout.tick(now);
  expect(mediaMs(read())).toBe(960);
  expect(sumCounter(metricsMemory, 'underruns')).toBe(0);
});

test('catches up after a stall shorter than the lead, and nobody hears it', () => {
  id = playout.begin();
  playout.audio(id, audio(2000), 0);
  playout.tick(0);
  read();
  playout.tick(190);
  expect(mediaMs(read())).toBe(160);
  expect(sumCounter(metricsMemory, 'underruns')).toBe(0);
  expect(sumHistogram(metricsMemory, 'frame_late_ms').sum).toBeGreaterThan(100);
});

test('a stall longer than the lead is an underrun of ours; audio that came late is the provider’s gap', () => {
  id = playout.begin();
  playout.audio(id, audio(1000), 0);
  playout.tick(0);
  playout.tick(300);
  expect(sumCounter(metricsMemory, 'underruns')).toBe(1);
  expect(playout.underruns).toBe(1);
  make();
  id = playout.begin();
  playout.audio(id, audio(200), 0);
  playout.tick(0);
  playout.audio(id, audio(200), 500);
  playout.tick(500);
  expect(sumCounter(metricsMemory, 'underruns')).toBe(0);
  expect(sumCounter(metricsMemory, 'tts_gaps')).toBe(1);
});

test('a pause between two replies is neither', () => {
  id = playout.begin();
  playout.audio(id, audio(100), 0);
  playout.finish(id, 0);
  playout.tick(0);
  id = playout.begin();
  playout.audio(id, audio(100), 5000);
  playout.finish(id, 5000);
  playout.tick(5000);
  expect(sumCounter(metricsMemory, 'underruns') + sumCounter(metricsMemory, 'tts_gaps')).toBe(0);
});

test('chunks of any size leave as whole frames, and the end is padded with silence', () => {
  id = playout.begin();
  for (const size of [37, 101, 333, 7]) playout.audio(id, audio(100).subarray(0, size), 0);
  playout.tick(0);
  const first = read().filter((message) => message.event === 'media');
  expect(first.every((message) => message.payload.length % 160 === 0)).toBe(true);
  playout.finish(id, 20);
  playout.tick(20);
  const rest = read();
  const last = rest.filter((message) => message.event === 'media').at(-1)!;
  expect(last.payload.length % 160).toBe(0);
  expect(last.payload.at(-1)).toBe(0xff);
  expect(rest.at(-1)!.event).toBe('mark');
  expect(playout.framesOut).toBe(3);
});

test('a mark follows every half second and the end', () => {
  id = playout.begin();
  playout.audio(id, audio(1200), 0);
  playout.finish(id, 0);
  for (let now = 0; now <= 1200; now += 10) playout.tick(now);
  const sent = read();
  expect(sent.filter((message) => message.event === 'mark').map((message) => message.name)).toEqual([
    'g0.0',
    'g0.1',
    'g0.2',
  ]);
  expect(sent.at(-1)!.event).toBe('mark');
});

test('clear drops the queue and tells Twilio, also after the last chunk was handed over', () => {
  id = playout.begin();
  playout.audio(id, audio(1000), 0);
  playout.tick(0);
  read();
  expect(playout.cut(50)).toBe(true);
  expect(playout.queuedMs).toBe(0);
  expect(read().map((message) => message.event)).toEqual(['clear']);
  id = playout.begin();
  playout.audio(id, audio(100), 100);
  playout.finish(id, 100);
  playout.tick(100);
  read();
  expect(playout.cut(150)).toBe(true); // the provider is done, Twilio still holds 50 ms
  expect(playout.cut(1000)).toBe(false); // nothing unplayed: nothing to clear
});

test('with the ring full no audio is lost, and a clear is late but not lost', () => {
  make(2048);
  id = playout.begin();
  playout.audio(id, audio(400), 0);
  playout.tick(0);
  const first = read();
  for (let now = 10; now <= 400; now += 10) {
    playout.tick(now);
  }
  // Each time the reader is away is one wait, however many ticks it takes; and a wait is no loss.
  expect(sumCounter(metricsMemory, 'egress_held')).toBe(2);
  expect(sumCounter(metricsMemory, 'ring_dropped_egress')).toBe(0);
  playout.cut(400);
  const before = [...first, ...read()];
  playout.tick(410);
  const after = read();
  expect([...before, ...after].map((message) => message.event)).toContain('clear');
  expect(mediaMs(before)).toBeLessThanOrEqual(400);
});

test('what is beyond two minutes of waiting audio is dropped, counted, and nothing else is', () => {
  id = playout.begin();
  let taken = 0;
  while (taken < 200 && sumCounter(metricsMemory, 'reply_too_long') === 0) {
    playout.audio(id, audio(1000), 0);
    taken++;
  }
  playout.finish(id, 0);
  for (let now = 0; now <= 132_000; now += 20) {
    playout.tick(now);
    read();
  }
  expect(playout.framesOut).toBe(131 * 50);
});

test.each([1, 2, 3, 4, 5, 6])(
  'every byte leaves once, in order, in whole frames, within the lead (seed %i)',
  (seed) => {
    const random = seededRandom(seed);
    make(4096);
    let put = 0;
    let got = 0;
    let wrong = 0;
    const check = (): void => {
      for (const { event, payload } of read()) {
        if (event !== 'media') continue;
        expect(payload.length % 160).toBe(0);
        for (const byte of payload) if (byte !== ((got++ * 7) & 0x7f)) wrong++;
      }
    };
    id = playout.begin();
    for (let now = 0; now < 20_000; now += 5) {
      if (random() < 0.05 && put - got < 100_000) {
        const chunk = Uint8Array.from({ length: 1 + Math.floor(random() * 4000) }, () => (put++ * 7) & 0x7f);
        playout.audio(id, chunk, now);
      }
      playout.tick(now);
      expect(playout.aheadMs(now)).toBeLessThanOrEqual(200);
      if (random() < 0.9) check();
    }
    check();
    expect(wrong).toBe(0);
    expect(got).toBeGreaterThan(20_000);
    expect(playout.queuedMs).toBe((put - got) / 8);
    expect(playout.framesOut).toBe(got / 160);
    expect(sumCounter(metricsMemory, 'frames_out')).toBe(got / 160);
  },
);

test('close comes after everything written before', () => {
  id = playout.begin();
  playout.audio(id, audio(40), 0);
  playout.finish(id, 0);
  playout.tick(0);
  egress.close();
  expect(read().map((message) => message.event)).toEqual(['media', 'mark', 'CLOSE']);
});

test('a hold that ends within the lead costs nothing: no gap, no lateness, no byte twice', () => {
  id = playout.begin();
  playout.audio(id, audio(1000), 0);
  playout.hold(50);
  playout.tick(100);
  expect(mediaMs(read())).toBe(200);
  playout.resume(150);
  for (let now = 160; now <= 1000; now += 10) playout.tick(now);
  expect(mediaMs(read())).toBe(800);
  expect(sumCounter(metricsMemory, 'underruns') + sumCounter(metricsMemory, 'tts_gaps')).toBe(0);
  expect(sumHistogram(metricsMemory, 'frame_late_ms').sum).toBeLessThan(20);
  expect(sumCounter(metricsMemory, 'floor_pauses')).toBe(0);
});

test('after the lead has run out it goes on from the start of the word that was cut off', () => {
  id = playout.begin();
  playout.text(id, 'one two three ');
  playout.words(id, ['one', 'two', 'three'], [0, 150, 500], [140, 480, 900]);
  playout.audio(id, audio(900), 0);
  read();
  playout.hold(20);
  playout.tick(1000);
  expect(mediaMs(read())).toBe(0);
  playout.resume(1000);
  expect(sumCounter(metricsMemory, 'floor_pauses')).toBe(1);
  // 200 ms had been played: "one" whole, and 50 ms of "two", which begins anew.
  const next = read().filter(({ event }) => event === 'media')[0].payload;
  expect([...next.subarray(0, 4)]).toEqual([...audio(900).subarray(150 * 8, 150 * 8 + 4)]);
  playout.finish(id, 1000);
  for (let now = 1010; now <= 2000; now += 10) playout.tick(now);
  expect(playout.heard(id, 3600).complete).toBe(true);
  expect(sumCounter(metricsMemory, 'underruns')).toBe(0);
});

test('without word times it goes on where it stopped', () => {
  id = playout.begin();
  playout.audio(id, audio(900), 0);
  read();
  playout.hold(20);
  playout.resume(1000);
  const next = read().filter(({ event }) => event === 'media')[0].payload;
  expect([...next.subarray(0, 4)]).toEqual([...audio(900).subarray(200 * 8, 200 * 8 + 4)]);
});

test('from a CLEAR to the first mark that comes back for it is observed, once, and only then', () => {
  id = playout.begin();
  playout.audio(id, audio(1000), 1000);
  for (let now = 1000; now <= 1800; now += 5) playout.tick(now);
  const marks = read().filter(({ event }) => event === 'mark');
  expect(marks.length).toBeGreaterThan(0);
  playout.mark(marks[0].name, 1801);
  playout.begin();
  const more = playout.begin();
  playout.audio(more, audio(1000), 1850);
  for (let now = 1850; now <= 2500; now += 5) playout.tick(now);
  const later = read().filter(({ event }) => event === 'mark');
  expect(playout.cut(2510)).toBe(true);
  expect(sumHistogram(metricsMemory, 'clear_echo_ms').count).toBe(0);
  for (const { name } of later) playout.mark(name, 2570);
  expect(sumHistogram(metricsMemory, 'clear_echo_ms')).toMatchObject({ count: 1, sum: 60 });
});

test('a pause is heard at once, loses nothing, and goes on from the start of the word it cut off', () => {
  id = playout.begin();
  playout.text(id, 'one two three ');
  playout.words(id, ['one', 'two', 'three'], [0, 90, 500], [80, 480, 900]);
  playout.audio(id, audio(900), 0);
  expect(mediaMs(read())).toBe(200);
  playout.pause(150);
  expect(read().map(({ event }) => event)).toEqual(['clear']);
  expect(playout.isHeld).toBe(true);
  expect(playout.heard(id, 400).text).toBe('one');
  expect(playout.queuedMs).toBe(750);
  playout.pause(200);
  playout.tick(300);
  expect(mediaMs(read())).toBe(0);
  playout.resume(500);
  const next = read().filter(({ event }) => event === 'media')[0].payload;
  expect([...next.subarray(0, 4)]).toEqual([...audio(900).subarray(90 * 8, 90 * 8 + 4)]);
  playout.finish(id, 500);
  for (let now = 510; now <= 1500; now += 10) playout.tick(now);
  expect(playout.heard(id, 3600)).toMatchObject({ text: 'one two three', complete: true });
  expect(playout.isOver(id, 3600)).toBe(true);
  expect(playout.framesOut).toBe(10 + Math.ceil(810 / 20));
  expect(sumCounter(metricsMemory, 'underruns')).toBe(0);
});

test('what was heard before a pause stays heard when the reply is given up', () => {
  id = playout.begin();
  playout.text(id, 'one two three ');
  playout.words(id, ['one', 'two', 'three'], [0, 90, 500], [80, 480, 900]);
  playout.audio(id, audio(900), 0);
  playout.pause(150);
  playout.cut(400);
  expect(playout.heard(id, 5000)).toMatchObject({ text: 'one', complete: false });
  expect(playout.isHeld).toBe(false);
  expect(playout.queuedMs).toBe(0);
});

test('the last of a reply, all of it with Twilio, plays on through a pause', () => {
  id = playout.begin();
  playout.audio(id, audio(100), 0);
  playout.finish(id, 0);
  playout.tick(0);
  read();
  playout.pause(20);
  expect(read().filter(({ event }) => event === 'clear')).toEqual([]);
  expect(playout.isOver(id, 3000)).toBe(true);
});

test('a stop in silence cuts no word off, though the voice says that the word goes on', () => {
  id = playout.begin();
  playout.text(id, 'one two ');
  playout.words(id, ['one', 'two'], [0, 300], [290, 800]);
  const sound = audio(900);
  sound.fill(0xff, 100 * 8, 300 * 8);
  playout.audio(id, sound, 0);
  read();
  playout.hold(20);
  playout.resume(1000);
  const next = read().filter(({ event }) => event === 'media')[0].payload;
  // What is left of that silence is not said again: there has been enough of it.
  expect([...next.subarray(0, 4)]).toEqual([...sound.subarray(300 * 8, 300 * 8 + 4)]);
  playout.finish(id, 1000);
  for (let now = 1010; now <= 2000; now += 10) playout.tick(now);
  expect(playout.heard(id, 3600)).toMatchObject({ text: 'one two', complete: true });
});

test('a cut ends a hold, and audio of what was cut is dropped, counted', () => {
  id = playout.begin();
  playout.audio(id, audio(900), 0);
  playout.hold(20);
  playout.cut(30);
  expect(playout.isHeld).toBe(false);
  read();
  playout.audio(id, audio(100), 40);
  playout.resume(50);
  expect(read()).toEqual([]);
  expect(sumCounter(metricsMemory, 'stale_audio')).toBe(1);
});

test('the levels of what we play are told as it will be heard, and taken back from a cut on', () => {
  const told: string[] = [];
  const played = {
    sent: (callMs: number, _mulaw: Uint8Array, offset: number, count: number) =>
      told.push(`${callMs}: ${count / 8} ms from ${offset}`),
    cut: (callMs: number) => told.push(`cut ${callMs}`),
  };
  playout.played = played as unknown as PlayedLevels;
  id = playout.begin();
  playout.audio(id, audio(60), 1000);
  playout.finish(id, 1000);
  playout.cut(1020);
  playout.cut(1021);
  // The way to Twilio is taken to be 30 ms.
  expect(told.slice(0, 2)).toEqual(['1030: 40 ms from 0', '1070: 20 ms from 0']);
  expect(told).toHaveLength(3);
  expect(told[2]).toMatch(/^cut 10[2-5]\d$/);
});

test('a voice that breaks off in a word: what is unsent of the word goes, and the next voice joins on there', () => {
  id = playout.begin();
  playout.text(id, 'One two.');
  playout.words(id, ['One', 'two.'], [0, 300], [300, 600]);
  playout.audio(id, new Uint8Array(500 * 8).fill(1), 0);
  read();
  expect(playout.breakOff(id)).toMatchObject({ rest: ' two.', baseMs: 300 });
  playout.words(id, ['two.'], [300], [600]);
  playout.audio(id, new Uint8Array(300 * 8).fill(2), 50);
  playout.finish(id, 50);
  for (let now = 60; now <= 800; now += 20) playout.tick(now);
  const sent = Buffer.concat(read().map(({ payload }) => payload));
  expect(sent.indexOf(2)).toBe(800);
  expect(sent.length).toBe(3200);
  expect(playout.heard(id, 3000)).toMatchObject({ text: 'One two.', complete: true });
});

test('a reply begun before another has its audio later: it plays behind that, and ends as the one under way', () => {
  id = playout.begin();
  const between = playout.begin();
  playout.audio(between, new Uint8Array(245 * 8).fill(1), 0);
  playout.finish(between, 0);
  playout.audio(id, new Uint8Array(100 * 8).fill(2), 10);
  playout.finish(id, 20);
  for (let now = 20; now <= 400; now += 20) playout.tick(now);
  const sent = read();
  const heard = Buffer.concat(sent.map(({ payload }) => payload));
  expect([heard.indexOf(2), heard.length]).toEqual([245 * 8, 360 * 8]);
  expect(sent.at(-1)?.event).toBe('mark');
  expect([playout.isOver(between, 2000), playout.isOver(id, 2000)]).toEqual([true, true]);
});
