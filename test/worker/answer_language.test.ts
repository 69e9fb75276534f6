import { expect, test } from 'vitest';
import type { CallPlan } from '../../src/agents/call_plan.js';
import { AnswerLanguage } from '../../src/worker/answer_language.js';
import type { ReplyServices } from '../../src/worker/reply_parts.js';

const SERVICES = { ttsOptions: { voiceId: 'v', language: 'en' } } as ReplyServices;
const heard = (text: string, language: string) => ({
  ...{ text, language, isFinal: true, speechFinal: true, fromFinalize: true, startMs: 0, endMs: 1, confidence: 1 },
});

test('answers change their language with the caller, lines do not, and it is told once', () => {
  const used: [ReplyServices, ReplyServices?][] = [];
  const plan = { listen: { language: 'multi', keyterms: [] } } as unknown as CallPlan;
  const language = AnswerLanguage.of(plan, SERVICES, { use: (...services) => used.push(services) })!;
  language.heard(heard('Do you have soup?', 'en'));
  language.endTurn();
  expect(used).toEqual([]);
  language.heard(heard('¿Tienen sopa?', 'es'));
  language.heard(heard('de tomate', 'es'));
  language.endTurn();
  expect(used).toHaveLength(1);
  const [lines, answers] = used[0];
  expect(lines).toBe(SERVICES);
  expect(answers?.ttsOptions).toEqual({ voiceId: 'v', language: 'es' });
});

test('where one language is understood there is nothing of it', () => {
  const plan = { listen: { language: 'en', keyterms: [] } } as unknown as CallPlan;
  expect(AnswerLanguage.of(plan, SERVICES, { use() {} })).toBeNull();
});
