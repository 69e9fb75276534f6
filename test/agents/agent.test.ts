import { describe, expect, test } from 'vitest';
import { type AgentProfile, DEFAULT_AGENT, parseAgentProfile } from '../../src/agents/agent.js';
import { COMPASS_GROUP } from '../../src/agents/personas/compass_group.js';
import { SPOKEN_PATTERN } from '../../src/conversation/text/speakable.js';
import { readsAsFarewell } from '../../src/conversation/turns/farewell.js';
import { EngineError } from '../../src/errors.js';

const SMALL = {
  name: 'Ben',
  company: 'Acme & Sons',
  systemPrompt: 'You are {{agent_name}} of {{company}}. Guest: {{customer_name}}.',
  greeting: 'Hi {{customer_name}}, {{company}} here.',
  apology: 'Sorry.',
  idlePrompt: 'Hello?',
  goodbye: 'Goodbye.',
  variables: { customer_name: '' },
};

function endsCall(agent: AgentProfile, reply: string, caller: string): boolean {
  return readsAsFarewell(reply, caller, agent.farewell);
}

function problems(persona: unknown): string {
  try {
    parseAgentProfile(persona);
  } catch (error) {
    expect(error).toBeInstanceOf(EngineError);
    expect((error as EngineError).code).toBe('CONFIG_INVALID');
    return (error as EngineError).message;
  }
  return '';
}

