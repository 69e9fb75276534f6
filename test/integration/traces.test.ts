// A whole call as a trace, received as a collector would.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Stage } from './stage.js';

interface Span {
  name: string;
  traceId: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
}
let collector: Server;
let stage: Stage;
const texts: string[] = [];
const spans = (): Span[] =>
  texts.flatMap((text) =>
    (JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }).resourceSpans.flatMap(
      ({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans),
    ),
  );

beforeAll(async () => {
  collector = createServer(async (req, res) => {
    const parts: Buffer[] = [];
    for await (const part of req) parts.push(part as Buffer);
    texts.push(Buffer.concat(parts).toString());
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  stage = await Stage.start({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
}, 60_000);
afterAll(async () => {
  await stage?.close();
  collector?.close();
});

test('every stage of an answer is there, in its order, under the call’s own number, without a word of anybody', {
  timeout: 120_000,
}, async () => {
  const { report, summary } = await stage.oneTurn('The soup was cold today.');
  await expect.poll(() => spans().some(({ name }) => name === 'call'), { timeout: 15_000 }).toBe(true);
  const all = spans();
  expect(new Set(all.map(({ traceId }) => traceId))).toEqual(new Set([report.callSid.slice(2).toLowerCase()]));
  const [turn] = all.filter(({ name }) => name === 'turn').slice(1);
  const of = (name: string) => all.find((span) => span.name.startsWith(name))!;
  for (const name of ['stt', 'decision', 'chat ', 'tts']) {
    const { startTimeUnixNano, endTimeUnixNano } = of(name);
    expect([name, BigInt(endTimeUnixNano) > BigInt(startTimeUnixNano)]).toEqual([name, true]);
    expect([name, BigInt(startTimeUnixNano) >= BigInt(turn.startTimeUnixNano)]).toEqual([name, true]);
  }
  expect(BigInt(of('tts').startTimeUnixNano) >= BigInt(of('chat ').startTimeUnixNano)).toBe(true);
  for (const words of ['soup', summary.turns[0].heard, summary.turns[1].heard, report.from]) {
    expect(texts.join('\n')).not.toContain(words);
  }
  const line = await stage.logged('turn answered', report.callSid);
  expect(line['trace_id']).toBe(report.callSid.slice(2).toLowerCase());
});
