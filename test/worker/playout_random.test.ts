// Playout against a phone that plays what it is sent, under random holds, resumes and cuts. The bytes of a reply say their
// own place in it, so the phone can tell a lost word from one said twice.

import { expect, test } from 'vitest';
import { dsp } from '../../src/audio/kernels/addon.js';
import type { ReplyId } from '../../src/conversation/playout/playout_ledger.js';
import { createSharedMetrics, sumCounter, ThreadMetrics } from '../../src/metrics/shared_metrics.js';
import { createSlab, SlotRings } from '../../src/threads/slab.js';
import { EgressBuffers, MediaEgress } from '../../src/worker/media_egress.js';
import { Playout } from '../../src/worker/playout.js';
import { Timeline } from '../../src/worker/timeline.js';
import { seededRandom } from '../threads/random_records.js';

const STEP_MS = 5;
const ONE_WAY_MS = 20;
const PADDING = 0xff;
/** A millisecond in which the phone had nothing to play. */
const SILENCE = -1;
/** Longer silence within a word is heard. */
const SILENCE_MS_MAX = 50;
/** Within so much of a word's edge silence cuts nothing off. */
const EDGE_BYTES = 32 * 8;

/** Byte `i` of a reply: pairs of 7 bits, the second marked, so that a pair is found wherever reading begins. */
const byteAt = (i: number): number => (i % 2 === 0 ? (i >> 1) & 0x7f : 0x80 | ((i >> 8) & 0x7f));

interface Said {
  id: ReplyId;
  words: { text: string; startMs: number; endMs: number }[];
  audio: Uint8Array;
  given: number;
  finished: boolean;
  /** Places of the bytes that the phone played, in order, and SILENCE. */
  played: number[];
  heardChars: number;
}

/** Plays a FIFO at 8 bytes a millisecond; everything takes ONE_WAY_MS to it and back. */
class Phone {
  readonly arriving: { atMs: number; kind: 'media' | 'mark' | 'clear'; bytes: number[]; name: string }[] = [];
  readonly echoes: { atMs: number; name: string }[] = [];
  readonly fifo: (number | string)[] = [];
  played: number[] = [];

  step(nowMs: number): void {
    while (this.arriving.length > 0 && this.arriving[0].atMs <= nowMs) {
      const { kind, bytes, name } = this.arriving.shift()!;
      if (kind === 'media') for (const byte of bytes) this.fifo.push(byte);
      else if (kind === 'mark') this.fifo.push(name);
      else for (const entry of this.fifo.splice(0)) if (typeof entry === 'string') this.echo(entry, nowMs);
    }
    let budget = STEP_MS * 8;
    while (this.fifo.length > 0) {
      const entry = this.fifo[0];
      if (typeof entry === 'number' && budget-- <= 0) break;
      this.fifo.shift();
      if (typeof entry === 'string') this.echo(entry, nowMs);
      else this.played.push(entry);
    }
    for (; budget >= 8; budget -= 8) this.played.push(SILENCE);
  }
  echo(name: string, nowMs: number): void {
    this.echoes.push({ atMs: nowMs + ONE_WAY_MS, name });
  }
}

/** The places that a stretch of played bytes stands for. */
function places(bytes: number[]): number[] {
  const all: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === PADDING) continue;
    if (bytes[i] === SILENCE) {
      all.push(SILENCE);
      continue;
    }
    const isSecond = bytes[i] >= 0x80;
    const other = isSecond ? bytes[i - 1] : bytes[i + 1];
    if (other === undefined || other < 0 || other >= 0x80 === isSecond) continue; // half of a pair at an edge
    const low = isSecond ? other : bytes[i];
    const high = (isSecond ? bytes[i] : other) & 0x7f;
    all.push((((high << 7) | low) << 1) + (isSecond ? 1 : 0));
  }
  return all;
}

function makeReply(id: ReplyId, random: () => number): Said {
  const words: Said['words'] = [];
  let atMs = 0;
  for (let i = 0; i < 3 + random() * 6; i++) {
    const endMs = atMs + 100 + Math.floor(random() * 400);
    words.push({ text: `word${i} `, startMs: atMs, endMs });
    atMs = endMs + (random() < 0.5 ? 0 : Math.floor(random() * 120));
  }
  const audio = Uint8Array.from({ length: atMs * 8 }, (_, i) => byteAt(i));
  return { id, words, audio, given: 0, finished: false, played: [], heardChars: 0 };
}

/** How often the phone played the word whole, without silence inside it. */
function timesSaid(played: number[], { startMs, endMs }: Said['words'][0]): number {
  const [start, end] = [startMs * 8, endMs * 8];
  let count = 0;
  let next = -1;
  let silentMs = 0;
  for (const place of played) {
    if (place === SILENCE) {
      silentMs++;
      continue;
    }
    if (place < start || place >= end) next = -1;
    // Half a pair is unreadable where a stretch begins or ends: two bytes more or less are the same place.
    else if (Math.abs(place - start) <= 2) next = place + 1;
    else if (Math.abs(place - next) <= 2) {
      const isInside = place > start + EDGE_BYTES && place < end - EDGE_BYTES;
      if (silentMs > SILENCE_MS_MAX && isInside) next = -1;
      else if (place >= end - 3 && next > 0) {
        count++;
        next = -1;
      } else next = place + 1;
    } else next = -1;
    silentMs = 0;
  }
  return count;
}

