// Reads TwiML into the verbs a call can run, with Twilio's own error numbers for what is wrong. Running them, in time
// and on a call, is twiml_runner.ts.

import { parseXml, type XmlElement } from './xml.js';

/** A document Twilio would refuse as a whole. 12100 = not XML or no <Response>; 31941/31922/31923 = bad stream. */
export class TwimlError extends Error {
  override name = 'TwimlError';
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

export interface StreamVerb {
  /** As written, without a query string (Twilio drops it). */
  url: string;
  name: string | null;
  parameters: Record<string, string>;
  statusCallback: string | null;
  statusCallbackMethod: 'GET' | 'POST';
}

export type Verb =
  | { verb: 'Connect'; stream: StreamVerb; action: string | null; method: 'GET' | 'POST' }
  | { verb: 'Say'; text: string; loop: number }
  | { verb: 'Play'; url: string; loop: number; digits: string | null }
  | { verb: 'Pause'; lengthS: number }
  | { verb: 'Redirect'; url: string; method: 'GET' | 'POST' }
  | { verb: 'Dial'; number: string; action: string | null; method: 'GET' | 'POST'; timeoutS: number }
  | { verb: 'Reject'; reason: 'rejected' | 'busy' }
  | { verb: 'Hangup' };

export interface TwimlDocument {
  verbs: Verb[];
  /** What Twilio would log and ignore: unknown verbs (12200), dropped query strings, over-long parameters. */
  warnings: string[];
}

const PARAMETER_CHARS_MAX = 500;

/** Throws TwimlError when Twilio would not run the document at all. */
export function parseTwiml(xml: string): TwimlDocument {
  let root: XmlElement;
  try {
    root = parseXml(xml);
  } catch (error) {
    throw new TwimlError(12100, `document parse failure: ${(error as Error).message}`);
  }
  if (root.name !== 'Response') throw new TwimlError(12100, `root element is <${root.name}>, not <Response>`);
  const warnings: string[] = [];
  const verbs: Verb[] = [];
  for (const element of root.children) {
    const verb = readVerb(element, warnings);
    if (verb) verbs.push(verb);
    else warnings.push(`12200 <${element.name}> is not supported here`);
  }
  if (root.text.trim() !== '') warnings.push('12200 text inside <Response>');
  return { verbs, warnings };
}

function readVerb(element: XmlElement, warnings: string[]): Verb | null {
  const { attributes } = element;
  const text = element.text.trim();
  switch (element.name) {
    case 'Connect':
      return {
        verb: 'Connect',
        stream: readStream(element, warnings),
        action: attributes['action'] ?? null,
        method: method(attributes['method']),
      };
    case 'Say':
      return { verb: 'Say', text, loop: count(attributes['loop'], 1) };
    case 'Play':
      return { verb: 'Play', url: text, loop: count(attributes['loop'], 1), digits: attributes['digits'] ?? null };
    case 'Pause':
      return { verb: 'Pause', lengthS: count(attributes['length'], 1) };
    case 'Redirect':
      return { verb: 'Redirect', url: text, method: method(attributes['method']) };
    case 'Dial':
      return {
        verb: 'Dial',
        number: text || (element.children[0]?.text.trim() ?? ''),
        action: attributes['action'] ?? null,
        method: method(attributes['method']),
        timeoutS: count(attributes['timeout'], 30),
      };
    case 'Reject':
      return { verb: 'Reject', reason: attributes['reason'] === 'busy' ? 'busy' : 'rejected' };
    case 'Hangup':
      return { verb: 'Hangup' };
    default:
      return null;
  }
}

function readStream(connect: XmlElement, warnings: string[]): StreamVerb {
  const streams = connect.children.filter((child) => child.name === 'Stream');
  if (streams.length !== 1) throw new TwimlError(12200, `<Connect> needs one <Stream>, has ${streams.length}`);
  const { attributes, children } = streams[0];
  const track = attributes['track'];
  if (track !== undefined && track !== 'inbound_track') {
    throw new TwimlError(31941, `track "${track}" is not possible with <Connect>, only inbound_track`);
  }
  const written = attributes['url'] ?? '';
  if (!/^wss?:\/\//.test(written)) throw new TwimlError(31922, `stream url must begin with wss://: ${written}`);
  const [url, query] = written.split('?');
  if (!URL.canParse(url)) throw new TwimlError(31923, `stream url is malformed: ${written}`);
  if (query !== undefined) warnings.push('31920 the query string of the stream url is dropped');
  if (url.startsWith('ws://') && !/^ws:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|\/|$)/.test(url)) {
    warnings.push('31922 stream url is ws://: real Twilio takes wss:// only');
  }
  const parameters: Record<string, string> = {};
  for (const { name: tag, attributes: pair } of children) {
    if (tag !== 'Parameter' || pair['name'] === undefined) {
      warnings.push(`12200 <${tag}> without a meaning inside <Stream>`);
      continue;
    }
    const value = pair['value'] ?? '';
    if (pair['name'].length + value.length >= PARAMETER_CHARS_MAX) {
      warnings.push(`parameter ${pair['name']} is longer than ${PARAMETER_CHARS_MAX} characters and dropped`);
      continue;
    }
    parameters[pair['name']] = value;
  }
  return {
    url,
    name: attributes['name'] ?? null,
    parameters,
    statusCallback: attributes['statusCallback'] ?? null,
    statusCallbackMethod: method(attributes['statusCallbackMethod']),
  };
}

function method(text: string | undefined): 'GET' | 'POST' {
  return text?.toUpperCase() === 'GET' ? 'GET' : 'POST';
}

function count(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) && value >= 0 ? value : otherwise;
}
