import { expect, test } from 'vitest';
import { parseAgentProfile } from '../../src/agents/agent.js';
import { planCall, voiceOf } from '../../src/agents/call_plan.js';
import type { CallOrder } from '../../src/call/call.js';
import { type EngineConfig, loadConfig } from '../../src/config.js';

const PERSONA = {
  name: 'Ben',
  company: 'Acme',
  systemPrompt: { inbound: 'Listen to {{guest}}.', outbound: 'Call {{guest}}.' },
  greeting: { inbound: 'Hello {{guest}}.', outbound: 'This is {{agent_name}}, {{guest}}.' },
  apology: 'Sorry.',
  idlePrompt: 'Still there, {{guest}}?',
  goodbye: 'Bye.',
  variables: { guest: 'friend' },
  keyterms: ['soup'],
};
const ORDER: CallOrder = {
  ...{ slot: 0, callSid: `CA${'1'.repeat(32)}`, direction: 'inbound', ourNumber: '+1', theirNumber: '+2' },
  ...{
    acceptedAt: '2026-03-04T05:06:07.890Z',
    agentId: 'default',
    agentVariant: 'default',
    agentHash: 'h',
    agentDefinition: null,
    others: [],
    variables: {},
    resume: null,
    takeOver: null,
  },
};
function settings(env: Record<string, string> = {}): EngineConfig {
  const keys = { OPENAI_API_KEY: 'k', DEEPGRAM_API_KEY: 'k', CARTESIA_API_KEY: 'k', TWILIO_VALIDATE: 'off' };
  return loadConfig({ ...keys, ...env }, []);
}

test.each([
  ['inbound', 'Listen to friend.', 'Hello friend.'],
  ['outbound', 'Call friend.', 'This is Ben, friend.'],
] as const)('prompt and lines are those of an %s call', (direction, prompt, greeting) => {
  const plan = planCall(parseAgentProfile(PERSONA), { ...ORDER, direction }, settings());
  expect([plan.systemPrompt, plan.lines.greeting]).toEqual([prompt, greeting]);
});

test('the call’s own values go into every text', () => {
  const plan = planCall(parseAgentProfile(PERSONA), { ...ORDER, variables: { guest: 'Ada' } }, settings());
  expect(plan.lines).toMatchObject({ greeting: 'Hello Ada.', idle_prompt: 'Still there, Ada?', farewell: 'Bye.' });
  expect(plan.systemPrompt).toBe('Listen to Ada.');
});

test.each([
  ['neither says more', {}, {}, { speak: 'v', voice: 'en', hear: 'en' }],
  ['the agent has a language', { language: 'de' }, {}, { speak: 'v', voice: 'de', hear: 'de' }],
  ['the agent has a voice of its own', { voiceId: 'w' }, {}, { speak: 'w', voice: 'en', hear: 'en' }],
  [
    'the settings name languages',
    { language: 'de' },
    { DEEPGRAM_LANGUAGE: 'en', CARTESIA_LANGUAGE: 'fr' },
    { speak: 'v', voice: 'fr', hear: 'en' },
  ],
])('%s: who is heard and how it sounds', (_, persona, env, expected) => {
  const agent = parseAgentProfile({ ...PERSONA, ...persona });
  const plan = planCall(agent, ORDER, settings({ CARTESIA_VOICE_ID: 'v', ...env }));
  expect({ speak: plan.speak.voiceId, voice: plan.speak.language, hear: plan.listen.language }).toEqual(expected);
  expect(voiceOf(agent, settings({ CARTESIA_VOICE_ID: 'v', ...env }))).toEqual(plan.speak);
  // How text is judged is the agent's, whatever the voice is told.
  expect([plan.language, plan.turns.language]).toEqual([agent.language, agent.language]);
});

test('the settings are the measure of everything else', () => {
  const env = { OPENAI_MAX_TOKENS: '99', CALL_MAX_DURATION_S: '60', PACING_LEAD_MS: '180', IDLE_PROMPT_MS: '4321' };
  const plan = planCall(parseAgentProfile(PERSONA), ORDER, settings(env));
  expect(plan.think.maxTokens).toBe(99);
  expect(plan.limits.maxDurationMs).toBe(60_000);
  expect(plan.pacing.leadMs).toBe(180);
  expect(plan.turns.idlePromptMs).toBe(4321);
  expect(plan.listen.keyterms).toEqual(['soup']);
});

test('the files of the recording have the names that are read back, or there are none', () => {
  const plan = planCall(parseAgentProfile(PERSONA), ORDER, settings({ RECORDING_DIR: '/r', PORT: '9000' }));
  const stem = `/r/server_9000_inbound_recording_20260304_050607_${ORDER.callSid}`;
  expect(plan.recording).toEqual({ audio: `${stem}.wav`, sidecar: `${stem}.json` });
  expect(planCall(parseAgentProfile(PERSONA), ORDER, settings({ RECORDING: 'off' })).recording).toBeNull();
});

test('a plan is data: it survives a copy to another thread', () => {
  const plan = planCall(parseAgentProfile(PERSONA), ORDER, settings());
  expect(structuredClone(plan)).toEqual(plan);
});

test('an agent has models, patience and manners of its own', () => {
  const floor = { speaking: { backchannel: 'yield' } };
  const persona = {
    ...PERSONA,
    listen: { model: 'nova-3-medical', language: 'multi' },
    think: { model: 'gpt-5-mini', temperature: 0.1, maxTokens: 64 },
    speak: { model: 'sonic-3-2025-10-27' },
    turns: { fillerMs: 900, outagePatienceMs: 9000, silenceMsMin: 500, floor },
  };
  const plan = planCall(parseAgentProfile(persona), ORDER, settings());
  expect(plan.listen).toMatchObject({ model: 'nova-3-medical', language: 'multi' });
  expect(plan.think).toEqual({ model: 'gpt-5-mini', temperature: 0.1, maxTokens: 64 });
  expect(plan.speak.model).toBe('sonic-3-2025-10-27');
  expect(plan.turns).toMatchObject({ fillerMs: 900, outagePatienceMs: 9000, silenceMsMin: 500, floor });
});

test.each([
  [{ consent: 'announce' }, {}, 'announce', ['This call is recorded.']],
  [{ consent: 'ask', line: 'May {{agent_name}} record this?' }, {}, 'ask', ['May Ben record this?']],
  [{ consent: 'ask' }, { RECORDING: 'off' }, null, []],
  [{ consent: 'announce', enabled: false }, {}, null, []],
  [{}, {}, null, []],
])('recording %j, settings %j: the caller is told how, and nothing cuts that off', (recording, env, consent, heard) => {
  const plan = planCall(parseAgentProfile({ ...PERSONA, recording }), ORDER, settings(env));
  expect([plan.consent, plan.mustBeHeard]).toEqual([consent, heard]);
  if (consent !== null) expect(plan.lines.consent).toBe(heard[0]);
});
