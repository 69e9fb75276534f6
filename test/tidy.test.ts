import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { namesOfNothing } from './tidy_comments.js';
import { violations } from './tidy_rules.js';
import { importsOf, withoutComments } from './tidy_source.js';

const projectDir = fileURLToPath(new URL('..', import.meta.url));

function realTree(): Map<string, string> {
  const tree = new Map<string, string>();
  for (const folder of ['src', 'test', 'bench', 'loadtest']) {
    for (const entry of readdirSync(projectDir + folder, { recursive: true, encoding: 'utf8' })) {
      if (!entry.endsWith('.ts') || /(^|\/)(node_modules|peers)\//.test(entry)) continue;
      tree.set(`${folder}/${entry}`, readFileSync(`${projectDir}${folder}/${entry}`, 'utf8'));
    }
  }
  return tree;
}

test('the tree keeps the rules of its structure', () => {
  const tree = realTree();
  expect(tree.size, 'the tree was found').toBeGreaterThan(50);
  expect(violations(tree)).toEqual([]);
});

describe('comments', () => {
  /** Sources of all kinds, and the documents at the top. */
  function allTexts(): Map<string, string> {
    const texts = realTree();
    // The planted violations of this very file are no code.
    texts.delete('test/tidy.test.ts');
    const isText = (name: string) =>
      /\.(mjs|md|json|cc|h|py|sh)$/.test(name) && !/(^|\/)(build|node_modules)\//.test(name);
    for (const folder of ['native', 'bench', 'loadtest', 'models']) {
      for (const entry of readdirSync(projectDir + folder, { recursive: true, encoding: 'utf8' })) {
        if (isText(entry)) texts.set(`${folder}/${entry}`, readFileSync(`${projectDir}${folder}/${entry}`, 'utf8'));
      }
    }
    for (const name of readdirSync(projectDir))
      if (isText(name)) texts.set(name, readFileSync(projectDir + name, 'utf8'));
    return texts;
  }

  test('name only files, documents and code that exist', () => {
    expect(namesOfNothing(allTexts())).toEqual([]);
  });

  test.each([
    ['// see server/no_such_file.ts', ['server/no_such_file.ts']],
    ['// README 2 says so, and ELSEWHERE A.4, and ELSEWHERE F', ['ELSEWHERE.md', 'ELSEWHERE.md']],
    ['/** Calls `noSuchFunction()` first. */', ['noSuchFunction']],
    ['// twilio/twiml.ts, README.md, `sayLine`, `https://example.com/x.ts`, `a b`', []],
  ])('%s names %j, which is not there', (comment, expected) => {
    const texts = new Map([
      ['src/twilio/twiml.ts', `${comment}\nexport const sayLine = 1;\n`],
      ['README.md', 'noSuchFunction'],
    ]);
    expect(namesOfNothing(texts)).toEqual(expected.map((name) => `src/twilio/twiml.ts:1: ${name}`));
  });
});

describe('the rules bite', () => {
  const JOB = '// Says what this file is for, as every file does.\n';
  const TREE = [
    ['src/clock.ts', ''],
    ['src/config.ts', 'export const port = process.env.PORT;'],
    ['src/main.ts', "import { serve } from './server/media/media_socket.js';"],
    ['src/audio_format.ts', ''],
    ['src/call/call.ts', ''],
    ['src/audio/kernels/addon.ts', "const addon = require('x/ringline_native.node');"],
    ['src/audio/pcm.ts', "import { nowMs } from '../clock.js';"],
    ['src/metrics/shared_metrics.ts', ''],
    ['src/threads/spsc_ring.ts', "import { nowMs } from '../clock.js';"],
    ['src/threads/doorbell.ts', 'Atomics.waitAsync(words, 0, 0);'],
    ['src/twilio/twiml.ts', "import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';"],
    ['src/providers/stt.ts', "import { RATE_HZ } from '../audio_format.js';"],
    ['src/providers/deepgram/deepgram_stt.ts', "import WebSocket from 'ws'; import('@deepgram/sdk');"],
    ['src/conversation/transcript.ts', "import type { SttTranscript } from '../providers/stt.js';"],
    ['src/store/memory_store.ts', "import { nowMs } from '../clock.js';"],
    ['src/tools/arguments.ts', "import { Ajv2020 } from 'ajv/dist/2020.js';"],
    ['src/worker/call_session.ts', "import { JOB } from '../conversation/transcript.js';"],
    [
      'src/server/media/media_socket.ts',
      "import { write } from './ingress_writer.js'; import type { J } from './body.js';",
    ],
    ['src/server/media/ingress_writer.ts', "import { SpscRing } from '../../threads/spsc_ring.js'; // not JSON.parse"],
    ['src/server/media/egress_pump.ts', "import { ThreadMetrics } from '../../metrics/shared_metrics.js';"],
    ['src/server/media/body.ts', 'export const parse = (text: string) => JSON.parse(text);'],
    ['src/server/worker_pool.ts', "import { Piscina } from 'piscina';"],
  ].map(([file, text]): [string, string] => [file, `${JOB}${text}\n`]);

  test('a tree in order passes', () => {
    expect(violations(new Map(TREE))).toEqual([]);
  });

  test.each([
    // The import table.
    ['src/threads/new.ts', "import { add } from '../metrics/shared_metrics.js';", 'may not import src/metrics'],
    ['src/metrics/new.ts', "export { SpscRing } from '../threads/spsc_ring.js';", 'may not import src/threads'],
    ['src/audio/new.ts', "import '../twilio/twiml.js';", 'may not import src/twilio'],
    ['src/twilio/new.ts', "const x = await import('../audio/pcm.js');", 'may not import src/audio'],
    ['src/providers/new.ts', "import { pcm } from '../audio/pcm.js';", 'may not import src/audio/pcm.ts'],
    ['src/conversation/new.ts', "import { stt } from '../providers/stt.js';", 'may not import src/providers'],
    [
      'src/conversation/new.ts',
      "import type { D } from '../providers/deepgram/deepgram_stt.js';",
      'may not import src/prov',
    ],
    ['src/worker/new.ts', "import { x } from '../server/media/body.js';", 'may not import src/server'],
    ['src/worker/new.ts', "import { Ajv2020 } from 'ajv/dist/2020.js';", 'may not import ajv'],
    ['src/tools/new.ts', "import { x } from '../worker/call_session.js';", 'may not import src/worker'],
    ['src/tools/new.ts', "import { stt } from '../providers/stt.js';", 'may not import src/providers'],
    ['src/twilio/new.ts', "import { x } from '../server/media/body.js';", 'may not import src/server'],
    [
      'src/server/new.ts',
      "import {\n  a,\n  type B,\n} from '../worker/call_session.js';",
      'may not import src/worker',
    ],
    [
      'src/server/new.ts',
      "import { openTracing } from './tracing/tracing.js';",
      'OpenTelemetry before anybody wants it is not its business',
    ],
    ['src/server/new.ts', "import { trace } from '@opentelemetry/api';", 'may not import @opentelemetry/api'],
    ['src/server/new.ts', "import { a } from '../audio/pcm.js';", 'may not import src/audio'],
    ['src/new.ts', "import { d } from './providers/deepgram/deepgram_stt.js';", 'may not import src/providers'],
    [
      'src/providers/deepgram/settings.ts',
      "import { D } from './deepgram_stt.js';",
      'src/providers/deepgram/deepgram_stt.ts: @deepgram/sdk where the main thread looks',
    ],
    ['src/server/new.ts', "import { d } from '../providers/deepgram/deepgram_stt.js';", 'may not import src/providers'],
    ['src/server/new.ts', "import type { D } from '../providers/stt.js';", 'may not import src/providers'],
    ['src/new.ts', "import { a } from './threads/spsc_ring.js';", 'may not import src/threads'],
    ['src/store/new.ts', "import { b } from '../server/media/body.js';", 'may not import src/server'],
    ['src/store/new.ts', "import type { R } from '../threads/spsc_ring.js';", 'may not import src/threads'],
    ['src/worker/new.ts', "import { s } from '../store/memory_store.js';", 'may not import src/store'],
    ['src/twilio/new.ts', "import type { S } from '../store/memory_store.js';", 'may not import src/store'],
    ['src/server/new.ts', "import { s } from '../store/memory_store.js';", 'ok'],
    ['src/call/new.ts', "import type { R } from '../threads/spsc_ring.js';", 'may not import src/threads'],
    ['src/conversation/new.ts', "import type { C } from '../call/call.js';", 'ok'],
    ['src/audio/new.ts', "import { C } from '../call/call.js';", 'ok'],
    ['src/new.ts', "import { C } from './call/call.js';", 'may not import src/call'],
    ['src/new.ts', "import './main.js';", 'may not import src/main.ts'],
    ['src/clock.ts', "import { t } from './tidy_rules.js';", 'which is not there'],
    ['src/new/thing.ts', "import { nowMs } from '../clock.js';", 'not in the import table'],
    ['src/clock.ts', "import { port } from './config.js';\nimport './clock.js';", 'imports itself'],
    ['src/threads/spsc_ring.ts', "import type { D } from './doorbell.js';", 'ok'],
    [
      'src/threads/doorbell.ts',
      "import { S } from './spsc_ring.js'; import { a } from './doorbell.js';",
      'imports itself',
    ],
    ['src/worker/new.ts', "import type { EngineConfig } from '../config.js';", 'may not import src/config.ts'],
    ['src/worker/call_worker.ts', "import type { EngineConfig } from '../config.js';", 'ok'],
    // One importer each.
    ['src/worker/new.ts', "import uWS from 'uWebSockets.js';", 'may not import uWebSockets.js'],
    ['src/server/new.ts', "import type { Piscina } from 'piscina';", 'may not import piscina'],
    ['src/audio/new.ts', "import ort from 'onnxruntime-node';", 'may not import onnxruntime-node'],
    ['src/audio/new.ts', "import wavefile from 'wavefile';", 'may not import wavefile'],
    ['src/providers/openai/new.ts', "import { D } from '@deepgram/sdk';", 'may not import @deepgram/sdk'],
    ['src/providers/deepgram/new.ts', "import OpenAI from 'openai/resources';", 'may not import openai'],
    ['src/worker/new.ts', "import { C } from '@cartesia/cartesia-js';", 'may not import @cartesia/cartesia-js'],
    ['src/server/new.ts', "import twilio from 'twilio';", 'may not import twilio'],
    ['src/server/new.ts', "import { Redis } from 'ioredis';", 'may not import ioredis'],
    ['src/store/memory_store.ts', "import type { Redis } from 'ioredis';", 'may not import ioredis'],
    ['src/server/new.ts', "import { WebSocket } from 'ws';", 'may not import ws'],
    ['src/server/http/new.ts', "import type uWS from 'uWebSockets.js';", 'may not import uWebSockets.js'],
    ['src/server/new.ts', "import { fetch } from 'undici';", 'may not import undici'],
    ['src/server/new.ts', 'const { PORT } = process.env;', 'the environment is not its business'],
    ['src/worker/new.ts', "const a = require('../native/build/x');", 'the native addon is not its business'],
    ['src/threads/new.ts', 'await Atomics.waitAsync(w, 0, 0).value;', 'Atomics.waitAsync is not its business'],
    ['src/worker/new.ts', "new BroadcastChannel('calls').postMessage(event);", 'BroadcastChannel is not its business'],
    ['src/worker/new.ts', 'parentPort?.postMessage(event);', 'the port to the main thread is not its business'],
    // Driven from outside.
    ['src/audio/new.ts', 'setTimeout(play, 20);', 'setTimeout in a folder'],
    ['src/conversation/new.ts', 'globalThis.setInterval(tick, 20);', 'setInterval in a folder'],
    ['src/conversation/new.ts', 'const now = Date.now();', 'Date.now in a folder'],
    ['src/twilio/new.ts', "import net from 'node:net';", 'opens sockets'],
    ['src/twilio/new.ts', "await fetch('https://example.com');", 'fetch( in a folder'],
    // The main thread's media path.
    ['src/server/media/media_socket.ts', 'const message = JSON.parse(text);', 'JSON.parse on the main thread'],
    ['src/threads/spsc_ring.ts', "Buffer.from(text, 'base64');", "'base64' on the main thread"],
    ['src/clock.ts', 'export const a = atob(text);', 'atob on the main thread'],
    ['src/metrics/shared_metrics.ts', 'export const a = { encoding: `base64` };', '`base64` on the main thread'],
    [
      'src/server/media/media_socket.ts',
      "import { parse } from './body.js';",
      'src/server/media/body.ts: JSON.parse on the main',
    ],
    // Names and sizes.
    ['src/threads/index.ts', '', 'its name says nothing'],
    ['src/utils/text.ts', '', 'its name says nothing'],
    ['loadtest/helpers.ts', '', 'its name says nothing'],
    ['test/common/x.test.ts', '', 'its name says nothing'],
    ['src/threads/spscRing.ts', '', 'snake_case'],
    ['src/threads/long.ts', '\n'.repeat(400), 'has 402 lines'],
    ['src/threads/new.ts', 'class A {\n  private words = 1;\n}', 'private members are #names'],
    ['loadtest/new.ts', 'class A {\n  private readonly words = 1;\n}', 'private members are #names'],
    ['test/new.ts', 'class A {\n  private static async go() {}\n}', 'private members are #names'],
    [
      'bench/new.ts',
      'class A {\n  constructor(\n    private readonly ring: Ring,\n  ) {}\n}',
      'private members are #names',
    ],
    ['src/threads/new.ts', 'class A {\n  private constructor(readonly ring: Ring) {}\n}', 'ok'],
    ['src/threads/new.ts', "// private once\nconst a = 'a private network';", 'ok'],
  ])('%s with %j: %s', (file, text, expected) => {
    const found = violations(new Map([...TREE, [file, `${JOB}${text}\n`]]));
    if (expected === 'ok') expect(found).toEqual([]);
    else expect(found.join('\n')).toContain(expected);
  });

  test('a file that does not say its job is found', () => {
    const found = violations(new Map([...TREE, ['src/threads/new.ts', "import { nowMs } from '../clock.js';\n"]]));
    expect(found).toEqual(['src/threads/new.ts: does not begin by saying its job']);
  });

  test('a cycle is found over several files, also of types', () => {
    const found = violations(
      new Map([
        ...TREE,
        ['src/threads/a.ts', `${JOB}import type { B } from './b.js';`],
        ['src/threads/b.ts', `${JOB}import { c } from './c.js';`],
        ['src/threads/c.ts', `${JOB}import { a } from './a.js';`],
      ]),
    );
    expect(found).toEqual([
      expect.stringContaining('src/threads/a.ts -> src/threads/b.ts -> src/threads/c.ts -> src/threads/a.ts'),
    ]);
  });
});

describe('reading source', () => {
  test.each([
    ["a // import x from 'y'\nb", 'a  \nb'],
    ['a /* b\n */ c', 'a   c'],
    ["const a = 'x // y'; // z", "const a = 'x // y';  "],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
    ['const a = `/* ${b /* no */ + `//`} */`;', 'const a = `/* ${b /* no */ + `//`} */`;'],
    ['const a = /[\'"]/; // b', 'const a = /[\'"]/;  '],
    ['const a = b / c; // d / e', 'const a = b / c;  '],
    ["x.replace(/[/'`]\\//g, '//') // y", "x.replace(/[/'`]\\//g, '//')  "],
    ["'it\\'s // one' // two", "'it\\'s // one'  "],
  ])('%j without comments', (source, expected) => {
    expect(withoutComments(source)).toBe(expected);
  });

  test.each([
    ["import a from 'x';", 'x', false],
    ["import * as a from 'x';", 'x', false],
    ["import a, { type B } from 'x';", 'x', false],
    ["import { type A, b } from 'x';", 'x', false],
    ["import { type A, type B, } from 'x';", 'x', true],
    ["import {\n  type A,\n  type B,\n} from 'x';", 'x', true],
    ["import type A from 'x';", 'x', true],
    ["import type { A } from 'x';", 'x', true],
    ["export * from 'x';", 'x', false],
    ["export type { A } from 'x';", 'x', true],
    ["import 'x';", 'x', false],
    ["const a = await import('x');", 'x', false],
    ["const a = require('x') as B;", 'x', false],
    ["const a = 1; import { b } from 'x';", 'x', false],
  ])('%j imports %s (types only: %s)', (code, from, isType) => {
    expect(importsOf(code)).toEqual([{ from, isType }]);
  });
});
