// The project's structure as rules over source text: who may import whom, what may stand where. Pure, so that
// tidy.test.ts can hold planted violations against it as well as the real tree. Formatting is the linter's.

import { posix } from 'node:path';
import { type Import, importsOf, withoutComments } from './tidy_source.js';

/** Source text by path from the project's folder, `src/threads/spsc_ring.ts`. */
export type Tree = ReadonlyMap<string, string>;

const LINES_MAX = 400;
const ROOT = '';

/** Names, settings and metrics of the vendors derive from it. */
const VENDOR_LIST = 'src/providers/vendor_settings.ts';

/** Folder of src -> what it may import beside itself and the root files. */
const MAY_IMPORT: Record<string, (target: string, isType: boolean) => boolean> = {
  // Settings are spelled where they belong; the root only puts them together.
  [ROOT]: (target) => target === VENDOR_LIST,
  // `call` holds the words of a call, which every room may use (CALL_TYPES below).
  call: () => false,
  metrics: (target) => target === VENDOR_LIST,
  threads: () => false,
  audio: () => false,
  twilio: () => false,
  providers: () => false,
  // Knows no call: what is kept is said where it is used.
  store: () => false,
  conversation: (target, isType) => isType && /^src\/providers\/(stt|llm|tts)\.ts$/.test(target),
  // What a model may do. They are told of the call by a desk, and know neither worker nor server.
  tools: (target, isType) => isType && target === 'src/providers/llm.ts',
  agents: (target) =>
    /^src\/conversation\//.test(target) || target === VENDOR_LIST || target === 'src/tools/tool_definition.ts',
  worker: (target) => /^src\/(metrics|threads|audio|twilio|providers|conversation|agents|tools)\//.test(target),
  server: (target, isType) =>
    /^src\/(metrics|threads|twilio|store)\/|^src\/agents\/agent_book\.ts$/.test(target) ||
    (isType && target === 'src/agents/agent_watch.ts') ||
    WITHOUT_SDK.test(target),
};
/** What the main thread may know of providers: settings and probes, which load no SDK. */
const WITHOUT_SDK = /^src\/providers\/(probe|vendor|vendor_settings|[a-z_]+\/(settings|probe))\.ts$/;
/** Loading one costs the thread hundreds of milliseconds. */
const SDKS = ['@deepgram/sdk', 'openai', '@cartesia/cartesia-js'];
/** What every folder may import besides itself and the root files: the types of a call. */
const CALL_TYPES = /^src\/call\//;
/** main.ts is a root file that may do more; no other root file may import it. */
const MAIN = 'src/main.ts';
/** The package's own entry, which main.ts runs; no room may import it. */
const PACKAGE = 'src/ringline.ts';
const MAIN_MAY_IMPORT = /^src\/(metrics|threads|server|store)\/|^src\/agents\/agent_(book|checks|folder|watch)\.ts$/;

/** Package -> the files that may import it. */
const ONE_IMPORTER: Record<string, RegExp> = {
  'uWebSockets.js': /^src\/server\/http\/(transport_uws|uws_late_cork|uws_connections)\.ts$/,
  piscina: /^src\/server\/worker_pool\.ts$/,
  'onnxruntime-node': /^src\/audio\/vad\/silero_model\.ts$/,
  '@deepgram/sdk': /^src\/providers\/deepgram\//,
  openai: /^src\/providers\/openai\//,
  '@cartesia/cartesia-js': /^src\/providers\/cartesia\//,
  twilio: /^src\/twilio\/(rest_client|webhook_signature|twiml)\.ts$/,
  ws: /^src\/(providers\/|server\/http\/(transport_node|node_socket)\.ts$)/,
  undici: /^src\/(providers\/|tools\/http_client\.ts$)/,
  ajv: /^src\/tools\/arguments\.ts$/,
  // Loaded only where there is a Redis: by open_store.ts, on demand.
  ioredis: /^src\/store\/redis_(link|store)\.ts$/,
  // Loaded only where traces are wanted: by phone_server.ts, on demand.
  '@opentelemetry/api': /^src\/server\/tracing\//,
  '@opentelemetry/sdk-trace-base': /^src\/server\/tracing\/tracing\.ts$/,
  '@opentelemetry/exporter-trace-otlp-http': /^src\/server\/tracing\/tracing\.ts$/,
  '@opentelemetry/resources': /^src\/server\/tracing\/tracing\.ts$/,
  'sonic-boom': /^src\/log_files\.ts$/,
  'prom-client': /^src\/(metrics|server)\//,
  // Reads whole files into objects: for tools, not for a server.
  wavefile: /^$/,
  // Loaded only where there is a bucket.
  '@aws-sdk/client-s3': /^src\/server\/archive\/s3_bucket\.ts$/,
  yaml: /^src\/agents\/agent_text\.ts$/,
};

