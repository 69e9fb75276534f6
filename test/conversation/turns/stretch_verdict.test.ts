import { describe, expect, test } from 'vitest';
import { emptyWindow, type SoundWindow } from '../../../src/conversation/turns/sound_window.js';
import { Stretch } from '../../../src/conversation/turns/stretch.js';
import { judgeStretch } from '../../../src/conversation/turns/stretch_verdict.js';

const VOICE: Partial<SoundWindow> = { probability: 0.95, levelDb: -25, voicing: 0.8, change: 4, likeness: 0 };

/** `windows` of a sound from 0 on, judged `quietMs` after its end. */
function judge(
  windows: number,
  kind: Partial<SoundWindow>,
  quietMs: number,
  text = '',
  over: {
    callerDb?: number;
    echoDb?: number;
    lineEcho?: number;
    isEchoLine?: boolean;
    ourWords?: string;
    coveredToMs?: number;
    finalToMs?: number;
  } = {},
): string {
  const stretch = new Stretch(0);
  for (let i = 1; i <= windows; i++) {
    // A voice's level moves from window to window, unless it is said not to.
    const levelDb = (kind.levelDb ?? Number.NaN) + (kind.change === 0 ? 0 : i % 2 === 0 ? 2 : -2);
    stretch.add({ ...emptyWindow(), ...kind, levelDb }, i * 32);
  }
  stretch.text = stretch.finalText = text;
  stretch.coveredToMs = over.coveredToMs ?? windows * 32;
  stretch.finalToMs = over.finalToMs ?? windows * 32;
  const context = {
    nowMs: windows * 32 + quietMs,
    language: 'en',
    callerDb: over.callerDb ?? Number.NaN,
    echoDb: over.echoDb ?? Number.NaN,
    lineEcho: over.lineEcho ?? Number.NaN,
    isEchoLine: over.isEchoLine ?? false,
    noiseDb: Number.NaN,
    isUnheard: false,
    ourWords: over.ourWords ?? '',
  };
  return judgeStretch(stretch, context);
}

test.each([
  ['No', 640, 0, 'undecided'], // "no problem" may follow
  ['No', 640, 800, 'stop'],
  ['No', 760, 0, 'stop'], // all of it was heard
  ['No that', 640, 0, 'stop'],
])('a final "%s" that ends at %i ms of a voice of 832, %i ms ago: %s', (text, finalToMs, quietMs, expected) => {
  expect(judge(26, VOICE, quietMs, text, { finalToMs, coveredToMs: finalToMs, callerDb: -25 })).toBe(expected);
});

