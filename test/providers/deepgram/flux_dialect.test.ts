// Flux through the same session as nova: what its calls hear, against the local Deepgram.

import { expect, test } from 'vitest';
import {
  API_KEY,
  feed,
  hooks,
  isOpen,
  newSimulator,
  open,
  pollStats,
  probe,
  provider,
  simulator,
  stt,
} from './deepgram_stage.js';

const LINE = 'I had the chicken curry and it was cold.';

function flux(settings: object = {}): void {
  provider({}, API_KEY, simulator.url, { model: 'flux-general-en', ...settings });
}

test('words come while they are spoken, and final ones when we ask for them', async () => {
  simulator.setScript('CA1', [
    { text: LINE, speechMs: 2000 },
    { text: 'Second line.', speechMs: 900 },
  ]);
  flux();
  const session = open();
  await probe.until(isOpen, 'open');
  feed(session, 2000, true);
  session.finalize();
  feed(session, 300, false);
  await probe.until(() => probe.finalText === LINE, 'the words');
  expect(probe.transcripts.some(({ isFinal, text }) => !isFinal && LINE.startsWith(text) && text !== '')).toBe(true);
  const last = probe.transcripts.filter(({ isFinal }) => isFinal).at(-1)!;
  expect(last).toMatchObject({ fromFinalize: true, endOfTurn: expect.any(Number) });
  expect(last.endMs).toBeGreaterThanOrEqual(2000);
  feed(session, 1500, false);
  feed(session, 900, true);
  feed(session, 1500, false);
  await probe.until(() => probe.finalText === `${LINE} Second line.`, 'the second turn');
  expect(probe.errors).toEqual([]);
});

test('its own end of a turn is told as the recogniser’s, once', async () => {
  simulator.setScript('CA1', [{ text: LINE, speechMs: 2000 }]);
  flux();
  const session = open();
  feed(session, 2000, true);
  feed(session, 1500, false);
  await probe.until(() => probe.transcripts.some(({ speechFinal }) => speechFinal), 'the end');
  expect(probe.finalText).toBe(LINE);
});

test('where Deepgram lets us end its turns, we do, and it never does', async () => {
  await simulator.close();
  await newSimulator({ apiKeys: [API_KEY], forceEndTurn: true });
  simulator.setScript('CA1', [{ text: LINE, speechMs: 2000 }]);
  flux({ forceEndTurn: true });
  const session = open();
  await probe.until(isOpen, 'open');
  feed(session, 2000, true);
  session.finalize();
  await probe.until(() => probe.finalText === LINE, 'the words');
  expect(probe.transcripts.at(-1)).toMatchObject({ isFinal: true, fromFinalize: true, speechFinal: false });
});

test('where it does not, the refused message is sent once, and the call hears all the same', async () => {
  // The local one takes a stretch that is heard again for the next line.
  simulator.setScript('CA1', [
    { text: LINE, speechMs: 2000 },
    { text: LINE, speechMs: 2000 },
  ]);
  flux({ forceEndTurn: true });
  const session = open();
  await probe.until(isOpen, 'open');
  feed(session, 2000, true);
  session.finalize();
  await probe.until(() => probe.opens > 1, 'a second connection');
  session.finalize();
  feed(session, 1500, false);
  await probe.until(() => probe.finalText !== '', 'the words');
  expect(simulator.stats.badMessages).toBe(1);
  expect(probe.ears).toEqual([]);
});

test('a connection that breaks in a turn: what was not final yet is heard again', async () => {
  // The local one takes a stretch that is heard again for the next line.
  simulator.setScript('CA1', [
    { text: LINE, speechMs: 2000 },
    { text: LINE, speechMs: 2000 },
  ]);
  simulator.fail('tcp_cut', { after: 1000 });
  flux();
  const session = open();
  await probe.until(isOpen, 'open');
  feed(session, 1500, true);
  await probe.until(() => probe.opens > 1, 'a second connection');
  feed(session, 500, true);
  session.finalize();
  feed(session, 1500, false);
  await probe.until(() => probe.finalText !== '', 'the words');
  expect(probe.errors).toMatchObject([{ code: 'STT_CLOSED' }]);
});

test('an agent may have Flux where the others have nova-3, with its words and its language', async () => {
  provider();
  const options = { callSid: 'CA2', language: 'es-MX', keyterms: ['Eurest'], model: 'flux-general-multi' };
  stt.open(options, probe);
  await probe.until(isOpen, 'open');
  await pollStats(() => simulator.stats.opened > 0);
  expect(hooks.results.filter(({ ok }) => !ok)).toEqual([]);
});
