import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen } from '../../loadtest/demo/outcome.js';
import type { SimulatedCall } from '../../loadtest/simulators/twilio/simulated_call.js';
import { CALLER, Stage, speech } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

test('an inbound call: greeting within a second, a reply to what was said, a recording with both voices', async () => {
  const call = stage.ring(
    [{ wait: 'greeting_end' }, { say: await speech() }, { wait: 'agent_silence' }, { hangup: true }],
    ['The soup was cold today.'],
  );
  const report = await stage.ended(call);
  const stream = report.streams[0];
  expect(report.script.completed).toBe(true);
  expect(stream.violations).toEqual([]);
  expect(stream.firstVoicedMs).toBeLessThan(1000);
  const summary = stage.summary(report);
  expect(summary.end_reason).toBe('caller_hangup');
  expect(summary.direction).toBe('inbound');
  expect(summary.turns.map((turn) => turn.caller)).toEqual(['', 'The soup was cold today.']);
  const answer = summary.turns[1];
  expect(answer.agent).not.toBe('');
  expect(answer.heard).toBe(answer.agent);
  for (const ms of [
    answer.stt_final_ms,
    answer.endpoint_ms,
    answer.llm_ttft_ms,
    answer.tts_ttfb_ms,
    answer.first_audio_ms,
  ]) {
    expect(ms).toBeGreaterThan(0);
  }
  expect(summary.media.underruns).toBe(0);
  expect(listen(stage.recordingOf(summary))).toEqual([]);
});

test('a barge-in stops the agent, and history and recording hold only what was heard', async () => {
  const call = stage.ring(
    [
      { wait: 'greeting_end' },
      { say: await speech() },
      { bargeInAfterMs: 900, say: await speech() },
      { wait: 'agent_silence' },
      { hangup: true },
    ],
    ['Tell me about the menu.', 'Never mind, the soup was cold.'],
  );
  const report = await stage.ended(call);
  expect(report.script.completed).toBe(true);
  // Silenced at the first sound that may be for us, perhaps gone on with, and given up when there were words.
  expect(report.streams[0].clearsMs.length).toBeGreaterThan(0);
  const summary = stage.summary(report);
  expect(summary.barge_ins).toHaveLength(1);
  const cut = summary.turns.find((turn) => turn.interrupted)!;
  expect(cut.heard.length).toBeGreaterThan(0);
  expect(cut.heard.length).toBeLessThan(cut.agent.length);
  expect(cut.agent.startsWith(cut.heard)).toBe(true);
  expect(await stage.metric('ringline_barge_ins_total')).toBeGreaterThan(0);
});

test('an outbound call: dialled, answered by the outbound persona, and its status is the truth at every moment', async () => {
  const clip = await speech();
  const answered = new Promise<SimulatedCall>((resolve) => {
    stage.twilio.onOutbound((call) => {
      stage.deepgram.setScript(call.sid, [{ text: 'It was very good, thank you.', speechMs: 1200 }]);
      resolve(call);
      return [{ wait: 'greeting_end' }, { say: clip }, { wait: 'agent_silence' }, { hangup: true }];
    });
  });
  const response = await fetch(`${stage.server.url}/outbound`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ to_number: CALLER }),
  });
  expect(response.status).toBe(200);
  const dialled = (await response.json()) as { success: boolean; call_sid: string; status: string };
  expect(dialled).toMatchObject({ success: true, status: 'queued', to: CALLER });
  const status = async () =>
    (await (await fetch(`${stage.server.url}/call-status/${dialled.call_sid}`)).json()) as Record<string, unknown>;
  expect(await status()).toMatchObject({ call_sid: dialled.call_sid, direction: 'outbound-api', end_time: null });
  const call = await answered;
  await call.streamStarted;
  expect(await status()).toMatchObject({ status: 'in-progress', from_: '+12025550143', to: CALLER, duration: null });
  const report = await stage.ended(call);
  expect(report.script.completed).toBe(true);
  const after = await status();
  expect(after).toMatchObject({ status: 'completed' });
  expect(typeof after['duration']).toBe('number');
  expect(Date.parse(String(after['end_time']))).not.toBeNaN();
  const summary = stage.summary(report);
  expect(summary.direction).toBe('outbound');
  expect(summary.recording).toMatch(/_outbound_recording_\d{8}_\d{6}_CA/);
});

test('a process that is killed in mid-call leaves a recording that opens and plays', async () => {
  const own = await Stage.start();
  try {
    const call = own.ring(
      [{ wait: 'greeting_end' }, { say: await speech() }, { wait: 60_000, timeoutMs: 90_000 }],
      ['The soup was cold.'],
    );
    const line = await own.logged('turn answered', call.sid);
    expect(line['turn']).toBe(0);
    const file = `${own.dir}/${(await own.logged('media stream started', call.sid))['recording']}`;
    await expect.poll(() => readFileSync(file).length, { timeout: 10_000 }).toBeGreaterThan(44 + 2 * 32_000);
    await own.server.kill();
    const bytes = readFileSync(file);
    expect(bytes.readUInt32LE(40)).toBeGreaterThan(32_000);
    expect(bytes.readUInt32LE(40)).toBeLessThanOrEqual(bytes.length - 44);
    call.hangup();
  } finally {
    await own.close();
  }
});