describe('by sound alone', () => {
  test.each([
    [1, VOICE, 32, 'undecided'],
    [2, VOICE, 96, 'noise'], // a click
    [8, VOICE, 0, 'undecided'],
    [8, VOICE, 96, 'undecided'], // its words may come
    [8, VOICE, 799, 'undecided'],
    [8, VOICE, 800, 'noise'], // they did not
    [8, { ...VOICE, probability: 0.6 }, 96, 'noise'],
    [37, VOICE, 0, 'undecided'],
    [38, VOICE, 0, 'speech'], // a voice that goes on
    [5, { ...VOICE, voicing: 0.1 }, 0, 'undecided'], // an "s" is as long
    [6, { ...VOICE, voicing: 0.1 }, 0, 'noise'],
    [12, { ...VOICE, change: 0 }, 0, 'noise'], // steady
    [30, { ...VOICE, likeness: 0.9 }, 0, 'echo'],
    [29, { ...VOICE, likeness: 0.9 }, 0, 'undecided'],
    [6, { probability: 0.95 }, 0, 'undecided'],
    [38, { probability: 0.95 }, 0, 'speech'],
  ] as const)('%i windows of %j, %i ms ago: %s', (windows, kind, quietMs, expected) => {
    expect(judge(windows, kind, quietMs)).toBe(expected);
  });

  test.each([
    [40, -10, 'speech'],
    [40, -25, 'speech'],
    [40, -31, 'speech'],
    [40, -33, 'background'], // what lasts is never so much softer than the caller
    [40, -60, 'background'],
    [6, -33, 'undecided'], // a word may be
    [6, -36, 'background'],
  ])('%i windows at %d dB, the caller at -25: %s', (windows, levelDb, expected) => {
    expect(judge(windows, { ...VOICE, levelDb }, 0, '', { callerDb: -25 })).toBe(expected);
  });

  test('a call with echoes: what is as loud as they are is one, what is louder is the caller', () => {
    const over = { callerDb: -25, echoDb: -33 };
    expect(judge(8, { ...VOICE, levelDb: -32 }, 0, '', over)).toBe('echo');
    expect(judge(8, { ...VOICE, levelDb: -26 }, 0, '', over)).toBe('undecided');
    expect(judge(8, { ...VOICE, levelDb: -32 }, 0, '', { callerDb: -25, lineEcho: 0.9 })).toBe('echo');
    expect(judge(8, { ...VOICE, levelDb: -32 }, 0, '', { callerDb: -25, lineEcho: 0.5 })).toBe('undecided');
    expect(judge(12, { ...VOICE, levelDb: -32 }, 200, 'the second one', over)).toBe('undecided');
    expect(judge(12, { ...VOICE, levelDb: -32 }, 700, 'the second one', over)).toBe('speech');
  });

  test('what was judged far stays far at the border', () => {
    const stretch = new Stretch(0);
    for (let i = 1; i <= 8; i++) stretch.add({ ...emptyWindow(), ...VOICE, levelDb: -34 }, i * 32);
    const context = {
      nowMs: 256,
      language: 'en',
      callerDb: -25,
      echoDb: Number.NaN,
      lineEcho: Number.NaN,
      isEchoLine: false,
      noiseDb: Number.NaN,
      isUnheard: false,
      ourWords: '',
    };
    expect(judgeStretch(stretch, context)).toBe('undecided');
    stretch.verdict = 'background';
    expect(judgeStretch(stretch, context)).toBe('background');
  });

  test('a voice without words for four seconds is a television', () => {
    const stretch = new Stretch(0);
    stretch.add({ ...emptyWindow(), ...VOICE }, 4000);
    expect(
      judgeStretch(stretch, {
        nowMs: 4032,
        language: 'en',
        callerDb: Number.NaN,
        echoDb: Number.NaN,
        lineEcho: Number.NaN,
        isEchoLine: false,
        noiseDb: Number.NaN,
        isUnheard: false,
        ourWords: '',
      }),
    ).toBe('background');
  });
});

describe('by words', () => {
  test.each([
    ['stop', 'stop'],
    ['wait a second', 'stop'],
    ['yeah', 'backchannel'],
    ['no problem', 'backchannel'],
    ['um', 'backchannel'],
    ['I would like soup', 'speech'],
    ['okay stop', 'stop'],
    ['I wanted the soup but it was cold', 'speech'],
  ])('"%s" is %s', (text, expected) => {
    expect(judge(12, VOICE, 200, text)).toBe(expected);
  });

  test.each([
    ['we are open', 'we are open until nine', 0, 'echo'],
    ['nine', 'we are open until nine', 0, 'speech'],
    ['nine', 'we are open until nine', 0.6, 'echo'],
    ['open at nine', 'we are open until nine', 0, 'speech'],
    ['yeah', '', 0.9, 'backchannel'],
  ])('"%s" after our "%s", likeness %d: %s', (text, ourWords, likeness, expected) => {
    expect(judge(20, { ...VOICE, likeness }, 200, text, { ourWords })).toBe(expected);
  });

  test('a nod behind which the voice goes on is none yet', () => {
    expect(judge(30, VOICE, 0, 'okay', { coveredToMs: 400 })).toBe('undecided');
    expect(judge(30, VOICE, 0, 'okay', { coveredToMs: 600 })).toBe('backchannel');
    expect(judge(30, VOICE, 96, 'okay', { coveredToMs: 400 })).toBe('backchannel');
  });

  test('words from far away are the room', () => {
    expect(judge(12, { ...VOICE, levelDb: -45 }, 200, 'stop that', { callerDb: -25 })).toBe('background');
  });
});
