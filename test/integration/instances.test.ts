// Two servers on one Redis behind a balancer, real calls through both: what begins on one goes on on the other, also when
// the first is killed, and a Redis that dies takes nobody with it.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, type LogLine, ServerProcess } from '../../loadtest/server_process.js';
import { SimulatorSet } from '../../loadtest/simulators/simulator_set.js';
import type { CallerStep } from '../../loadtest/simulators/twilio/caller.js';
import type { SimulatedCall } from '../../loadtest/simulators/twilio/simulated_call.js';
import { HAS_REDIS, RedisServer } from '../store/redis_server.js';
import { CALLER, type Sidecar, speech } from './stage.js';

const QUESTIONS = ['The soup was cold today.', 'And the bread was hard.'];

/** Passes connections on: media sockets to one server, everything else to another. */
class Balancer {
  webhooks: ServerProcess | null = null;
  media: ServerProcess | null = null;
  readonly #server = net.createServer((client) => {
    client.on('error', () => {});
    client.once('data', (first) => {
      const target = /upgrade: websocket/i.test(String(first)) ? this.media : this.webhooks;
      if (target === null) return client.destroy();
      const upstream = net.connect(target.port, '127.0.0.1');
      upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
      client.on('close', () => upstream.destroy());
      upstream.write(first);
      client.pipe(upstream).pipe(client);
    });
  });

  constructor(readonly port: number) {
    this.#server.listen(port, '127.0.0.1');
  }
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }
  close(): void {
    this.#server.close();
  }
}

