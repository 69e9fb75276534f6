import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DeepgramSimulator } from '../../loadtest/simulators/deepgram/server.js';
import { DeepgramClient, type DeepgramMessage, KEY } from './deepgram_client.js';

const NO_DELAY = { kind: 'fixed', ms: 0 } as const;
const INSTANT = { connect: NO_DELAY, interim: NO_DELAY, final: NO_DELAY, finalize: NO_DELAY };
const LISTEN = '/v2/listen?model=flux-general-en&encoding=mulaw&sample_rate=8000&tag=CA1';
const LINE = 'I had the chicken curry and it was cold.';

let simulator: DeepgramSimulator;
beforeEach(async () => {
  simulator = await DeepgramSimulator.start({ apiKeys: [KEY], latency: INSTANT, forceEndTurn: true });
});
afterEach(() => simulator.close());

const open = (query = ''): Promise<DeepgramClient> => DeepgramClient.open(simulator.url, LISTEN + query);
const ended = (turn: number) => (message: DeepgramMessage) =>
  message.event === 'EndOfTurn' && message.turn_index === turn;
const events = (client: DeepgramClient): string[] =>
  client.messages.filter((message) => message.type === 'TurnInfo').map((message) => message.event as string);

describe('handshake', () => {
  test.each([
    ['interim results are v1', '&interim_results=true', /interim_results/],
    ['a threshold out of range', '&eot_threshold=0.2', /eot_threshold/],
    ['eager above the end', '&eot_threshold=0.6&eager_eot_threshold=0.8', /eager/],
    ['a language hint for the English model', '&language_hint=en', /language_hint/],
    ['redaction that is v1', '&redact=ssn', /redact/],
    ['a key term with a weight', '&keyterm=term:0.15', /keyterm/],
  ])('%s: 400', async (_name, query, expected) => {
    await expect(open(query)).rejects.toThrow(expected);
  });

  test.each([
    ['an empty hint', '', /language_hint/],
    ['a language it does not speak', 'fi', /language_hint/],
  ])('%s for the multilingual model: 400', async (_name, hint, expected) => {
    const path = `${LISTEN.replace('general-en', 'general-multi')}&language_hint=${hint}`;
    await expect(DeepgramClient.open(simulator.url, path)).rejects.toThrow(expected);
  });

  test('a model of v1: 400', async () => {
    const path = LISTEN.replace('flux-general-en', 'nova-3');
    await expect(DeepgramClient.open(simulator.url, path)).rejects.toThrow(/Flux/);
  });
});

describe('a turn', () => {
  test('starts, is updated four times a second with the whole turn so far, and ends by the model', async () => {
    simulator.setScript('CA1', [{ text: LINE, speechMs: 3000 }, { text: 'Second line.' }]);
    const client = await open();
    client.silence(500);
    client.speak(3000);
    client.silence(600);
    await client.message(ended(0));
    expect(client.messages[0]).toMatchObject({ type: 'Connected', sequence_id: 0 });
    const turn = client.messages.filter((message) => message.turn_index === 0 && message.transcript !== '');
    expect(turn[0].event).toBe('StartOfTurn');
    expect(turn.filter((message) => message.event === 'Update').length).toBeGreaterThanOrEqual(9);
    // Never a delta: each text begins with the one before it.
    for (const [i, message] of turn.slice(1).entries())
      expect(message.transcript?.startsWith(turn[i].transcript as string)).toBe(true);
    expect(turn.at(-1)).toMatchObject({ event: 'EndOfTurn', transcript: LINE, trigger: 'model' });
    client.speak(900);
    client.silence(600);
    const second = await client.message(ended(1));
    expect(second.transcript).toBe('Second line.');
    expect(client.messages.map((message) => message.sequence_id)).toEqual(client.messages.map((_, i) => i));
  });

  test('ends later when the text reads as unfinished', async () => {
    simulator.setScript('CA1', [{ text: 'My number is', speechMs: 1000 }]);
    const client = await open();
    client.speak(1000);
    client.silence(500);
    client.control({ type: 'Configure', thresholds: {} });
    await client.message((message) => message.type === 'ConfigureSuccess');
    expect(events(client)).not.toContain('EndOfTurn');
    client.silence(600);
    await client.message(ended(0));
  });

  test('never ends by confidence with a threshold of 1, but by the timeout', async () => {
    const client = await open('&eot_threshold=1&eot_timeout_ms=1500');
    client.speak(2000);
    client.silence(1600);
    expect((await client.message(ended(0))).trigger).toBe('timeout');
  });
});

