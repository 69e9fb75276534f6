import { expect, test } from 'vitest';
import { SpeechDetector, type VadOptions, WINDOW_MS } from '../../../src/audio/vad/speech_detector.js';

const OPTIONS: VadOptions = {
  startThreshold: 0.5,
  endThreshold: 0.35,
  minSpeechMs: 96,
  minSilenceMs: 96,
  padMs: 0,
  pauseMs: 96,
};

/** One letter per 32 ms window: S speech, d doubtful (between the thresholds), _ silence. */
const PROBABILITY: Record<string, number> = { S: 0.9, d: 0.4, _: 0.1 };

/** What was decided, each edge with the window (counted from 1) that decided it. */
function decisions(windows: string, options: VadOptions = OPTIONS) {
  const detector = new SpeechDetector(options);
  const edges: string[] = [];
  [...windows].forEach((letter, i) => {
    const edge = detector.push(PROBABILITY[letter], (i + 1) * WINDOW_MS);
    if (edge) edges.push(`${edge.slice('speech_'.length)}@${i + 1}`);
  });
  return { detector, edges: edges.join(' ') };
}

test.each([
  ['________', '', 'silence says nothing'],
  ['dddddddd', '', 'doubt alone never begins speech'],
  ['__SS____', '', 'a click shorter than the minimum is not speech'],
  ['__SSS___SS', 'start@5 end@8', 'speech starts with its third window and ends with the third of silence'],
  ['S_S_S_S_', '', 'knocks with silence between them do not add up'],
  ['SdSdS___', 'start@5 end@8', 'doubtful windows do not spoil an onset, nor count for it'],
  ['SdddSS__', 'start@6', 'three doubtful windows in an onset are tolerated'],
  ['SddddSS_', '', 'four are not'],
  ['SSS_SSS__S', 'start@3', 'a short pause does not end speech'],
  ['SSSdddddddd', 'start@3', 'doubt alone never ends speech'],
  ['SSS__d_', 'start@3 end@7', 'doubt inside a silence does not restart its clock'],
  ['SSS__S___', 'start@3 end@9', 'speech inside a silence does'],
  ['SSS___SSS___', 'start@3 end@6 start@9 end@12', 'the next utterance is a new one'],
])('%s: %s (%s)', (windows, expected) => {
  expect(decisions(windows).edges).toBe(expected);
});

test.each([
  ['minSpeechMs', 0, 'SSS', 'start@1'],
  ['minSpeechMs', 32, 'SSS', 'start@1'],
  ['minSpeechMs', 33, 'SSS', 'start@2'],
  ['minSilenceMs', 0, 'SSS____', 'start@3 end@4'],
  ['minSilenceMs', 64, 'SSS____', 'start@3 end@5'],
  ['minSilenceMs', 65, 'SSS____', 'start@3 end@6'],
])('%s %i on %s: %s', (name, value, windows, expected) => {
  expect(decisions(windows, { ...OPTIONS, [name]: value }).edges).toBe(expected);
});

test.each([
  ['SSS______', 'start@3 pause@6 end@9', 'a pause is reported before the silence is an end'],
  ['SSS____SS______', 'start@3 pause@6 resume@8 pause@12 end@15', 'once per silence'],
  ['SSS__SSS', 'start@3', 'a shorter silence is none'],
  ['______', '', 'and silence alone has none'],
])('%s: %s (%s)', (windows, expected) => {
  expect(decisions(windows, { ...OPTIONS, minSilenceMs: 192 }).edges).toBe(expected);
});

test.each([
  ['SSS______', 'start@3 pause@4 end@9', 'the first window of silence is a pause'],
  ['SSS_SS______', 'start@3 pause@4 resume@5 pause@7 end@12', 'in each silence'],
  ['SSSdddS', 'start@3', 'doubt is none'],
])('unless told otherwise: %s: %s (%s)', (windows, expected) => {
  expect(decisions(windows, { ...OPTIONS, minSilenceMs: 192, pauseMs: undefined }).edges).toBe(expected);
});

test('the thresholds themselves: at the start threshold it is speech, at the end threshold not yet silence', () => {
  const detector = new SpeechDetector({ ...OPTIONS, minSpeechMs: 0, minSilenceMs: 0 });
  expect(detector.push(0.4999, 32)).toBe(null);
  expect(detector.push(0.5, 64)).toBe('speech_start');
  expect(detector.push(0.35, 96)).toBe(null);
  expect(detector.push(0.3499, 128)).toBe('speech_end');
});

test('the times reported are those of the onset and of the silence, not of the decisions', () => {
  const { detector } = decisions('__SSSSS___');
  expect(detector.speechStartMs).toBe(2 * WINDOW_MS);
  expect(detector.speechEndMs).toBe(7 * WINDOW_MS);
});

test('an onset that came to nothing leaves the times of the last speech alone', () => {
  const { detector } = decisions('SSS___SS_');
  expect(detector.speechStartMs).toBe(0);
  expect(detector.speechEndMs).toBe(3 * WINDOW_MS);
});

test('the pad reaches back before the onset, but never into the speech before', () => {
  const padded = { ...OPTIONS, padMs: 80 };
  expect(decisions('___SSS', padded).detector.speechStartMs).toBe(3 * WINDOW_MS - 80);
  const { detector } = decisions('SSS_SSS', { ...padded, minSilenceMs: 0 });
  expect(detector.speechStartMs).toBe(3 * WINDOW_MS);
});

test('speaking lasts from the start to the end that were reported', () => {
  const detector = new SpeechDetector(OPTIONS);
  const speaking = [...'_SSS_S___'].map((letter, i) => {
    detector.push(PROBABILITY[letter], (i + 1) * WINDOW_MS);
    return detector.speaking ? '#' : '.';
  });
  expect(speaking.join('')).toBe('...#####.');
  expect(detector.speechEndMs).toBe(6 * WINDOW_MS);
});
