import { expect, test } from 'vitest';
import type { Conversation } from '../../../loadtest/demo/conversations.js';
import { saidEverything } from '../../../loadtest/demo/outcome.js';
import type { CallReport } from '../../../loadtest/simulators/twilio/call_report.js';

const line = (text: string) => ({ text, speechMs: 500 });
const step = (text: string, outcome = 'done') => ({ step: 'say', text, beganAtMs: 0, endedAtMs: 1, outcome });

test.each([
  ['the script was followed to its end', false, true, [step('One.')], true],
  ['the agent took leave after the last of our own words', false, false, [step('One.'), step('', 'running')], true],
  ['the agent took leave before them', false, false, [step('', 'running')], false],
  ['they were cut short', false, false, [step('One.', 'cut_short')], false],
  ['the built-in caller did not get to its end', true, false, [step('One.')], false],
])('%s', (_name, agentEnds, completed, steps, expected) => {
  const conversation = { script: [], heardAs: [line('One.')], bargeIns: 0, agentEnds } as Conversation;
  expect(saidEverything(conversation, { script: { completed, steps } } as unknown as CallReport)).toBe(expected);
});