describe('eager end of turn', () => {
  test('comes first, and the end repeats its text', async () => {
    simulator.setScript('CA1', [{ text: LINE, speechMs: 3000 }]);
    const client = await open('&eager_eot_threshold=0.5');
    client.speak(3000);
    client.silence(600);
    const end = await client.message(ended(0));
    const eager = client.messages.find((message) => message.event === 'EagerEndOfTurn');
    expect(eager?.transcript).toBe(end.transcript);
    expect(eager?.transcript).not.toBe('');
  });

  test('is taken back by TurnResumed when the speaker goes on', async () => {
    simulator.setScript('CA1', [
      { text: 'First part.', speechMs: 900 },
      { text: 'And more.', speechMs: 900 },
    ]);
    const client = await open('&eager_eot_threshold=0.5');
    client.speak(900);
    client.silence(260);
    client.speak(900);
    client.silence(700);
    const end = await client.message(ended(0));
    expect(end.transcript).toBe('First part. And more.');
    const steps = events(client).filter((event) => event !== 'Update');
    expect(steps).toEqual(['StartOfTurn', 'EagerEndOfTurn', 'TurnResumed', 'EagerEndOfTurn', 'EndOfTurn']);
  });
});

describe('control messages', () => {
  test('Configure takes effect or is refused as a whole', async () => {
    const client = await open();
    client.control({ type: 'Configure', thresholds: { eot_threshold: 0.9 }, keyterms: ['curry'] });
    expect(await client.message((message) => message.type === 'ConfigureSuccess')).toMatchObject({
      thresholds: { eot_threshold: 0.9 },
      keyterms: ['curry'],
    });
    client.control({ type: 'Configure', thresholds: { eot_threshold: 7 } });
    await client.message((message) => message.type === 'ConfigureFailure');
  });

  test('ForceEndTurn ends the turn by hand', async () => {
    const client = await open();
    client.speak(2000);
    client.control({ type: 'ForceEndTurn' });
    expect(await client.message(ended(0))).toMatchObject({ trigger: 'manual' });
  });

  test.each(['KeepAlive', 'Finalize'])('%s does not exist here: fatal error, then close', async (type) => {
    const client = await open();
    client.control({ type });
    await client.until(() => client.closed);
    expect(client.messages.at(-1)).toMatchObject({ type: 'Error', code: 'UNPARSABLE_CLIENT_MESSAGE' });
  });

  test('CloseStream closes with 1000', async () => {
    const client = await open();
    client.speak(1000);
    client.control({ type: 'CloseStream' });
    await client.until(() => client.closed);
    expect(client.closed?.code).toBe(1000);
  });
});

describe('failures', () => {
  test('a stuck turn is updated for ever and never ends', async () => {
    simulator.fail('stuck_turn');
    const client = await open('&eot_timeout_ms=500');
    client.speak(1000);
    client.silence(4000);
    client.control({ type: 'CloseStream' });
    await client.until(() => client.closed);
    expect(events(client)).not.toContain('EndOfTurn');
    expect(events(client).filter((event) => event === 'Update').length).toBeGreaterThan(15);
  });

  test('a fatal error is followed by the close', async () => {
    simulator.fail('fatal_error', { after: 500 });
    const client = await open();
    client.speak(1000);
    await client.until(() => client.closed);
    expect(client.messages.at(-1)).toMatchObject({ type: 'Error', code: 'INTERNAL_SERVER_ERROR' });
  });
});
