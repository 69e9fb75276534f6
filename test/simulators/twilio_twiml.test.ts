import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { routeTo } from '../../loadtest/simulators/twilio/dial_route.js';
import { parseTwiml, TwimlError } from '../../loadtest/simulators/twilio/twiml.js';
import { type TwimlLine, TwimlRunner } from '../../loadtest/simulators/twilio/twiml_runner.js';
import { parseXml, XmlError } from '../../loadtest/simulators/twilio/xml.js';

const twilio = createRequire(import.meta.url)('twilio') as typeof import('twilio');

describe('XML', () => {
  test('with declaration, comments, CDATA and entities is read', () => {
    const root = parseXml(
      `\uFEFF<?xml version="1.0"?><!-- a > b --><R a='1' b="&lt;&amp;&#233;&#x41;"> x <C/><![CDATA[<&]]>&apos;</R>\n`,
    );
    expect(root).toEqual({
      name: 'R',
      attributes: { a: '1', b: '<&éA' },
      text: " x <&'",
      children: [{ name: 'C', attributes: {}, children: [], text: '' }],
    });
  });

  test.each([
    '',
    'text',
    '<a>',
    '<a></b>',
    '<a><b></a></b>',
    '</a>',
    '<a/><b/>',
    '<a x=1/>',
    '<a x="1" x="2"/>',
    '<a x="<"/>',
    '<a>&</a>',
    '<a>&nbsp;</a>',
    '<a>& b;</a>',
    '<!DOCTYPE a><a/>',
    '<a><!-- </a>',
    '<a',
    '<1/>',
  ])('malformed is refused: %j', (text) => {
    expect(() => parseXml(text)).toThrow(XmlError);
  });

  test('of any text fails in its own way only', () => {
    const part = fc.constantFrom(
      '<',
      '>',
      '/',
      'a',
      '="',
      '"',
      '&amp;',
      ' ',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?',
      '?>',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        try {
          parseXml(parts.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(XmlError);
        }
      }),
    );
  });
});

describe('TwiML', () => {
  test('as the SDK writes it is understood', () => {
    const response = new twilio.twiml.VoiceResponse();
    const connect = response.connect({ action: '/after?a=1&b=2', method: 'GET' });
    const stream = connect.stream({
      url: 'wss://h.example/ws/tok',
      name: 'n',
      statusCallback: '/s',
      statusCallbackMethod: 'GET',
    });
    stream.parameter({ name: 'who', value: 'A & "B" <c>' });
    response.say('Sorry & bye');
    response.pause({ length: 2 });
    response.dial({ timeout: 5 }, '+15551230003');
    response.redirect({ method: 'GET' }, '/next');
    response.reject({ reason: 'busy' });
    response.hangup();
    const { verbs, warnings } = parseTwiml(response.toString());
    expect(warnings).toEqual([]);
    expect(verbs).toEqual([
      {
        verb: 'Connect',
        action: '/after?a=1&b=2',
        method: 'GET',
        stream: {
          url: 'wss://h.example/ws/tok',
          name: 'n',
          parameters: { who: 'A & "B" <c>' },
          statusCallback: '/s',
          statusCallbackMethod: 'GET',
        },
      },
      { verb: 'Say', text: 'Sorry & bye', loop: 1 },
      { verb: 'Pause', lengthS: 2 },
      { verb: 'Dial', number: '+15551230003', action: null, method: 'POST', timeoutS: 5 },
      { verb: 'Redirect', url: '/next', method: 'GET' },
      { verb: 'Reject', reason: 'busy' },
      { verb: 'Hangup' },
    ]);
  });

  const connect = (stream: string) => `<Response><Connect>${stream}</Connect></Response>`;
  test.each([
    ['not XML', 'hello', 12100],
    ['another root', '<Reply/>', 12100],
    ['no stream', connect(''), 12200],
    ['two streams', connect('<Stream url="wss://a/"/><Stream url="wss://a/"/>'), 12200],
    ['an http stream', connect('<Stream url="https://a/"/>'), 31922],
    ['no stream url', connect('<Stream/>'), 31922],
    ['a malformed stream url', connect('<Stream url="wss://[/x"/>'), 31923],
    ['both tracks', connect('<Stream url="wss://a/" track="both_tracks"/>'), 31941],
  ])('with %s is refused as Twilio does', (_what, xml, code) => {
    expect(() => parseTwiml(xml)).toThrow(TwimlError);
    try {
      parseTwiml(xml);
    } catch (error) {
      expect((error as TwimlError).code).toBe(code);
    }
  });

  test('loses the query string of the stream, and parameters that are too long', () => {
    const long = 'v'.repeat(499);
    const xml = connect(
      `<Stream url="wss://a/ws?token=1"><Parameter name="p" value="${long}"/><Parameter name="q" value="1"/></Stream>`,
    );
    const { verbs, warnings } = parseTwiml(xml);
    expect(verbs[0]).toMatchObject({ stream: { url: 'wss://a/ws', parameters: { q: '1' } } });
    expect(warnings).toHaveLength(2);
  });

  test('with verbs nobody knows runs without them', () => {
    const { verbs, warnings } = parseTwiml('<Response><Gather/><Hangup/></Response>');
    expect(verbs).toEqual([{ verb: 'Hangup' }]);
    expect(warnings).toEqual(['12200 <Gather> is not supported here']);
  });
});

