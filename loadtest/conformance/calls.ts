// The calls of a conformance run: each leads the server and its vendors through messages that the others do not. They
// run side by side; what they say is recorded by the proxies, whether they went well is told here.

import { synthesise } from '../simulators/speech/synthesise.js';
import type { CallReport } from '../simulators/twilio/call_report.js';
import type { CallerStep } from '../simulators/twilio/caller.js';
import type { Stage } from './stage.js';

/** One story: what is played, and the status its call ends with. */
export interface Story {
  name: string;
  play(stage: Stage): Promise<string>;
  /** Statuses that show the story was played. */
  ends: readonly string[];
}

/** Steps as in twilio/caller.ts, but what is said is text. */
type Step = Exclude<CallerStep, { say: unknown }> | { say: string } | { bargeInAfterMs: number; say: string };

const CALLER = '+12025550111';
const CALLEE = '+442071838750';
const NOBODY = '+442071838751';
const OURS = '+12025550143';

const wait = (what: 'greeting_end' | 'agent_silence' | 'agent_speech'): Step => ({ wait: what, timeoutMs: 20_000 });
const HANGUP: Step = { hangup: true };
const oneTurn = (text: string): Step[] => [wait('greeting_end'), { say: text }, wait('agent_silence'), HANGUP];

export const STORIES: readonly Story[] = [
  {
    name: 'inbound: talk, barge-in, keys, goodbye',
    ends: ['completed'],
    play: (stage) =>
      ring(stage, [
        wait('greeting_end'),
        { say: 'I had the chicken curry yesterday and it was cold.' },
        wait('agent_silence'),
        { say: 'What is on the menu?' },
        { bargeInAfterMs: 1200, say: 'Wait a moment please.' },
        wait('agent_silence'),
        { dtmf: '12#' },
        { say: 'The staff were friendly.' },
        wait('agent_silence'),
        { say: 'No thank you, goodbye.' },
        wait('agent_silence'),
        HANGUP,
      ]),
  },
  {
    name: 'inbound: hangs up at once',
    ends: ['completed'],
    play: (stage) => ring(stage, [wait('agent_speech'), HANGUP]),
  },
  {
    name: 'inbound: the line goes dead',
    ends: ['completed'],
    play: (stage) => ring(stage, [wait('agent_speech'), { wait: 600 }, { cut: true }]),
  },
  {
    name: 'inbound: recognition breaks and comes back',
    ends: ['completed'],
    play: (stage) =>
      ring(stage, oneTurn('The soup was cold.'), (sid) => {
        stage.simulators.deepgram?.fail('close_1011', { callSid: sid });
        stage.simulators.deepgram?.fail('warning_message', { callSid: sid });
      }),
  },
  {
    name: 'inbound: the language model fails once',
    ends: ['completed'],
    play: (stage) =>
      ring(stage, oneTurn('The dumplings were cold.'), () =>
        stage.simulators.openai?.fail('status_500', { callSid: 'dumplings' }),
      ),
  },
  {
    name: 'inbound: the language model breaks off',
    ends: ['completed'],
    play: (stage) =>
      ring(stage, oneTurn('The noodles were cold.'), () =>
        stage.simulators.openai?.fail('truncate', { callSid: 'noodles', after: 4 }),
      ),
  },
  {
    name: 'inbound: the voice fails once',
    ends: ['completed'],
    play: (stage) =>
      ring(stage, oneTurn('The fish was dry.'), (sid) =>
        stage.simulators.cartesia?.fail('error_500', { callSid: sid, after: 1 }),
      ),
  },
  {
    name: 'outbound: a machine is looked for, the callee hangs up',
    ends: ['completed'],
    play: async (stage) =>
      dial(stage, await spoken(oneTurn('The lunch was very good.')), {
        machine_detection: 'DetectMessageEnd',
        variables: { customer_name: 'Ada' },
      }),
  },
  { name: 'outbound: busy', ends: ['busy'], play: (stage) => dial(stage, 'busy') },
  { name: 'outbound: nobody there', ends: ['failed'], play: (stage) => dial(stage, 'failed') },
  {
    name: 'outbound: stopped while it rings',
    ends: ['canceled'],
    play: async (stage) => {
      const placed = nextOutbound(stage, { outcome: 'no-answer', ringMs: 20_000 });
      const sid = await placeOutbound(stage, {});
      await placed;
      await untilStatus(stage, sid, 'ringing');
      await ask(stage, 'GET', `/call-status/${sid}`);
      await ask(stage, 'DELETE', `/calls/${sid}`);
      return (await ended(stage, sid)).status;
    },
  },
  {
    name: 'outbound: a number that Twilio refuses',
    ends: ['refused'],
    play: async (stage) => {
      stage.simulators.twilio?.refuseNumber(NOBODY, 21216);
      const { status } = await ask(stage, 'POST', '/outbound', { to_number: NOBODY });
      return status >= 400 ? 'refused' : `answered ${status}`;
    },
  },
  {
    name: 'the operator looks at health',
    ends: ['looked'],
    play: async (stage) => ((await ask(stage, 'GET', '/health')).status > 0 ? 'looked' : 'nothing'),
  },
];

