import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { failureCode, TwilioRest, TwilioRestError } from '../../src/twilio/rest_client.js';
import { ACCOUNT_SID, FakeVendors, newCallSid, restCall } from '../server/harness.js';

let vendors: FakeVendors;
beforeEach(async () => {
  vendors = await new FakeVendors().start();
});
afterEach(() => {
  vendors.close();
  vi.unstubAllEnvs();
});

const DIAL = {
  ...{
    to: '+14155552671',
    from: '+14155550100',
    url: 'https://h/outbound-twiml',
    statusCallbackUrl: 'https://h/s?a=1&b=2',
  },
  ...{ ringTimeoutS: 60, timeLimitS: 3660, machineDetection: null },
};
function client(onResult: (ok: boolean, code: string | null) => void = () => {}, accountSid = ACCOUNT_SID): TwilioRest {
  const account = { accountSid, authToken: 'secret-token', phoneNumber: '', validate: true };
  return new TwilioRest({ ...account, baseUrl: vendors.url }, onResult);
}
async function failure(request: Promise<unknown>): Promise<TwilioRestError> {
  const error = await request.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TwilioRestError);
  return error as TwilioRestError;
}

test('a new call: nulls stay null, and the queue time is a number', async () => {
  const sid = newCallSid();
  vendors.answer = () => ({ status: 201, body: restCall({ sid, queue_time: '1500' }) });
  expect(await client().dial(DIAL)).toEqual({
    ...{ sid, status: 'queued', direction: 'outbound-api', to: '+14155552671', from: '+14155550100' },
    ...{ durationS: null, startTime: null, endTime: null, answeredBy: null, queueMs: 1500 },
  });
  expect(vendors.requests[0].form.get('StatusCallback')).toBe('https://h/s?a=1&b=2');
  expect(vendors.requests[0].path).toBe(`/2010-04-01/Accounts/${ACCOUNT_SID}/Calls.json`);
});

test.each([
  [{ status: 'queued' }, [null, null, null]],
  [{ status: 'ringing', start_time: undefined, end_time: undefined }, [null, null, null]],
  [
    { status: 'in-progress', start_time: 'Tue, 10 Aug 2010 08:02:17 +0000', end_time: undefined, duration: '3' },
    ['2010-08-10T08:02:17.000Z', null, null],
  ],
  [
    {
      status: 'completed',
      start_time: 'Tue, 10 Aug 2010 08:02:17 +0000',
      end_time: 'Tue, 10 Aug 2010 08:03:06 +0000',
      duration: '49',
    },
    ['2010-08-10T08:02:17.000Z', '2010-08-10T08:03:06.000Z', 49],
  ],
  [{ status: 'busy', start_time: null, end_time: 'nonsense', duration: '0' }, [null, null, 0]],
  [{ status: 'completed', start_time: null, end_time: null, duration: 'x' }, [null, null, null]],
])('times and duration of %j', async (fields, expected) => {
  vendors.answer = () => ({ status: 200, body: restCall(fields) });
  const call = await client().fetchCall(newCallSid());
  expect([call.startTime, call.endTime, call.durationS]).toEqual(expected);
});

test.each([
  [{ status: 400, body: { code: 21211, message: 'invalid To', status: 400 } }, 400, 21211, false, 'invalid To'],
  [{ status: 401, body: { code: 20003, message: 'Authenticate', status: 401 } }, 401, 20003, false, 'Authenticate'],
  [{ status: 404, body: { code: 20404, message: 'not found', status: 404 } }, 404, 20404, false, 'not found'],
  [{ status: 429, body: { code: 20429, message: 'too many', status: 429 } }, 429, 20429, true, 'too many'],
  [{ status: 400, body: { type: 't', title: 'Bad', status: 400, code: 20001, detail: 'd' } }, 400, 20001, false, ''],
  [{ status: 502, body: '<html>bad gateway</html>' }, 502, null, true, ''],
  ['reset' as const, undefined, null, true, 'ECONNRESET'],
])('the failure %j has one shape', async (answer, status, code, retryable, text) => {
  vendors.answer = () => answer;
  const error = await failure(client().fetchCall(newCallSid()));
  expect([error.status, error.twilioCode, error.retryable]).toEqual([status, code, retryable]);
  expect(error.message).toContain(text);
  expect(JSON.stringify(error) + error.message + String(error.cause)).not.toContain('secret-token');
});

test('429 is tried again, a failed dial is not: it may have rung', async () => {
  vendors.answer = () => ({ status: 429, body: { code: 20429, message: 'too many', status: 429 } });
  await failure(client().dial(DIAL));
  expect(vendors.dials()).toHaveLength(3);
  for (const answer of ['reset', { status: 500, body: {} }] as const) {
    vendors.requests.length = 0;
    vendors.answer = () => answer;
    await failure(client().dial(DIAL));
    expect(vendors.dials()).toHaveLength(1);
  }
});

test('whether Twilio is there is told after every request: a refused number is no outage', async () => {
  const seen: [boolean, string | null][] = [];
  const rest = client((ok, code) => seen.push([ok, code]));
  for (const answer of [
    { status: 200, body: restCall({}) },
    { status: 400 },
    { status: 404 },
    { status: 401 },
    { status: 503 },
    'reset',
  ] as const) {
    vendors.answer = () => answer;
    await rest.fetchCall(newCallSid()).catch(() => {});
  }
  expect(seen).toEqual([
    [true, null],
    [true, null],
    [true, null],
    [false, 'REFUSED'],
    [false, 'HTTP_503'],
    [false, 'NETWORK'],
  ]);
});

test('nobody listening is a network failure with a name', async () => {
  const rest = client();
  vendors.close();
  const error = await failure(rest.fetchCall(newCallSid()));
  expect([error.status, failureCode(error)]).toEqual([undefined, 'NETWORK']);
  expect(error.message).toContain('ECONNREFUSED');
});

test('hanging up sets the status, and the probe asks for the account', async () => {
  vendors.answer = () => ({ status: 200, body: restCall({ status: 'completed' }) });
  const sid = newCallSid();
  await client().endCall(sid);
  await client().probe();
  expect(vendors.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    `POST /2010-04-01/Accounts/${ACCOUNT_SID}/Calls/${sid}.json`,
    `GET /2010-04-01/Accounts/${ACCOUNT_SID}.json`,
  ]);
  expect(vendors.requests[0].form.get('Status')).toBe('completed');
});

test("region and edge of the environment don't redirect our requests", async () => {
  vi.stubEnv('TWILIO_EDGE', 'ashburn');
  vi.stubEnv('TWILIO_REGION', 'us1');
  vendors.answer = () => ({ status: 200, body: restCall({}) });
  await client().fetchCall(newCallSid());
  expect(vendors.requests[0].headers.host).toBe(vendors.url.slice('http://'.length));
});

test('without an account nothing is loaded', async () => {
  const rest = client(undefined, '');
  expect(rest.isConfigured).toBe(false);
  await rest.load();
});

test.each([
  ['no sid', { sid: null }],
  ['a sid that is none', { sid: 'SM00000000000000000000000000000001' }],
  ['no status', { status: null }],
])('an answer with %s is a failure, however successful its status', async (_, fields) => {
  vendors.answer = () => ({ status: 201, body: restCall(fields) });
  const error = await failure(client().dial(DIAL));
  expect([error.status, error.message]).toEqual([502, expect.stringContaining('the answer describes no call')]);
  await failure(client().fetchCall(newCallSid()));
});
