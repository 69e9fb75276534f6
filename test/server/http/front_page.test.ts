import { expect, test } from 'vitest';
import type { ServerRequest } from '../../../src/server/http/exchange.js';
import { frontPage } from '../../../src/server/http/front_page.js';
import type { Reply } from '../../../src/server/http/reply.js';

const OTHER: Reply = { status: 405, headers: {}, body: 'other' };
const handler = frontPage(() => OTHER);
const ask = (headers: Record<string, string>) =>
  handler({ header: (name: string) => headers[name] ?? '' } as ServerRequest) as Reply;

test('a browser gets a page that leads on, runs nothing and loads nothing', () => {
  const { status, headers, body } = ask({ accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
  expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  for (const link of ['href="/health"', 'href="/ready"', 'href="/metrics"', 'README.md', '/twilio/status']) {
    expect(body).toContain(link);
  }
  expect(body).not.toMatch(/<script|https?:\/\//);
  expect(headers['content-security-policy']).toContain("default-src 'none'");
});

test.each([
  {},
  { accept: '*/*' },
  { accept: 'application/json' },
  { accept: 'text/html', 'x-twilio-signature': 'abc' },
] as Record<string, string>[])('whoever asks with %j gets what they got before', (headers) => {
  expect(ask(headers)).toBe(OTHER);
});