/** Plays the stories; those that dial go one after another, because the simulated callee is told in advance who picks up. */
export async function playAll(
  stage: Stage,
  stories: readonly Story[],
  onDone: (story: Story, end: string) => void,
): Promise<void> {
  const dials = stories.filter(({ name }) => name.startsWith('outbound'));
  const others = stories.filter((story) => !dials.includes(story));
  const play = async (story: Story): Promise<void> => {
    const end = await story.play(stage).catch((error: unknown) => `failed: ${String(error)}`);
    onDone(story, end);
  };
  const oneByOne = async (): Promise<void> => {
    for (const story of dials) await play(story);
  };
  await Promise.all([oneByOne(), ...others.map(play)]);
}

async function ring(
  stage: Stage,
  steps: readonly Step[],
  prepare: (callSid: string) => void = () => {},
): Promise<string> {
  const { twilio, deepgram } = stage.simulators;
  const caller = await spoken(steps);
  const call = twilio?.placeCall({
    from: CALLER,
    to: OURS,
    webhookUrl: `${stage.publicUrl}/`,
    statusCallback: `${stage.publicUrl}/twilio/status`,
    statusCallbackEvents: ['initiated', 'ringing', 'answered', 'completed'],
    caller,
  });
  if (!call) throw new Error('this needs all simulators');
  deepgram?.setScript(call.sid, linesOf(caller));
  prepare(call.sid);
  return (await call.ended).status;
}

/** A call that our server makes, and who picks up. */
async function dial(
  stage: Stage,
  answer: readonly CallerStep[] | 'busy' | 'failed',
  options: object = {},
): Promise<string> {
  const placed = nextOutbound(stage, answer);
  const sid = await placeOutbound(stage, options);
  if (typeof answer !== 'string') stage.simulators.deepgram?.setScript(sid, linesOf(answer));
  await placed;
  return (await ended(stage, sid)).status;
}

function nextOutbound(
  stage: Stage,
  answer: readonly CallerStep[] | 'busy' | 'failed' | { outcome: 'no-answer'; ringMs: number },
): Promise<void> {
  return new Promise((resolve) => {
    stage.simulators.twilio?.onOutbound(() => {
      resolve();
      return answer;
    });
  });
}

async function placeOutbound(stage: Stage, options: object): Promise<string> {
  const { status, body } = await ask(stage, 'POST', '/outbound', { to_number: CALLEE, ...options });
  const sid = (body as { call_sid?: unknown })?.call_sid;
  if (typeof sid !== 'string') throw new Error(`POST /outbound: ${status} ${JSON.stringify(body)}`);
  return sid;
}

function ended(stage: Stage, sid: string): Promise<CallReport> {
  const call = stage.simulators.twilio?.calls.get(sid);
  if (!call) throw new Error(`no call ${sid}`);
  return call.ended;
}

function untilStatus(stage: Stage, sid: string, wanted: string): Promise<void> {
  const call = stage.simulators.twilio?.calls.get(sid);
  return new Promise((resolve) => {
    if (!call || call.state.status === wanted || call.state.isOver) return resolve();
    call.on('status', (status) => {
      if (status === wanted || call.state.isOver) resolve();
    });
  });
}

async function ask(
  stage: Stage,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(stage.server.url + path, {
    method,
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  try {
    return { status: answer.status, body: JSON.parse(text) as unknown };
  } catch {
    return { status: answer.status, body: text };
  }
}

/** The steps with their words as sound. */
function spoken(steps: readonly Step[]): Promise<CallerStep[]> {
  return Promise.all(
    steps.map(async (step) => {
      if (!('say' in step)) return step;
      return { ...step, say: await synthesise(step.say, { voice: 'gb_man', rateHz: 8000 }), text: step.say };
    }),
  );
}

/** What the recogniser will make of it: the same words. */
function linesOf(steps: readonly CallerStep[]): { text: string; speechMs: number }[] {
  return steps.flatMap((step) =>
    'say' in step && step.text !== undefined ? { text: step.text, speechMs: (step.say as Int16Array).length / 8 } : [],
  );
}
