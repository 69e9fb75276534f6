// `npm run demo`: two whole phone calls with no account, no key and no network. Starts the local vendors and the real
// server, lets one caller ring in and one be rung up, shows both conversations, and judges what came out.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Command, type CommandOption, readCommandLine, UsageError } from '../../src/command_line.js';
import { loadUws } from '../../src/server/http/transport_uws.js';
import { type LogLine, ServerProcess } from '../server_process.js';
import { CartesiaSimulator } from '../simulators/cartesia/server.js';
import { DeepgramSimulator } from '../simulators/deepgram/server.js';
import { OpenaiSimulator } from '../simulators/openai/server.js';
import type { SimulatedCall } from '../simulators/twilio/simulated_call.js';
import { TwilioSimulator } from '../simulators/twilio/simulator.js';
import { type Conversation, recordedConversation, spokenConversation, wavFilesIn } from './conversations.js';
import { say, showTrouble, showTurn, style } from './live_view.js';
import { type DemoCall, judge } from './outcome.js';

const ACCOUNT_SID = `AC${'d'.repeat(32)}`;
const AUTH_TOKEN = 'demo-auth-token';
const OUR_NUMBER = '+14155550100';
const CALLER_NUMBER = '+14155550123';
/** The whole call; a demo that hangs is a demo that failed. */
const CALL_TIMEOUT_MS = 120_000;

const COMMAND = {
  name: 'npm run demo',
  summary:
    'Two whole phone calls with no account, no key and no network.\n' +
    'Speech recognition is simulated: it recites what the script says, whatever the audio holds. So with your own\n' +
    'recordings tell it their words, in NAME.txt beside NAME.wav; or type what the caller shall say.',
  options: {
    say: { type: 'string', value: 'TEXT', multiple: true, meaning: 'the inbound caller says this, then hangs up' },
    audio: {
      type: 'string',
      value: 'DIR',
      meaning: 'callers speak the WAV files of this folder, in order of their names',
    },
    json: { type: 'string', value: 'FILE', meaning: 'what was said, heard and measured, for programs' },
  },
  more: "Exit code 0 = both calls went as scripted. Example: npm run demo -- --say 'The soup was cold.' --say 'Goodbye.'",
} as const satisfies Command<Record<string, CommandOption>>;

const options = readCommandLine(COMMAND, ({ values }) => {
  const { audio, say: lines, json } = values;
  if (audio !== undefined && lines !== undefined) throw new UsageError('--say and --audio exclude each other');
  if (lines?.some((line) => !/[\p{L}\p{N}]/u.test(line))) throw new UsageError('--say: there is nothing to say');
  if (audio !== undefined && wavFilesIn(audio).length === 0) throw new UsageError(`--audio: no .wav files in ${audio}`);
  return { audio, lines, json };
});
const recordings = path.resolve('recordings');
/** Of the server's threads during the call that runs. */
let stalls = 0;

say(style.bold('ringline demo'));
say(style.dim('Local Twilio, Deepgram, OpenAI and Cartesia; the real server; nothing leaves this machine.'));
say(
  style.dim('Recognition and replies are simulated: callers are heard to say their script, the agent recites one.\n'),
);
const exitCode = await main().catch((error: unknown) => {
  say(style.red(`\nThe demo stopped: ${(error as Error).message}`));
  return 1;
});
process.exit(exitCode);