/** Text -> the only file that may contain it. */
const ONE_PLACE: [what: string, text: RegExp, place: RegExp][] = [
  ['OpenTelemetry before anybody wants it', /\bfrom\s*['"][^'"]*\/tracing\/tracing\.js['"]/, /^$/],
  ['the environment', /\bprocess\.env\b/, /^src\/config\.ts$/],
  ['the native addon', /\.node['"`]|ringline_native|native\/build/, /^src\/audio\/kernels\/addon\.ts$/],
  // Every thread that listens reads every message: workers report to the main thread by their port instead.
  ['BroadcastChannel', /\bBroadcastChannel\b/, /^$/],
  ['the port to the main thread', /\bparentPort\b/, /^src\/worker\/call_worker\.ts$/],
  ['Atomics.waitAsync', /\bAtomics\.waitAsync\b/, /^src\/threads\/doorbell\.ts$/],
];

/** A call is held with its plan: only agents/call_plan.ts brings settings, agent and order together. */
const CALLS_WITHOUT_SETTINGS = /^src\/worker\/(?!call_worker\.ts$|provider_hub\.ts$)/;
const SETTINGS = 'src/config.ts';

/** Folders whose code is driven from outside: no timers, no clock, no sockets. */
const PURE_FOLDERS = /^src\/(audio|twilio|conversation)\//;
const IMPURE_TEXT = /\b(setTimeout|setInterval|Date\.now|performance\.now|process\.hrtime)\b|(?<!\.)\bfetch\(/;
const SOCKET_MODULES = /^(node:)?(net|tls|http|https|http2|dgram)$/;

/** The main thread's media path starts here; it copies bytes and does not look into them. */
const MEDIA_PATH = [
  'src/server/media/media_socket.ts',
  'src/server/media/ingress_writer.ts',
  'src/server/media/egress_pump.ts',
];
const LOOKS_INTO_BYTES = /\bJSON\.parse\b|['"`]base64(url)?['"`]|\b(atob|btoa)\b/;

/** Members are private by `#name`, which holds at run time too. A constructor can't be; `protected` has no other word. */
const PRIVATE_BY_TYPE = /^\s*(?:static |abstract )*private (?!constructor\b)|[(,]\s*private (?:readonly )?\w+\??:/m;
const BAD_NAMES = /(^|\/)(index|utils?|helpers?|common)(\/|\.ts$)/;
const SNAKE_CASE = /^[a-z0-9_]+(\/[a-z0-9_]+)*(\.(test|bench|d))?\.ts$/;

/** All violations of the rules, `file: what`, in the order of the files. Empty when all is well. */
export function violations(tree: Tree): string[] {
  const found: string[] = [];
  const report = (file: string, what: string) => found.push(`${file}: ${what}`);
  const code = new Map([...tree].map(([file, source]) => [file, withoutComments(source)]));
  const imports = new Map([...code].map(([file, text]) => [file, importsOf(text)]));
  const targetsOf = (file: string, wanted: (each: Import) => boolean) =>
    (imports.get(file) ?? [])
      .filter((each) => each.from.startsWith('.') && wanted(each))
      .map((each) => resolveImport(file, each.from));

  for (const [file, source] of tree) {
    if (BAD_NAMES.test(file)) report(file, 'its name says nothing (index, utils, helpers, common)');
    if (!SNAKE_CASE.test(file)) report(file, 'names are snake_case');
    if (PRIVATE_BY_TYPE.test(code.get(file) ?? '')) report(file, 'private members are #names');
    if (!file.startsWith('src/')) continue;
    checkSource(file, source, code.get(file) ?? '', report);
    for (const each of imports.get(file) ?? []) checkImport(file, each, tree, report);
  }
  const importedBy = (file: string) => [
    ...targetsOf(file, (each) => !each.isType),
    ...targetsOf(file, (each) => each.isType),
  ];
  for (const cycle of cycles([...tree.keys()].filter(inSrc), importedBy))
    report(cycle[0], `imports itself: ${cycle.join(' -> ')}`);
  // Renamed without telling this file, the rule would guard nothing.
  for (const file of MEDIA_PATH) if (!tree.has(file)) report(file, 'is named here as the media path, but is not there');
  for (const file of reachable(MEDIA_PATH, (from) => targetsOf(from, (each) => !each.isType))) {
    const match = LOOKS_INTO_BYTES.exec(code.get(file) ?? '');
    if (match) report(file, `${match[0]} on the main thread's media path`);
  }
  const withoutSdk = [...tree.keys()].filter((file) => WITHOUT_SDK.test(file));
  for (const file of reachable(withoutSdk, (from) => targetsOf(from, (each) => !each.isType))) {
    const sdk = (imports.get(file) ?? []).find((each) => !each.isType && SDKS.includes(packageOf(each.from)));
    if (sdk) report(file, `${sdk.from} where the main thread looks`);
  }
  return found;
}

type Report = (file: string, what: string) => void;

function checkSource(file: string, source: string, code: string, report: Report): void {
  if (!/^(#!.*\n)?\/\/ \S.{20,}/.test(source)) report(file, 'does not begin by saying its job');
  const lines = source.split('\n').length - 1;
  if (lines > LINES_MAX) report(file, `has ${lines} lines, more than ${LINES_MAX}`);
  for (const [what, text, place] of ONE_PLACE)
    if (text.test(code) && !place.test(file)) report(file, `${what} is not its business`);
  const impure = PURE_FOLDERS.test(file) && IMPURE_TEXT.exec(code);
  if (impure) report(file, `${impure[0]} in a folder that is driven from outside`);
}

function checkImport(file: string, { from, isType }: Import, tree: Tree, report: Report): void {
  if (!from.startsWith('.')) {
    const name = packageOf(from);
    if (ONE_IMPORTER[name]?.test(file) === false) report(file, `may not import ${name}`);
    if (PURE_FOLDERS.test(file) && SOCKET_MODULES.test(from)) report(file, `opens sockets (${from})`);
    return;
  }
  const target = resolveImport(file, from);
  if (!tree.has(target)) return report(file, `imports ${from}, which is not there`);
  const folder = folderOf(file);
  const rule = MAY_IMPORT[folder];
  if (!rule) return report(file, `folder ${folder} is not in the import table`);
  const isEntry = target === MAIN || (target === PACKAGE && file !== MAIN);
  if (target === SETTINGS && CALLS_WITHOUT_SETTINGS.test(file)) return report(file, `may not import ${target}`);
  const isRootFile = inSrc(target) && folderOf(target) === ROOT && !isEntry;
  const isOwnFolder = inSrc(target) && folderOf(target) === folder && !isEntry;
  const isCallType = CALL_TYPES.test(target) && folder !== ROOT;
  if (isRootFile || isOwnFolder || isCallType || rule(target, isType)) return;
  if ((file === MAIN || file === PACKAGE) && MAIN_MAY_IMPORT.test(target)) return;
  report(file, `may not import ${target}`);
}

function inSrc(file: string): boolean {
  return file.startsWith('src/');
}

/** `@deepgram/sdk` of `@deepgram/sdk/listen`. */
function packageOf(from: string): string {
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
}

/** First folder below src; '' for src's own files. */
function folderOf(file: string): string {
  return file.split('/').slice(1, -1)[0] ?? ROOT;
}

function resolveImport(file: string, from: string): string {
  return posix.join(posix.dirname(file), from).replace(/\.js$/, '.ts');
}

function reachable(from: string[], next: (file: string) => string[]): Set<string> {
  const seen = new Set<string>();
  const todo = [...from];
  for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    todo.push(...next(file));
  }
  return seen;
}

/** One cycle for each file at which a depth-first walk meets its own path. */
function cycles(files: string[], next: (file: string) => string[]): string[][] {
  const found: string[][] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (file: string) => {
    if (finished.has(file)) return;
    const at = path.indexOf(file);
    if (at >= 0) {
      found.push([...path.slice(at), file]);
      return;
    }
    path.push(file);
    next(file).forEach(visit);
    path.pop();
    finished.add(file);
  };
  files.forEach(visit);
  return found;
}
