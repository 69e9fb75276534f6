import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TwilioSimulator } from '../../loadtest/simulators/twilio/simulator.js';
import { ACCOUNT_SID, AUTH_TOKEN, FakeServer, tone } from './twilio_fake_server.js';

let server: FakeServer;
let simulator: TwilioSimulator;
const numbers = { from: '+15551230001', to: '+15551230002' };

beforeEach(async () => {
  server = await FakeServer.start();
  simulator = await TwilioSimulator.start({ accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN });
});
afterEach(async () => {
  await simulator.close();
  await server.close();
});

describe('an inbound call', () => {
  test('asks for TwiML with a signature and opens the stream with one', async () => {
    server.answers['/'] = server.connect('/ws/tok', '<Parameter name="direction" value="inbound"/>');
    server.onSocket = async (socket) => {
      await socket.until('start');
      socket.play(tone(100));
      socket.mark('greeting');
      await socket.until('mark');
      socket.socket.close();
    };
    const call = simulator.placeCall({ ...numbers, webhookUrl: `${server.origin}/`, caller: [] });
    const report = await call.ended;
    expect(report.status).toBe('completed');
    expect(server.requests[0]).toMatchObject({ path: '/', signed: true });
  });
});
