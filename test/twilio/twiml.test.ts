import { expect, test } from 'vitest';
import { connectStreamTwiml, hangUpTwiml, overflowTwiml, sayAndHangUpTwiml } from '../../src/twilio/twiml.js';

const OPTIONS = {
  ...{ streamUrl: 'wss://h/ws/t', actionUrl: 'https://h/a', statusCallbackUrl: 'https://h/s', before: null },
  unanswered: { line: { text: 'x', language: 'en' }, url: 'https://h/b' },
};
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>';

test('a stream with its action, its callback and its parameters', () => {
  const twiml = connectStreamTwiml({
    streamUrl: 'wss://h/ws/t',
    actionUrl: 'https://h/a',
    ...{ before: null, unanswered: { line: { text: 'Cut off.', language: 'en' }, url: 'https://h/b' } },
    statusCallbackUrl: 'https://h/s',
    parameters: { direction: 'inbound', from: '' },
  });
  expect(twiml).toBe(
    `${HEAD}<Response><Connect action="https://h/a" method="POST">` +
      '<Stream url="wss://h/ws/t" statusCallback="https://h/s" statusCallbackMethod="POST">' +
      '<Parameter name="direction" value="inbound"/><Parameter name="from" value=""/></Stream></Connect>' +
      '<Say>Cut off.</Say><Redirect method="POST">https://h/b</Redirect></Response>',
  );
});

test.each([
  ['<&">', /value="&lt;&amp;&quot;(&gt;|>)"/],
  ['tab\tnull\u0000bell\u0007', /value="tabnullbell"/],
  ['half \ud83d of a pair', /value="half {2}of a pair"/],
  ['whole 😀', /value="whole 😀"/],
  ['x'.repeat(1000), /value="x{400}"/],
])('the parameter %j is carried as XML can carry it', (value, expected) => {
  expect(connectStreamTwiml({ ...OPTIONS, parameters: { from: value } })).toMatch(expected);
});

test('what is to be said before the stream is said before the stream', () => {
  const twiml = connectStreamTwiml({ ...OPTIONS, before: { text: 'Wieder da.', language: 'de' }, parameters: {} });
  expect(twiml).toContain('<Response><Say language="de-DE">Wieder da.</Say><Connect ');
});

test('the two short answers', () => {
  expect(hangUpTwiml()).toBe(`${HEAD}<Response><Hangup/></Response>`);
  expect(sayAndHangUpTwiml({ text: 'Tea & biscuits.', language: 'en' })).toBe(
    `${HEAD}<Response><Say>Tea &amp; biscuits.</Say><Hangup/></Response>`,
  );
});

test.each([
  ['en', '<Say>'],
  ['en-US', '<Say>'],
  ['en-gb', '<Say language="en-GB">'],
  ['de', '<Say language="de-DE">'],
  ['de-CH', '<Say language="de-DE">'],
  ['es-MX', '<Say language="es-MX">'],
  ['pt', '<Say language="pt-BR">'],
  ['eo', '<Say>'],
])('a sentence in %s is said by a voice of that language, or else by the English one', (language, say) => {
  expect(sayAndHangUpTwiml({ text: 'x', language })).toContain(`${say}x</Say>`);
});

test.each([
  [
    { kind: 'dial', to: '+15551234567', callerId: null, timeoutS: 30 } as const,
    '<Dial action="https://h/o" method="POST" timeout="30"><Number>+15551234567</Number></Dial>',
  ],
  [
    { kind: 'dial', to: 'sip:desk@pbx.example.com', callerId: '+15550100', timeoutS: 5 } as const,
    '<Dial action="https://h/o" method="POST" timeout="5" callerId="+15550100"><Sip>sip:desk@pbx.example.com</Sip></Dial>',
  ],
  [
    { kind: 'enqueue', queue: 'support', waitUrl: 'https://h/wait?a=1&b=2' } as const,
    '<Enqueue action="https://h/o" method="POST" waitUrl="https://h/wait?a=1&amp;b=2" waitUrlMethod="POST">support</Enqueue>',
  ],
  [
    { kind: 'enqueue', queue: 'support', waitUrl: null } as const,
    '<Enqueue action="https://h/o" method="POST">support</Enqueue>',
  ],
  [{ kind: 'redirect', url: 'https://h/r' } as const, '<Redirect method="POST">https://h/r</Redirect>'],
  [{ kind: 'hang_up' } as const, '<Hangup/>'],
])('a caller is sent elsewhere: %j', (then, verb) => {
  expect(overflowTwiml(null, then, 'https://h/o')).toBe(`${HEAD}<Response>${verb}</Response>`);
  const line = { text: 'Moment.', language: 'de' };
  expect(overflowTwiml(line, then, 'https://h/o')).toBe(
    `${HEAD}<Response><Say language="de-DE">Moment.</Say>${verb}</Response>`,
  );
});
