import { beforeEach, describe, expect, test } from 'vitest';
import { BUFFER_MS_MAX, Playout } from '../../loadtest/simulators/twilio/playout.js';
import { tone } from './twilio_fake_server.js';

let playout: Playout;
beforeEach(() => {
  playout = new Playout();
});
const push = (ms: number, atMs: number) => playout.push(tone(ms), 0, ms * 8, atMs);
const reached = (atMs: number) => {
  const names: string[] = [];
  for (let name = playout.takeReachedMark(atMs); name !== null; name = playout.takeReachedMark(atMs)) names.push(name);
  return names;
};

describe('marks', () => {
  test('with nothing buffered comes back at once', () => {
    expect(playout.mark('a', 10)).toBe(true);
    expect(playout.marksQueued).toBe(0);
  });

  test('comes back when the audio before it has played, not before', () => {
    push(100, 1000);
    expect(playout.mark('a', 1001)).toBe(false);
    push(50, 1010);
    playout.mark('b', 1011);
    expect(reached(1099.9)).toEqual([]);
    expect(reached(1100)).toEqual(['a']);
    expect(reached(1149.9)).toEqual([]);
    expect(reached(1150)).toEqual(['b']);
  });

  test('behind a mark that was not taken yet waits its turn', () => {
    push(20, 0);
    playout.mark('first', 0);
    expect(playout.mark('second', 500)).toBe(false);
    expect(reached(500)).toEqual(['first', 'second']);
  });

  test('still queued come back in order when the buffer is cleared', () => {
    push(100, 0);
    playout.mark('a', 0);
    push(100, 0);
    playout.mark('b', 0);
    expect(playout.clear(50)).toEqual(['a', 'b']);
    expect(reached(1000)).toEqual([]);
  });

  test('queued behind a clear belong to the audio after it', () => {
    push(1000, 0);
    playout.clear(500);
    push(100, 510);
    playout.mark('after', 510);
    expect(reached(609)).toEqual([]);
    expect(reached(610)).toEqual(['after']);
  });
});

describe('what is heard', () => {
  test('is played in real time however early it was sent', () => {
    push(300, 1000);
    push(20, 1010);
    expect(playout.segments).toMatchObject([{ atMs: 1000, bytes: 320 * 8, cleared: false }]);
    expect(playout.isPlaying(1319.9)).toBe(true);
    expect(playout.isPlaying(1320)).toBe(false);
    expect(playout.leadMsMax).toBe(310);
  });

  test('ends at the clear, to the sample', () => {
    push(1000, 0);
    playout.clear(123.5);
    expect(playout.segments).toMatchObject([{ atMs: 0, bytes: 988, cleared: true }]);
    expect(playout.clearedBytes).toBe(8000 - 988);
    expect(playout.isPlaying(124)).toBe(false);
  });

  test('after a clear is only what was sent after it', () => {
    playout.push(new Uint8Array(800).fill(0x10), 0, 800, 0);
    playout.clear(50);
    playout.push(new Uint8Array(80).fill(0x90), 0, 80, 50);
    const ear = playout.heardAudio(0, 100);
    expect(ear.length).toBe(800);
    expect([...ear.slice(0, 400)].every((sample) => sample < -1000)).toBe(true);
    expect([...ear.slice(400, 480)].every((sample) => sample > 1000)).toBe(true);
    expect([...ear.slice(480)].every((sample) => sample === 0)).toBe(true);
  });

  test('is silence between the segments', () => {
    push(10, 5);
    push(10, 25);
    const ear = playout.heardAudio(0, 40);
    const loud = (fromMs: number, toMs: number) => ear.slice(fromMs * 8, toMs * 8).every((s) => Math.abs(s) > 1000);
    const still = (fromMs: number, toMs: number) => ear.slice(fromMs * 8, toMs * 8).every((s) => s === 0);
    expect([still(0, 5), loud(5, 15), still(15, 25), loud(25, 35), still(35, 40)]).toEqual(Array(5).fill(true));
  });

  test('can be looked at from the middle', () => {
    push(100, 0);
    expect(playout.heardAudio(40, 60)).toEqual(playout.heardAudio(0, 100).slice(40 * 8, 60 * 8));
  });

  test('does not include what was still to play when the stream ended', () => {
    push(500, 0);
    playout.end(200);
    expect(playout.unheardBytes).toBe(300 * 8);
    expect(playout.segments).toMatchObject([{ bytes: 200 * 8, cleared: false }]);
  });

  test('is at most ten minutes ahead', () => {
    const minute = new Uint8Array(60_000 * 8);
    for (let i = 0; i < 10; i++) expect(playout.push(minute, 0, minute.length, 0)).toBe(minute.length);
    expect(playout.push(minute, 0, minute.length, 1000)).toBe(8000);
    expect(playout.overflowBytes).toBe(minute.length - 8000);
    expect(playout.emptyAtMs).toBe(1000 + BUFFER_MS_MAX);
  });

  test('tells a voice from streamed silence', () => {
    playout.push(new Uint8Array(160).fill(0xff), 0, 160, 0);
    expect(playout.segments[0].voicedAtMs).toBeNull();
    push(20, 10);
    playout.push(new Uint8Array(160).fill(0xff), 0, 160, 10);
    expect(playout.segments[0].voicedAtMs).toBe(20);
    expect(playout.voicedEndMs).toBe(40);
    expect(playout.emptyAtMs).toBe(60);
  });
});

describe('a hole in the playout', () => {
  test('of a few ms inside speech is an underrun', () => {
    push(100, 0);
    push(100, 120);
    expect(playout.underruns).toBe(1);
    expect(playout.gaps).toEqual([{ atMs: 100, gapMs: 20, underrun: true }]);
  });

  test('does not exist when audio comes in the moment the buffer runs dry', () => {
    push(100, 0);
    push(100, 100);
    expect(playout.gaps).toEqual([]);
    expect(playout.segments.length).toBe(1);
  });

  test('of a second is a new utterance', () => {
    push(100, 0);
    push(100, 1100);
    expect(playout.underruns).toBe(0);
    expect(playout.gaps).toEqual([{ atMs: 100, gapMs: 1000, underrun: false }]);
  });

  test('in which the caller spoke is the agent listening', () => {
    push(100, 0);
    playout.callerSpoke();
    push(100, 400);
    expect(playout.underruns).toBe(0);
  });

  test('that a clear made is not an underrun', () => {
    push(1000, 0);
    playout.clear(100);
    push(100, 200);
    expect(playout.underruns).toBe(0);
  });
});