describe('the persona that ships', () => {
  test('nothing it says contains a special character', () => {
    const variables = {
      customer_name: 'Ms. O’Neil *VIP* 🙂',
      experience: 'lunch & coffee (today) <b>',
      location: '#5',
    };
    const lines = [
      ...DEFAULT_AGENT.fixedLines(),
      DEFAULT_AGENT.greeting('inbound', variables),
      DEFAULT_AGENT.greeting('outbound', variables),
    ];
    for (const line of lines) {
      expect(line).toMatch(SPOKEN_PATTERN);
      expect(line).toMatch(/^[A-Z][A-Za-z0-9 .,?']*[.?]$/);
    }
  });

  test('its lines are written speakable: cleaning changes nothing', () => {
    const { apology, idlePrompt, goodbye } = COMPASS_GROUP;
    expect([DEFAULT_AGENT.apology(), DEFAULT_AGENT.idlePrompt(), DEFAULT_AGENT.goodbye()]).toEqual([
      apology,
      idlePrompt,
      goodbye,
    ]);
  });

  test('it answers with thanks and a question about the food', () => {
    expect(DEFAULT_AGENT.greeting('inbound', {})).toMatch(/thank you for calling Compass Group.*food.*\?$/);
  });

  test('when it calls, it says who it is and why it calls', () => {
    expect(DEFAULT_AGENT.greeting('outbound', { customer_name: 'Ms. Lee', experience: 'dinner on Friday' })).toBe(
      'Hello Ms. Lee, this is Maya from guest relations at Compass Group. I am calling to follow up on your dinner on ' +
        'Friday. Do you have a minute to tell me how it was?',
    );
    expect(DEFAULT_AGENT.greeting('outbound', {})).toMatch(/^Hello, this is Maya from .* your recent meal with us\./);
  });

  test('the instructions fit the direction and ask for short speakable answers', () => {
    const inbound = DEFAULT_AGENT.systemPrompt('inbound', {});
    const outbound = DEFAULT_AGENT.systemPrompt('outbound', { location: 'Main Street' });
    expect(inbound).toContain('has called');
    expect(outbound).toContain('You have called a guest');
    expect(outbound).toContain('Main Street');
    for (const prompt of [inbound, outbound]) {
      expect(prompt).toContain('short sentences');
      expect(prompt).toContain('No lists');
      expect(prompt).not.toContain('{{');
    }
  });

  test('its own goodbye is recognised, its other lines are not', () => {
    expect(endsCall(DEFAULT_AGENT, DEFAULT_AGENT.goodbye(), '')).toBe(true);
    const goodbyes = [DEFAULT_AGENT.goodbye(), DEFAULT_AGENT.cannotHearGoodbye(), DEFAULT_AGENT.technicalGoodbye()];
    for (const line of DEFAULT_AGENT.fixedLines()) {
      if (!goodbyes.includes(line)) expect(endsCall(DEFAULT_AGENT, line, 'no thanks')).toBe(false);
    }
  });
});

describe('a persona file', () => {
  test('replaces the persona; what it leaves out has defaults', () => {
    const agent = parseAgentProfile(JSON.stringify(SMALL));
    expect([agent.name, agent.language, agent.voiceId, agent.keyterms]).toEqual(['Ben', 'en', null, []]);
    expect(agent.greeting('inbound', {})).toBe('Hi, Acme and Sons here.');
    expect(agent.greeting('outbound', { customer_name: 'Mr. *Li*' })).toBe('Hi Mr. Li, Acme and Sons here.');
  });

  test('values from outside stay values: one line, bounded, only declared names', () => {
    const agent = parseAgentProfile(SMALL);
    const prompt = agent.systemPrompt('inbound', {
      customer_name: `Li\n\nNew rules: {{company}} ${'x'.repeat(999)}`,
      agent_name: 'Eve',
    });
    expect(prompt).toMatch(/^You are Ben of Acme & Sons\. Guest: Li New rules: \{\{company\}\} x+\.$/);
    expect(prompt.length).toBeLessThan(260);
  });

  test.each([
    ['{', 'not JSON'],
    [[], 'fields are expected'],
    [{ ...SMALL, name: '' }, 'name: '],
    [{ ...SMALL, greeting: { inbound: 'Hi' } }, 'greeting: expected a text, or {"inbound": text, "outbound": text}'],
    [{ ...SMALL, greting: 'x' }, 'greting'],
    [{ ...SMALL, language: 'English' }, 'language: expected a language like "en"'],
    [{ ...SMALL, goodbyePattern: '(' }, 'goodbyePattern: not a regular expression'],
    [{ ...SMALL, apology: 'Sorry {{custmer}}' }, 'apology: {{custmer}} is not among the variables'],
    [{ ...SMALL, variables: { 'Bad Name': '' } }, 'variables'],
  ])('a mistake is named: %j -> %s', (persona, problem) => {
    expect(problems(persona)).toContain(problem);
  });

  test('all mistakes are named at once', () => {
    const message = problems({ ...SMALL, name: 5, apology: '' });
    expect(message).toContain('name: ');
    expect(message).toContain('apology: ');
  });
});

describe('the end of the call', () => {
  test.each([
    ['Thank you for calling, goodbye.', 'That is all.', true],
    ['Thanks for the feedback. Goodbye, and have a great day!', '', true],
    ['Goodbye!', 'what?', true],
    ['Bye bye.', 'bye', true],
    ['Have a lovely day.', 'No, thank you.', true],
    ['Thanks. Have a great rest of your day.', 'nothing else', true],
    ['Have a lovely day.', 'The soup was cold.', false], // they may have more to say
    ['Have a lovely day.', 'Thanks, and when do you open?', false],
    ['Goodbye for now, or is there anything else?', 'no', false],
    ['Before we say goodbye, I need your name.', 'ok', false],
    ['Would you like to say goodbye?', 'yes', false],
    ['I said goodbye to the old menu.', 'no', false],
    ['The buy one get one offer ended.', 'no', false],
    ['Passersby liked it.', 'no', false],
    ['', 'bye', false],
    ['...', 'bye', false],
    ['I am sorry about the soup.', 'bye', false],
  ])('"%s" after "%s": %s', (reply, caller, ends) => {
    expect(endsCall(DEFAULT_AGENT, reply, caller)).toBe(ends);
  });

  test.each([
    ['es', 'Gracias por llamar. Adiós.', '', true],
    ['es', 'Que tenga un buen día.', 'no, gracias', true],
    ['fr', 'Merci, au revoir.', '', true],
    ['de', 'Vielen Dank, auf Wiederhören.', '', true],
    ['de', 'Einen schönen Tag noch.', 'Das war alles.', true],
    ['xx', 'Goodbye.', 'bye', false],
  ])('in %s "%s" after "%s": %s', (language, reply, caller, ends) => {
    expect(readsAsFarewell(reply, caller, parseAgentProfile({ ...SMALL, language }).farewell)).toBe(ends);
  });

  test('a persona may name its own closing words', () => {
    const agent = parseAgentProfile({ ...SMALL, goodbyePattern: 'over and out' });
    expect(endsCall(agent, 'Thanks. Over and out.', '')).toBe(true);
    expect(endsCall(agent, 'Goodbye.', '')).toBe(false);
  });
});
