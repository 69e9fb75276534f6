import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CallNews } from '../../../src/call/call_events.js';
import { metric, newCallSid, startTestServer, stopTestServer, summaryOf, type TestServer, until } from '../harness.js';

interface Received {
  path: string;
  key: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire is what the test is about
  body: any;
}
let collector: Server;
let received: Received[];
let status: number;
let t: TestServer;
beforeEach(async () => {
  received = [];
  status = 200;
  collector = createServer(async (req, res) => {
    const parts: Buffer[] = [];
    for await (const part of req) parts.push(part as Buffer);
    const body = JSON.parse(Buffer.concat(parts).toString());
    received.push({ path: req.url ?? '', key: req.headers['x-key'], body });
    res.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await stopTestServer(t);
  collector.close();
});

const traced = (more: Record<string, string> = {}) => {
  const { port } = collector.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  return startTestServer({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b', ...more });
};

/** A call from its first event to its last. */
async function call(): Promise<string> {
  const callSid = newCallSid();
  await t.ring(callSid);
  const { order, end } = t.runner.last;
  let seq = 0;
  const tell = (news: CallNews) =>
    t.runner.tell({
      topic: 'call',
      payload: { callSid, slot: order.slot, seq: ++seq, atMs: Date.now(), ...news },
    });
  tell({ kind: 'state', state: 'connecting', streamSid: null });
  tell({ kind: 'ended', reason: 'silence', summary: summaryOf(order, 'silence') });
  end('silence');
  return callSid;
}
const spansOf = ({ body }: Received) => body.resourceSpans[0].scopeSpans[0].spans;
const lost = async () => metric(await t.metrics(), 'ringline_trace_spans_total{result="lost"}');

test('a call reaches the collector as a trace whose number is its sid’s', async () => {
  t = await traced({ OTEL_SERVICE_NAME: 'reception' });
  const callSid = await call();
  await until(() => received.length > 0);
  const [request] = received;
  expect([request.path, request.key]).toEqual(['/v1/traces', 'a b']);
  const [span] = spansOf(request);
  expect(span).toMatchObject({ name: 'call', traceId: callSid.slice(2) });
  expect(request.body.resourceSpans[0].resource.attributes).toContainEqual({
    key: 'service.name',
    value: { stringValue: 'reception' },
  });
  await until(async () => metric(await t.metrics(), 'ringline_trace_spans_total{result="sent"}') === 1);
});

test('what waits when the server stops is sent', async () => {
  t = await traced();
  await call();
  await t.server.stop();
  expect(received.flatMap(spansOf)).toHaveLength(1);
});

test('a collector that refuses costs the spans, and is said once', async () => {
  t = await traced();
  status = 400;
  await call();
  await until(async () => (await lost()) === 1);
  await call();
  await until(async () => (await lost()) === 2);
  expect(t.lines.filter(({ msg }) => msg === 'the collector takes no traces: they are lost')).toHaveLength(1);
});

test('of no share nothing is sent', async () => {
  t = await traced({ OTEL_TRACES_SAMPLER_ARG: '0' });
  await call();
  await t.server.stop();
  expect(received).toEqual([]);
});

test('without a collector there is nothing of it', async () => {
  t = await startTestServer();
  await call();
  expect(await t.metrics()).not.toContain('ringline_trace');
  expect(received).toEqual([]);
});