async function main(): Promise<number> {
  const inbound = options.audio
    ? recordedConversation(options.audio, 0, 3, false)
    : await spokenConversation('inbound', options.lines);
  const outbound = options.audio
    ? recordedConversation(options.audio, 3, 3, true)
    : await spokenConversation('outbound');

  const deepgram = await DeepgramSimulator.start({});
  const openai = await OpenaiSimulator.start({});
  const cartesia = await CartesiaSimulator.start({ voice: 'speech' });
  const twilio = await TwilioSimulator.start({
    accountSid: ACCOUNT_SID,
    authToken: AUTH_TOKEN,
    phoneNumbers: [OUR_NUMBER],
  });
  let server: ServerProcess | null = null;
  try {
    server = await ServerProcess.start({
      env: {
        TWILIO_ACCOUNT_SID: ACCOUNT_SID,
        TWILIO_AUTH_TOKEN: AUTH_TOKEN,
        TWILIO_PHONE_NUMBER: OUR_NUMBER,
        TWILIO_BASE_URL: twilio.url,
        DEEPGRAM_API_KEY: 'demo',
        DEEPGRAM_BASE_URL: deepgram.url,
        OPENAI_API_KEY: 'demo',
        OPENAI_BASE_URL: openai.url,
        CARTESIA_API_KEY: 'demo',
        CARTESIA_BASE_URL: cartesia.url,
        RECORDING_DIR: recordings,
        // Where uWebSockets.js does not load the server warns of what that costs; two calls don't care.
        ...(typeof loadUws() === 'string' ? { HTTP_ENGINE: 'node' } : {}),
        // The words are to be shown here; in production they stay out of the log.
        LOG_PII: 'true',
      },
      onLog: (line) => {
        if (line.msg === 'worker stalled') stalls++;
        if (line.msg === 'turn answered' || line.msg === 'turn interrupted') showTurn(line);
        else if (line['level'] === 'warn' || line['level'] === 'error') showTrouble(line);
      },
    });
    say(`Server up at ${server.url} (pid ${server.pid}).`);

    say(style.bold(`\nInbound: ${CALLER_NUMBER} rings ${OUR_NUMBER}`));
    const first = twilio.placeCall({
      from: CALLER_NUMBER,
      to: OUR_NUMBER,
      webhookUrl: `${server.url}/`,
      caller: inbound.script,
      statusCallback: `${server.url}/twilio/status`,
    });
    deepgram.setScript(first.sid, inbound.heardAs);
    const calls = [await finish('inbound', first, inbound, server)];

    say(style.bold(`\nOutbound: POST /outbound rings ${CALLER_NUMBER}`));
    const answered = new Promise<SimulatedCall>((resolve) => {
      twilio.onOutbound((call) => {
        deepgram.setScript(call.sid, outbound.heardAs);
        resolve(call);
        return outbound.script;
      });
    });
    const response = await fetch(`${server.url}/outbound`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ to_number: CALLER_NUMBER }),
    });
    if (!response.ok) throw new Error(`POST /outbound answered ${response.status}: ${await response.text()}`);
    calls.push(await finish('outbound', await answered, outbound, server));
    return report(calls);
  } catch (error) {
    if (server) say(style.dim(`The server's last lines:\n${server.tail.join('\n')}`));
    throw error;
  } finally {
    await server?.stop();
    await Promise.all([twilio.close(), deepgram.close(), openai.close(), cartesia.close()]);
  }
}

/** Waits for the end of a call, on the line and in the server's files, and judges it. */
async function finish(
  direction: 'inbound' | 'outbound',
  call: SimulatedCall,
  conversation: Conversation,
  server: ServerProcess,
): Promise<DemoCall> {
  const summarised = server.logged(
    (line) => line.msg === 'call ended' && line['call_sid'] === call.sid,
    CALL_TIMEOUT_MS,
  );
  const started = server.logged((line) => isStart(line, call.sid), CALL_TIMEOUT_MS).catch(() => null);
  const report = await call.ended;
  await summarised;
  const line = await started;
  const stem = typeof line?.['recording'] === 'string' ? line['recording'].replace(/\.wav$/, '') : null;
  const judged = judge(direction, conversation, report, recordings, stem, stalls > 0);
  if (stalls > 0 && judged.underruns > 0)
    say(style.dim(`  This machine stalled ${stalls} times: ${judged.underruns} holes in the agent's speech.`));
  stalls = 0;
  for (const problem of judged.problems) say(style.red(`  not as scripted: ${problem}`));
  return judged;
}

function isStart(line: LogLine, callSid: string): boolean {
  return line.msg === 'media stream started' && line['call_sid'] === callSid;
}

function report(calls: DemoCall[]): number {
  const ok = calls.every((call) => call.problems.length === 0);
  say(style.bold('\nRecordings (left the caller, right the agent; beside each a .json with transcript and times):'));
  for (const call of calls) say(`  ${call.recording ? path.relative('.', call.recording) : 'none'}`);
  const cuts = calls.flatMap((call) => call.barge_ins);
  for (const cut of cuts)
    say(style.dim(`Barge-in: agent silenced ${cut.onset_to_clear_ms} ms after the caller began to speak.`));
  if (options.json) {
    writeFileSync(options.json, `${JSON.stringify({ ok, calls }, null, 2)}\n`);
    say(`Figures: ${options.json}`);
  }
  say(ok ? style.green('\nBoth calls went as scripted.') : style.red('\nNot everything went as scripted; see above.'));
  return ok ? 0 : 1;
}
