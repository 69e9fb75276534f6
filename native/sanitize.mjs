// Runs the kernels' own tests under AddressSanitizer and UndefinedBehaviorSanitizer, the threaded one under
// ThreadSanitizer, and the fuzzers of the parsers over the kept corpus and beyond. Needs cmake and g++ or clang++; where
// clang++ comes with libFuzzer, that drives the fuzzers, otherwise test/fuzz/mutation_driver.cc.
//
//   node native/sanitize.mjs [--fuzz-seconds=20] [--keep] [--no-libfuzzer]
//
// --keep: libFuzzer adds to the corpus what reaches new code. --no-libfuzzer: the built-in driver even where clang++ is.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const nativeDir = path.dirname(fileURLToPath(import.meta.url));
const corpusDir = path.join(nativeDir, 'test', 'corpus');
const work = mkdtempSync(path.join(os.tmpdir(), 'ringline-sanitize-'));
const fuzzSeconds = Number(process.argv.find((arg) => arg.startsWith('--fuzz-seconds='))?.split('=')[1] ?? 20);
const keep = process.argv.includes('--keep');

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (result.status !== 0) {
    console.error(`FAILED: ${command} ${args.join(' ')}`);
    console.error(`left for a look: ${work}`);
    process.exit(1);
  }
}

function build(name, definitions, target) {
  const dir = path.join(work, name);
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'] };
  const defines = ['RINGLINE_TESTS=ON', ...definitions].map((definition) => `-D${definition}`);
  run('cmake', ['-S', nativeDir, '-B', dir, ...defines], quiet);
  run('cmake', ['--build', dir, '--parallel', '2', ...(target ? ['--target', target] : [])], quiet);
  return dir;
}

/** A clang++ that can link libFuzzer, or null. */
function fuzzingCompiler() {
  const source = path.join(work, 'probe.cc');
  writeFileSync(source, 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }\n');
  const names = ['clang++', ...Array.from({ length: 12 }, (_, i) => `clang++-${24 - i}`), 'clang++-12', 'clang++-11'];
  for (const name of names) {
    const args = ['-fsanitize=fuzzer,address', source, '-o', path.join(work, 'probe')];
    if (spawnSync(name, args, { stdio: 'ignore' }).status === 0) return name;
  }
  return null;
}

console.log('== tests under AddressSanitizer and UndefinedBehaviorSanitizer');
const plain = build('address', ['RINGLINE_SANITIZE=ON']);
run('ctest', ['--test-dir', plain, '--output-on-failure']);

console.log('== threads under ThreadSanitizer');
run(path.join(build('thread', ['RINGLINE_SANITIZE_THREAD=ON'], 'threads_test'), 'threads_test'), []);

const clang = process.argv.includes('--no-libfuzzer') ? null : fuzzingCompiler();
console.log(`== fuzzing for ${fuzzSeconds} s each, ${clang ? `libFuzzer of ${clang}` : 'built-in mutation driver'}`);
const fuzzers = clang
  ? build('fuzz', ['RINGLINE_SANITIZE=ON', 'RINGLINE_LIBFUZZER=ON', `CMAKE_CXX_COMPILER=${clang}`])
  : plain;
for (const name of readdirSync(corpusDir)) {
  const kept = path.join(corpusDir, name);
  const found = path.join(work, 'found', name);
  mkdirSync(found, { recursive: true });
  const binary = path.join(fuzzers, `${name}_fuzz`);
  if (!clang) {
    run(binary, [`-seconds=${fuzzSeconds}`, kept], { cwd: work });
    continue;
  }
  // libFuzzer talks a lot; it is quoted in full only when it found something.
  const args = [`-max_total_time=${fuzzSeconds}`, '-max_len=4096', '-print_final_stats=1', found, kept];
  const fuzz = spawnSync(binary, args, { cwd: work, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (fuzz.status !== 0) {
    console.error(`${fuzz.stdout}${fuzz.stderr}\nFAILED: ${name}; the input is in ${work}`);
    process.exit(1);
  }
  console.log(`${name}: ${/number_of_executed_units: (\d+)/.exec(fuzz.stderr)?.[1]} inputs, nothing found`);
  if (keep) run(binary, ['-merge=1', '-verbosity=0', kept, found], { cwd: work });
}
rmSync(work, { recursive: true, force: true });
console.log('== all clean');
