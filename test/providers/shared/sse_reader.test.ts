import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SseReader } from '../../../src/providers/shared/sse_reader.js';

function read(...parts: (string | Uint8Array)[]): string[] {
  const events: string[] = [];
  const reader = new SseReader((data) => events.push(data));
  for (const part of parts) reader.push(typeof part === 'string' ? Buffer.from(part) : part);
  return events;
}

test.each([
  ['one event', 'data: a\n\n', ['a']],
  ['without the space', 'data:a\n\n', ['a']],
  ['only the first space goes', 'data:  a\n\n', [' a']],
  ['carriage returns', 'data: a\r\n\r\n', ['a']],
  ['lone carriage returns', 'data: a\rdata: b\r\rdata: c\r\r', ['a\nb', 'c']],
  ['all line ends in one stream', 'data: a\r\n\rdata: b\n\r\ndata: c\r\r', ['a', 'b', 'c']],
  ['a byte order mark', '\ufeffdata: a\n\n', ['a']],
  ['a byte order mark elsewhere is text', 'data: \ufeffa\n\n', ['\ufeffa']],
  ['two lines of data', 'data: a\ndata: b\n\n', ['a\nb']],
  ['an empty line of data', 'data\n\ndata:\n\n', ['', '']],
  ['other fields and comments', ': ping\nevent: x\nid: 7\nretry: 5\ndata: a\n\n', ['a']],
  ['no data, no event', 'event: x\n\n\n\n', []],
  ['a field that only begins like data', 'database: a\n\n', []],
  ['cut off by the end', 'data: a\n\ndata: b\n', ['a']],
])('%s', (_name, text, expected) => {
  expect(read(text)).toEqual(expected);
});

test('wherever the stream is cut, even inside a character, the events are the same', () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replace(/[\r\n]/g, ''));
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 8 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.boolean(),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (events, end, bom, sizes) => {
        const bytes = Buffer.from((bom ? '\ufeff' : '') + events.map((text) => `data: ${text}${end}${end}`).join(''));
        expect(read(...cut(bytes, sizes))).toEqual(events);
      },
    ),
  );
});

function cut(bytes: Buffer, sizes: number[]): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length];
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return parts;
}

test('no bytes whatever make it throw', () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (parts) => void read(...parts)));
});

test('a line that never ends is refused before it fills the memory', () => {
  const reader = new SseReader(() => {});
  const piece = Buffer.alloc(1 << 18, 0x61);
  expect(() => {
    for (let i = 0; i < 10; i++) reader.push(piece);
  }).toThrow(RangeError);
});
