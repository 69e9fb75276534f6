import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { TwilioSimulator } from '../../loadtest/simulators/twilio/simulator.js';
import { ACCOUNT_SID, AUTH_TOKEN } from './twilio_fake_server.js';

const twilio = createRequire(import.meta.url)('twilio') as typeof import('twilio');
const directory = mkdtempSync(path.join(tmpdir(), 'twilio-tls-'));
const tls = makeCertificate();

/** A certificate for loopback, or null where there is no openssl: Node itself can't make one. */
function makeCertificate(): { key: string; cert: string } | null {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(directory, name));
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert];
  try {
    execFileSync('openssl', ['req', '-x509', '-days', '1', ...files, ...subject], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } catch {
    return null;
  }
}
afterAll(() => rmSync(directory, { recursive: true }));

describe.skipIf(!tls)('over TLS', () => {
  let simulator: TwilioSimulator;
  beforeAll(async () => {
    simulator = await TwilioSimulator.start({ accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, tls: tls! });
  });
  afterAll(() => simulator.close());

  test('the SDK has 20 requests under way and no more, which plain HTTP would hide', async () => {
    const httpClient = new twilio.RequestClient({ ca: tls!.cert });
    const client = twilio(ACCOUNT_SID, AUTH_TOKEN, { httpClient });
    client.api.baseUrl = simulator.url;
    simulator.fail('rest_hang', { times: 20, delayMs: 300 });
    const requests = Array.from({ length: 30 }, () => client.calls.list());
    await vi.waitFor(() => expect(simulator.stats.restRequests).toBe(20));
    expect(simulator.failures.struck.rest_hang).toBe(20);
    await Promise.all(requests);
    expect(simulator.stats.restRequests).toBe(30);
  });

  test('webhooks and media go to a server that speaks it', async () => {
    const server = createServer(tls!, (_request, response) => {
      const { port } = server.address() as AddressInfo;
      const stream = `<Stream url="wss://localhost:${port}/ws"/>`;
      response.writeHead(200, { 'content-type': 'text/xml' }).end(`<Response><Connect>${stream}</Connect></Response>`);
    });
    const sockets = new WebSocketServer({ server });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const first = new Promise<string>((resolve) => {
      sockets.on('connection', (socket) => socket.once('message', (data) => resolve(data.toString())));
    });
    const webhookUrl = `https://127.0.0.1:${port}/`;
    const call = simulator.placeCall({ from: '+15551230001', to: '+15551230002', webhookUrl, caller: [] });
    expect(JSON.parse(await first)).toMatchObject({ event: 'connected' });
    call.hangup();
    expect((await call.ended).streams[0].close).toMatchObject({ by: 'stop', code: 1000 });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
