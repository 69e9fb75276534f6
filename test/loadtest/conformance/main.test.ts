import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const MAIN = 'dist/loadtest/conformance/main.js';

test('a short run passes and says what it saw', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-test-'));
  try {
    const json = join(folder, 'out.json');
    const { stdout } = await run(process.execPath, [MAIN, '--only', 'hangs up at once', '--json', json], {
      timeout: 60_000,
    });
    expect(stdout).toMatch(/0 invalid;.* 0 taken too kindly\npassed/);
    const report = JSON.parse(readFileSync(json, 'utf8'));
    expect(report).toMatchObject({
      passed: true,
      invalid: 0,
      lenient: [],
      calls: [{ end: 'completed', asPlayed: true }],
      types: {
        twilio: { sent: { 'TwiML for POST /': 1 }, received: { 'text start': 1, 'POST / voice ringing': 1 } },
        deepgram: { sent: { 'upgrade /v1/listen': expect.any(Number) } },
        cartesia: { received: { 'text chunk': expect.any(Number) } },
      },
    });
    expect(report.messages).toBeGreaterThan(50);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);

test('an option that does not exist is wrong usage', async () => {
  await expect(run(process.execPath, [MAIN, '--spec', 'x'])).rejects.toMatchObject({ code: 64 });
});