class Line implements TwimlLine {
  readonly did: string[] = [];
  documents: Record<string, string> = {};
  endStream: (() => void) | null = null;
  answer(): void {
    if (!this.did.includes('answer')) this.did.push('answer');
  }
  connectStream(stream: { url: string }): Promise<void> {
    this.did.push(`stream ${stream.url}`);
    return new Promise((resolve) => {
      this.endStream = resolve;
    });
  }
  async speak(verb: string, what: string): Promise<void> {
    this.did.push(`${verb} ${what}`);
  }
  async pause(ms: number): Promise<void> {
    this.did.push(`pause ${ms}`);
  }
  async dial(number: string): Promise<string> {
    this.did.push(`dial ${number}`);
    return 'busy';
  }
  async fetch(url: string, method: string, extra: readonly (readonly [string, string])[]): Promise<string> {
    this.did.push(`${method} ${url}${extra.map(([key, value]) => ` ${key}=${value}`)}`);
    return this.documents[new URL(url).pathname] ?? '<Response/>';
  }
  reject(reason: string): void {
    this.did.push(`reject ${reason}`);
  }
  hangUp(): void {
    this.did.push('hang up');
  }
  warn(_code: number, text: string): void {
    this.did.push(`warn ${text}`);
  }
}

describe('running TwiML', () => {
  const run = async (xml: string, documents: Record<string, string> = {}) => {
    const line = new Line();
    line.documents = documents;
    await new TwimlRunner(line).run(xml, 'https://h.example/voice/in?x=1');
    return line.did;
  };
  const STREAM = '<Connect><Stream url="wss://a/ws"/></Connect>';

  test('an empty document hangs up without picking up', async () => {
    expect(await run('<Response/>')).toEqual(['hang up']);
  });

  test('Pause and Reject do not pick up, Say does', async () => {
    expect(await run('<Response><Pause length="3"/><Reject/></Response>')).toEqual(['pause 3000', 'reject rejected']);
    expect(await run('<Response><Say loop="2">hi</Say></Response>')).toEqual(['answer', 'Say hi', 'Say hi', 'hang up']);
  });

  test('goes on after </Connect> when the stream ends', async () => {
    const line = new Line();
    const over = new TwimlRunner(line).run(
      `<Response>${STREAM}<Say>bye</Say><Hangup/><Say>no</Say></Response>`,
      'http://h/',
    );
    await Promise.resolve();
    line.endStream?.();
    await over;
    expect(line.did).toEqual(['answer', 'stream wss://a/ws', 'Say bye', 'hang up']);
  });

  test('asks the action instead of going on, relative to the document', async () => {
    const line = new Line();
    line.documents = { '/voice/after': '<Response><Say>after</Say></Response>' };
    const xml = '<Response><Connect action="after"><Stream url="wss://a/ws"/></Connect><Say>no</Say></Response>';
    const over = new TwimlRunner(line).run(xml, 'https://h.example/voice/in');
    await Promise.resolve();
    line.endStream?.();
    await over;
    expect(line.did.slice(2)).toEqual(['POST https://h.example/voice/after', 'Say after', 'hang up']);
  });

  test('follows redirects and dial actions', async () => {
    const documents = {
      '/one': '<Response><Dial action="/two">+1555</Dial></Response>',
      '/two': '<Response><Hangup/></Response>',
    };
    expect(await run('<Response><Redirect method="GET">/one</Redirect></Response>', documents)).toEqual(
      [
        'GET https://h.example/one',
        'answer',
        'dial +1555',
        'POST https://h.example/two DialCallStatus=busy',
        'answer',
        'hang up',
      ].filter((step, i, all) => all.indexOf(step) === i),
    );
  });

  test('breaks off a chain of redirects that never ends', async () => {
    const loop = '<Response><Redirect>/loop</Redirect></Response>';
    const did = await run(loop, { '/loop': loop });
    expect(did.slice(-2)).toEqual(['warn too many redirects', 'hang up']);
  });

  test('a document that was replaced neither goes on nor hangs up', async () => {
    const line = new Line();
    const runner = new TwimlRunner(line);
    const first = runner.run(
      `<Response><Connect action="/x"><Stream url="wss://a/ws"/></Connect></Response>`,
      'http://h/',
    );
    await Promise.resolve();
    const end = line.endStream;
    await runner.run('<Response><Say>new</Say></Response>', 'http://h/');
    end?.();
    await first;
    expect(line.did).toEqual(['answer', 'stream wss://a/ws', 'Say new', 'hang up']);
  });
});

describe('where a URL is dialled', () => {
  test.each<[string, string | null, object]>([
    [
      'http://127.0.0.1:8765/a?b=1',
      null,
      { host: '127.0.0.1', port: 8765, tls: false, path: '/a?b=1', headers: [['Host', '127.0.0.1:8765']] },
    ],
    ['ws://localhost:1/x', 'http://127.0.0.1:2', { host: 'localhost', port: 1, tls: false }],
    ['https://127.0.0.1:9/x', null, { host: '127.0.0.1', port: 9, tls: true }],
    ['http://[::1]:9/x', null, { host: '::1', port: 9 }],
  ])('%s goes straight there', (url, serverUrl, route) => {
    expect(routeTo(url, serverUrl)).toMatchObject(route);
  });

  test('a public name goes to the local server as through a tunnel', () => {
    expect(routeTo('wss://voice.example.com/ws/t', 'http://127.0.0.1:8765')).toEqual({
      host: '127.0.0.1',
      port: 8765,
      tls: false,
      path: '/ws/t',
      headers: [
        ['Host', 'voice.example.com'],
        ['X-Forwarded-For', '127.0.0.1'],
        ['X-Forwarded-Host', 'voice.example.com'],
        ['X-Forwarded-Proto', 'https'],
      ],
    });
  });

  test.each([
    ['https://voice.example.com/', null],
    ['https://voice.example.com/', 'http://10.0.0.1:80'],
    ['http://127.0.0.1.example.com/', null],
  ])('%s with server %s never leaves this machine', (url, serverUrl) => {
    expect(() => routeTo(url, serverUrl)).toThrow(/not on this machine/);
  });
});
