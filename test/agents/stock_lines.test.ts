import { expect, test } from 'vitest';
import { parseAgentProfile } from '../../src/agents/agent.js';
import { ENGLISH_LINES, stockLines } from '../../src/agents/stock_lines.js';
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

test.each(['en', 'es', 'fr', 'de', 'it', 'pt', 'nl'])(
  '%s: every line is speakable as it stands, and said in its own words',
  (language) => {
    const lines = Object.values(stockLines(language)!);
    for (const line of lines) expect(spokenText(line, language)).toBe(line);
    expect(new Set(lines).size).toBe(lines.length);
    if (language !== 'en') expect(lines).not.toContain(ENGLISH_LINES.allLinesBusy);
  },
);

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

test.each([
  ['de', {}, 'besetzt', 'de'],
  ['de-AT', {}, 'besetzt', 'de-AT'],
  ['en', { allLinesBusy: 'We are {{company}} and busy.' }, 'We are Test Kitchen and busy.', 'en'],
  ['ja', { allLinesBusy: 'ただいま混み合っています。' }, 'ただいま混み合っています。', 'ja'],
  // Nobody wrote a line: English words go to an English voice.
  ['ja', {}, 'All our lines are busy', 'en'],
])('an agent that speaks %s says it is busy with %j', (language, own, text, voice) => {
  const agent = parseAgentProfile({ ...PERSONA, ...own, language });
  expect(agent.allLinesBusy()).toEqual({ text: expect.stringContaining(text), language: voice });
});

test('where nobody wrote lines nothing is said while an answer takes long, and the goodbye is the persona’s own', () => {
  const agent = parseAgentProfile({ ...PERSONA, language: 'sv' });
  expect([agent.oneMoment(), agent.stillOnIt(), agent.technicalGoodbye()]).toEqual(['', '', 'Sorry. Bye.']);
  expect(agent.fixedLines()).not.toContain('');
  expect(parseAgentProfile({ ...PERSONA, stillOnIt: 'Just a second.' }).stillOnIt()).toBe('Just a second.');
});
