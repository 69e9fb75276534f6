import { describe, expect, test } from 'vitest';
import { parseAgentProfile } from '../../src/agents/agent.js';
import { definitionSchema, readDefinition } from '../../src/agents/agent_definition.js';
import { problemLine } from '../../src/agents/file_problem.js';

const PERSONA = {
  ...{ name: 'Ada', company: 'Test Kitchen', systemPrompt: 'You listen.', greeting: 'Hello.' },
  ...{ apology: 'Sorry.', idlePrompt: 'Hello?', goodbye: 'Bye.', numbers: ['+15550100', '+15559*'] },
};
const agent = (more: object) => parseAgentProfile({ ...PERSONA, ...more });
const BUSY = 'All our lines are busy at the moment. Please call again in a few minutes. Goodbye.';
const WAIT = 'Im Moment sind alle unsere Leitungen besetzt. Bitte bleiben Sie in der Leitung.';

describe('where a caller goes', () => {
  test.each([
    ['nowhere, unless it is said', {}, { text: BUSY, language: 'en' }, { kind: 'hang_up' }],
    [
      'nowhere, with words of its own',
      { say: 'Sorry, {{company}} is full.' },
      { text: 'Sorry, Test Kitchen is full.', language: 'en' },
      { kind: 'hang_up' },
    ],
    ['to a number', { dial: '+15551234567' }, null, { kind: 'dial', to: '+15551234567', callerId: null, timeoutS: 30 }],
    [
      'to a desk, after a word',
      { dial: 'sip:desk@pbx.example.com:5060', callerId: '+15550100', timeoutS: 12, say: 'One moment.' },
      { text: 'One moment.', language: 'en' },
      { kind: 'dial', to: 'sip:desk@pbx.example.com:5060', callerId: '+15550100', timeoutS: 12 },
    ],
    [
      'to other TwiML',
      { redirect: 'https://example.com/busy' },
      null,
      { kind: 'redirect', url: 'https://example.com/busy' },
    ],
  ])('%s', (_name, busy, line, elsewhere) => {
    expect(agent({ overflow: { busy } }).overflow('busy')).toEqual({ line, elsewhere });
  });

  test('into a queue: they are asked to wait, in the language of the agent', () => {
    const { line, elsewhere } = agent({ language: 'de', overflow: { busy: { enqueue: 'support desk' } } }).overflow(
      'busy',
    );
    expect(line).toEqual({ text: WAIT, language: 'de' });
    expect(elsewhere).toEqual({ kind: 'enqueue', queue: 'support desk', waitUrl: null });
  });

  test('nowhere, but they may be called back: they are told how, in the language of the agent', () => {
    const { line, elsewhere } = agent({ language: 'es', overflow: { busy: { callback: true } } }).overflow('busy');
    expect(line?.text).toContain('Pulse 1');
    expect(elsewhere).toEqual({ kind: 'callback' });
    expect(agent({ language: 'es' }).callbackTaken()).toEqual({
      text: 'Gracias, le llamaremos. Adiós.',
      language: 'es',
    });
    expect(agent({ overflow: { busy: { callback: false } } }).overflow('busy').elsewhere).toEqual({ kind: 'hang_up' });
  });

  test('each situation has its own', () => {
    const both = agent({ closed: 'Come back tomorrow.', overflow: { busy: { redirect: 'https://example.com/' } } });
    expect(both.overflow('closed')).toEqual({
      line: { text: 'Come back tomorrow.', language: 'en' },
      elsewhere: { kind: 'hang_up' },
    });
  });
});

test.each([
  [{ busy: { dial: '5551234' } }, 'overflow.busy.dial: a number such as'],
  [{ busy: { dial: 'sip:desk@' } }, 'overflow.busy.dial: a number such as'],
  [{ busy: { dial: 'sip:a@b.example;x="1"' } }, 'overflow.busy.dial: a number such as'],
  [{ busy: { redirect: 'ftp://example.com' } }, 'overflow.busy.redirect: an address such as'],
  [{ busy: { redirect: 'javascript:alert(1)' } }, 'overflow.busy.redirect: an address such as'],
  [{ busy: { enqueue: 'a<b' } }, 'overflow.busy.enqueue: a name of up to'],
  [{ closed: { dial: '+15551234567', enqueue: 'q' } }, 'overflow.closed.enqueue: excludes dial'],
  [{ busy: { enqueue: 'q', redirect: 'https://e.example/' } }, 'overflow.busy.redirect: excludes enqueue'],
  [{ busy: { waitUrl: 'https://e.example/' } }, 'overflow.busy.waitUrl: belongs to enqueue'],
  [{ busy: { timeoutS: 20 } }, 'overflow.busy.timeoutS: belongs to dial'],
  [{ busy: { dial: '+15551234567', callback: true } }, 'overflow.busy.callback: excludes dial'],
  [{ closed: { callback: true } }, 'overflow.closed.callback: needs say'],
  [{ busy: { dial: '+15550100' } }, 'overflow.busy.dial: is a number of this agent'],
  [{ busy: { dial: '+15559123456' } }, 'overflow.busy.dial: is a number of this agent'],
  [{ busy: { say: 'Hello {{nobody}}.' } }, 'overflow.busy.say: {{nobody}} is not among the variables'],
  [{ full: {} }, 'overflow.full: is no field of an agent'],
  [{ busy: { hold: true } }, 'overflow.busy.hold: is no field of an agent'],
])('%j is refused in one line', (overflow, problem) => {
  const result = readDefinition({ ...PERSONA, overflow });
  const lines = 'problems' in result ? result.problems.map(problemLine) : [];
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(problem);
});

test('editors know the fields', () => {
  const schema = definitionSchema() as { properties: { overflow: { properties: { busy: { properties: object } } } } };
  expect(Object.keys(schema.properties.overflow.properties.busy.properties)).toEqual(
    expect.arrayContaining(['say', 'dial', 'enqueue', 'redirect']),
  );
});
