import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { synthesise } from '../../loadtest/simulators/speech/synthesise.js';
import { AudioClip } from '../../loadtest/simulators/twilio/audio_clip.js';
import type { SimulatedCall } from '../../loadtest/simulators/twilio/simulated_call.js';
import { CALLER, type Ended, Stage } from './stage.js';

const GREETING =
  'Hello, you have reached the voicemail of Sam Miller. Please leave a message, and I will call you back.';
const MESSAGE = 'This is Ada from the Test Kitchen. Please call us back when you can. Goodbye.';

let stage: Stage;
let agents: string;
beforeAll(async () => {
  agents = mkdtempSync(path.join(os.tmpdir(), 'ringline-agents-'));
  const persona = {
    ...{ name: 'Ada', company: 'Test Kitchen', systemPrompt: 'You ask how lunch was.' },
    greeting:
      'Hello, this is Ada from the Test Kitchen. I am calling to ask how your lunch was today. Do you have a minute?',
    ...{ apology: 'Sorry?', idlePrompt: 'Are you there?', goodbye: 'Goodbye.' },
  };
  const agent = (name: string, fields: object) =>
    writeFileSync(path.join(agents, `${name}.json`), JSON.stringify({ ...persona, ...fields }));
  agent('leaver', { default: true, voicemail: { action: 'message', message: MESSAGE } });
  agent('hanger', { voicemail: { action: 'hang_up' } });
  stage = await Stage.start({ AGENTS_DIR: agents, AGENT_FILE: '' });
});
afterAll(async () => {
  await stage.close();
  rmSync(agents, { recursive: true, force: true });
});

/** A mailbox picks up: its greeting, a moment, and a beep at the end. Then it records, until somebody hangs up. */
async function mailbox(): Promise<{ clip: AudioClip; greetingMs: number }> {
  const greeting = await synthesise(GREETING, { voice: 'us_man', rateHz: 8000 });
  const clip = new Int16Array(greeting.length + 700 * 8 + 450 * 8);
  clip.set(greeting);
  for (let i = 0; i < 450 * 8; i++)
    clip[greeting.length + 700 * 8 + i] = 8000 * Math.sin((2 * Math.PI * 1000 * i) / 8000);
  return { clip: AudioClip.from(clip, GREETING), greetingMs: greeting.length / 8 };
}

/** @param heardAs what recognition makes of its greeting */
async function dialMailbox(
  agent: string,
  heardAs = GREETING,
  request: object = {},
): Promise<Ended & { greetingMs: number; clipMs: number }> {
  const { clip, greetingMs } = await mailbox();
  const answered = new Promise<SimulatedCall>((resolve) => {
    stage.twilio.onOutbound((call) => {
      stage.deepgram.setScript(call.sid, [{ text: heardAs, speechMs: greetingMs }]);
      resolve(call);
      return { script: [{ say: clip }], machine: true };
    });
  });
  const response = await fetch(`${stage.server.url}/outbound`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ to_number: CALLER, agent, ...request }),
  });
  expect(response.status).toBe(200);
  return { ...(await stage.done(await answered)), greetingMs, clipMs: clip.durationMs };
}

test('a mailbox that shall not be spoken to: the call is over before its greeting is', async () => {
  const { report, summary, greetingMs } = await dialMailbox('hanger');
  expect(summary.end_reason).toBe('voicemail');
  expect(report.streams[0].durationMs).toBeLessThan(greetingMs);
  expect(summary.turns).toHaveLength(1);
});

test('a message is left behind the beep, whole, and the record says so', async () => {
  const { report, summary, clipMs } = await dialMailbox('leaver');
  const [stream] = report.streams;
  expect(stream.violations).toEqual([]);
  expect(summary.end_reason).toBe('voicemail');
  expect(summary.turns.at(-1)).toMatchObject({ agent: MESSAGE, heard: MESSAGE, interrupted: false });
  // From when the beep was over, nothing of it before.
  const { voicedAtMs, durationMs, cleared } = stream.heard.at(-1)!;
  expect(voicedAtMs).toBeGreaterThan(clipMs - 100);
  expect(voicedAtMs).toBeLessThan(clipMs + 1500);
  expect([cleared, durationMs > 1500]).toEqual([false, true]);
  expect(stream.unheardMs).toBe(0);
  expect(await stage.metric('ringline_voicemails_total')).toBe(2);
});

test('Twilio’s machine detection tells when words do not, while the greeting is being spoken', async () => {
  const { report, summary, greetingMs } = await dialMailbox('hanger', 'Hello.', { machine_detection: true });
  expect(summary.end_reason).toBe('voicemail');
  expect(report.streams[0].durationMs).toBeLessThan(greetingMs);
});