/** What was played goes back to an earlier place only after a silence that was heard. */
function repeatsWithoutNeed(played: number[]): number {
  let count = 0;
  let before = -1;
  let silentMs = 0;
  for (const place of played) {
    if (place === SILENCE) {
      silentMs++;
      continue;
    }
    if (place < before - 2 && silentMs < SILENCE_MS_MAX - 2 * STEP_MS) count++;
    before = place;
    silentMs = 0;
  }
  return count;
}

test.each(Array.from({ length: 10 }, (_, i) => i + 1))(
  'nothing lost, nothing twice, nothing after a cut (seed %i)',
  (seed) => {
    const random = seededRandom(seed);
    const slab = createSlab({ slots: 1, ingressBytes: 1024, egressBytes: 1 << 16 });
    const reader = new SlotRings(slab, 0).egress;
    const metricsMemory = createSharedMetrics(1);
    const metrics = new ThreadMetrics(metricsMemory, 0);
    const egress = new MediaEgress(new SlotRings(slab, 0).egress, dsp, metrics, new EgressBuffers(), () => {});
    const timeline = new Timeline();
    timeline.originMs = 0;
    const playout = new Playout(egress, metrics, { leadMs: 200, messageMs: 40 }, timeline, () => {});
    egress.open(`MZ${'0'.repeat(32)}`);
    const phone = new Phone();
    let said: Said | null = null;
    let wasHeld = false;
    let whole = 0;
    let cuts = 0;

    const pump = (nowMs: number): void => {
      while (reader.next()) {
        const text = Buffer.from(reader.bytes.slice(reader.offset, reader.offset + reader.length)).toString();
        const message = JSON.parse(text) as {
          event: 'media' | 'mark' | 'clear';
          media?: { payload: string };
          mark?: { name: string };
        };
        expect(wasHeld && playout.isHeld && message.event === 'media', 'no audio in a hold').toBe(false);
        const bytes = [...Buffer.from(message.media?.payload ?? '', 'base64')];
        phone.arriving.push({ atMs: nowMs + ONE_WAY_MS, kind: message.event, bytes, name: message.mark?.name ?? '' });
      }
      reader.release();
    };
    const collect = (): void => {
      said?.played.push(...places(phone.played));
      const sound = phone.played.filter((byte) => byte !== SILENCE);
      if (said === null) expect(sound, 'no sound after a cut').toEqual([]);
      phone.played = [];
    };

    for (let nowMs = 1000; nowMs < 61_000; nowMs += STEP_MS) {
      phone.step(nowMs);
      while (phone.echoes.length > 0 && phone.echoes[0].atMs <= nowMs) playout.mark(phone.echoes.shift()!.name, nowMs);
      if (said === null) {
        if (phone.fifo.length === 0 && phone.arriving.length === 0 && random() < 0.1) {
          phone.played = [];
          said = makeReply(playout.begin(), random);
          playout.text(said.id, said.words.map(({ text }) => text).join(''));
          const { words } = said;
          playout.words(
            said.id,
            words.map(({ text }) => text.trim()),
            words.map(({ startMs }) => startMs),
            words.map(({ endMs }) => endMs),
          );
        }
      } else if (said.given < said.audio.length) {
        if (random() < 0.4) {
          const count = Math.min(said.audio.length - said.given, Math.floor(random() * 2000));
          playout.audio(said.id, said.audio.subarray(said.given, said.given + count), nowMs);
          said.given += count;
        }
      } else if (!said.finished) {
        said.finished = true;
        playout.finish(said.id, nowMs);
      }
      const dice = random();
      if (said !== null && dice < 0.02) playout.hold(nowMs);
      else if (dice < 0.04) playout.resume(nowMs);
      else playout.tick(nowMs);
      pump(nowMs);
      wasHeld = playout.isHeld;
      if (said === null) continue;
      const heard = playout.heard(said.id, nowMs);
      expect(heard.text.length, 'heard grows').toBeGreaterThanOrEqual(said.heardChars);
      said.heardChars = heard.text.length;
      if (random() < 0.001) {
        cuts++;
        playout.cut(nowMs);
        pump(nowMs);
        const told = playout.heard(said.id, nowMs).text.split(' ').filter(Boolean).length;
        playout.resume(nowMs);
        playout.audio(said.id, said.audio.subarray(0, 400), nowMs);
        for (let later = nowMs; later < nowMs + 2 * ONE_WAY_MS; later += STEP_MS) phone.step(later);
        collect();
        const truth = said.words.filter(({ startMs, endMs }) =>
          said!.played.some((place) => place >= (startMs + (endMs - startMs) / 2) * 8),
        ).length;
        expect(Math.abs(told - truth), 'words heard, as told and as played').toBeLessThanOrEqual(1);
        said = null;
        wasHeld = false;
        nowMs += 2 * ONE_WAY_MS;
      } else if (playout.isOver(said.id, nowMs) && phone.fifo.length === 0 && phone.arriving.length === 0) {
        collect();
        for (const word of said.words) expect(timesSaid(said.played, word), `${word.text} of ${said.id}`).toBe(1);
        expect(repeatsWithoutNeed(said.played)).toBe(0);
        expect(playout.heard(said.id, nowMs).complete).toBe(true);
        whole++;
        said = null;
      }
    }
    expect(whole + cuts).toBeGreaterThan(5);
    expect(sumCounter(metricsMemory, 'underruns')).toBe(0);
  },
);