describe.skipIf(!HAS_REDIS)('two servers on one Redis', () => {
  let redis: RedisServer;
  let simulators: SimulatorSet;
  let balancer: Balancer;
  let dir: string;
  const logs: Record<'a' | 'b', LogLine[]> = { a: [], b: [] };
  const servers: Partial<Record<'a' | 'b', ServerProcess>> = {};

  async function start(name: 'a' | 'b'): Promise<ServerProcess> {
    logs[name].length = 0;
    const server = await ServerProcess.start({
      env: {
        ...simulators.environment,
        ...{
          RECORDING_DIR: dir,
          AGENT_FILE: path.join(dir, 'agent.json'),
          LOG_PII: 'on',
          CALLS_MAX: '8',
          WORKERS: '1',
        },
        ...{ REDIS_URL: redis.url, INSTANCE_NAME: name, PUBLIC_URL: balancer.url },
      },
      onLog: (line) => logs[name].push(line),
    });
    servers[name] = server;
    return server;
  }

  beforeAll(async () => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'ringline-instances-'));
    const agent = {
      ...{
        name: 'Ada',
        company: 'Test Kitchen',
        systemPrompt: 'You take feedback.',
        greeting: 'Hello, how was lunch?',
      },
      ...{ apology: 'Sorry, say that again please?', idlePrompt: 'Are you there?', goodbye: 'Goodbye.' },
    };
    writeFileSync(path.join(dir, 'agent.json'), JSON.stringify(agent));
    [redis, simulators] = await Promise.all([RedisServer.start(), SimulatorSet.start({ voice: 'tone' })]);
    balancer = new Balancer(await freePort());
    await Promise.all([start('a'), start('b')]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(Object.values(servers).map((server) => server.stop()));
    balancer.close();
    await simulators.close();
    await redis.kill();
    rmSync(dir, { recursive: true, force: true });
  });

  function ring(caller: readonly CallerStep[]): SimulatedCall {
    const call = simulators.twilio!.placeCall({
      ...{ from: CALLER, to: '+12025550143', webhookUrl: `${balancer.url}/`, caller },
      callerOptions: { silenceMs: 500, stepTimeoutMs: 20_000 },
    });
    simulators.deepgram!.setScript(
      call.sid,
      QUESTIONS.map((text) => ({ text, speechMs: 1200 })),
    );
    return call;
  }
  /** The records of a call, oldest first. */
  function records(callSid: string): Sidecar[] {
    const names = readdirSync(dir).filter((name) => name.endsWith(`${callSid}.json`));
    return names.sort().map((name) => JSON.parse(readFileSync(path.join(dir, name), 'utf8')) as Sidecar);
  }
  const logged = (name: 'a' | 'b', msg: string, callSid: string) =>
    logs[name].some((line) => line.msg === msg && line['call_sid'] === callSid);
  const answers = (call: SimulatedCall, stream = 0) => call.report().streams[stream]?.heard.length ?? 0;

  test('the media socket comes to the other one, and DELETE on the first ends it there', {
    timeout: 60_000,
  }, async () => {
    balancer.webhooks = servers.a!;
    balancer.media = servers.b!;
    const call = ring([{ wait: 'greeting_end' }, { say: await speech() }, { wait: 'agent_silence' }, { wait: 60_000 }]);
    await expect.poll(() => answers(call), { timeout: 20_000 }).toBe(2);
    expect(logged('b', 'call taken over from another instance', call.sid)).toBe(true);
    const listed = (await (await fetch(`${servers.a!.url}/calls`)).json()) as { calls: Record<string, unknown>[] };
    expect(listed.calls).toEqual([
      expect.objectContaining({ call_sid: call.sid, state: 'connected', instance: expect.stringMatching(/^b-/) }),
    ]);
    expect((await fetch(`${servers.a!.url}/calls/${call.sid}`, { method: 'DELETE' })).status).toBe(202);
    const report = await call.ended;
    expect(report.streams).toHaveLength(1);
    expect(report.streams[0].violations).toEqual([]);
    await expect.poll(() => records(call.sid)).toHaveLength(1);
    expect(records(call.sid)[0].end_reason).toBe('operator');
  });

  test('killed in mid-call, the conversation goes on at the other one with its history', {
    timeout: 60_000,
  }, async () => {
    balancer.webhooks = balancer.media = servers.a!;
    let isBack = false;
    const call = ring([
      { wait: 'greeting_end' },
      { say: await speech() },
      { wait: () => isBack, timeoutMs: 40_000 },
      { wait: 'agent_silence' },
      { say: await speech() },
      { wait: 'agent_silence' },
      { hangup: true },
    ]);
    const isAnswering = () => (call.report().streams[0]?.exchanges[0]?.responseMs ?? 0) > 0;
    await expect.poll(isAnswering, { timeout: 20_000 }).toBe(true);
    balancer.webhooks = balancer.media = servers.b!;
    await servers.a!.kill();
    await expect.poll(() => answers(call, 1), { timeout: 20_000 }).toBeGreaterThan(0);
    isBack = true;
    const report = await call.ended;
    expect(report.script.completed).toBe(true);
    expect(report.streams).toHaveLength(2);
    await expect.poll(() => records(call.sid)).toHaveLength(1);
    const [record] = records(call.sid);
    expect(record.turns.map(({ caller }) => caller)).toEqual(expect.arrayContaining(['', ...QUESTIONS]));
    expect(logs.b.some((line) => line.msg === 'a call whose server died comes back: it goes on')).toBe(true);
    await start('a');
  });

  test('Redis is killed in mid-call and started again: the call notices nothing', { timeout: 60_000 }, async () => {
    balancer.webhooks = balancer.media = servers.b!;
    const call = ring([
      { wait: 'greeting_end' },
      { say: await speech() },
      { wait: 'agent_silence' },
      { say: await speech() },
      { wait: 'agent_silence' },
      { hangup: true },
    ]);
    await expect.poll(() => answers(call), { timeout: 20_000 }).toBe(1);
    await redis.kill();
    await expect.poll(() => answers(call), { timeout: 20_000 }).toBe(2);
    expect((await fetch(`${servers.b!.url}/ready`)).status).toBe(200);
    await redis.run();
    const report = await call.ended;
    expect(report.script.completed).toBe(true);
    expect(report.streams).toHaveLength(1);
    const said = logs.b.filter(({ msg }) => /^Redis is (away|back)/.test(msg)).map(({ msg }) => msg.slice(0, 13));
    await expect.poll(() => records(call.sid)).toHaveLength(1);
    expect(said[0]).toBe('Redis is away');
  });
});
