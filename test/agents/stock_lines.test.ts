import { expect, test } from 'vitest';
import { parseAgentProfile } from '../../src/agents/agent.js';
import { stockLines } from '../../src/agents/stock_lines.js';
import { spokenText } from '../../src/conversation/text/spoken_text.js';

const PERSONA = {
  name: 'Ada',
  company: 'Test Kitchen',
  systemPrompt: 'You listen.',
  greeting: 'Hello.',
  apology: 'Sorry.',
  idlePrompt: 'Hello?',
  goodbye: 'Bye.',
};

test.each(['en', 'es', 'fr', 'de', 'it', 'pt', 'nl'])('%s: both lines are speakable as they stand', (language) => {
  for (const line of Object.values(stockLines(language)!)) expect(spokenText(line, language)).toBe(line);
});

test('a region does not matter, an unknown language has none', () => {
  expect(stockLines('pt-BR')).toBe(stockLines('pt'));
  expect(stockLines('sv')).toBeNull();
});

test.each([
  [{}, 'I am sorry, I cannot hear you at the moment. Please stay on the line.'],
  [{ language: 'sv' }, 'Sorry.'],
  [{ cannotHear: 'One moment, {{agent_name}} here.' }, 'One moment, Ada here.'],
])('a persona of %j says "%s"', (more, line) => {
  const agent = parseAgentProfile({ ...PERSONA, ...more });
  expect(agent.cannotHear()).toBe(line);
  expect(agent.fixedLines()).toContain(line);
  expect(agent.fixedLines()).toContain(agent.cannotHearGoodbye());
});
