import { expect, test } from 'vitest';
import { parseAgentProfile } from '../../src/agents/agent.js';
import { checkAgents } from '../../src/agents/agent_checks.js';
import { COMPASS_GROUP } from '../../src/agents/personas/compass_group.js';
import { loadConfig } from '../../src/config.js';

const KEYS = { TWILIO_VALIDATE: 'off', OPENAI_API_KEY: 'k', DEEPGRAM_API_KEY: 'k', CARTESIA_API_KEY: 'k' };

function found(persona: object, env: Record<string, string> = {}) {
  return checkAgents([parseAgentProfile({ ...COMPASS_GROUP, ...persona })], loadConfig({ ...KEYS, ...env }, []));
}

test('the persona that ships asks for nothing that is not served', () => {
  expect(found({})).toEqual({ problems: [], warnings: [] });
});

test.each<[string, object, Record<string, string>, RegExp[], RegExp[]]>([
  [
    'too many key terms',
    { keyterms: Array.from({ length: 100 }, (_, i) => `${'word '.repeat(15)}${i}`) },
    {},
    [/^AGENT_FILE: keyterms are about \d+ tokens/],
    [],
  ],
  ['many short ones', { keyterms: Array.from({ length: 100 }, (_, i) => `dish ${i}`) }, {}, [], []],
  ['key terms for an older model', {}, { DEEPGRAM_MODEL: 'nova-2' }, [], [/^AGENT_FILE: keyterms are not used/]],
  ['a language nobody speaks', { language: 'xx' }, {}, [], [/Deepgram/, /Cartesia/]],
  ['the same, set otherwise', { language: 'xx' }, { DEEPGRAM_LANGUAGE: 'en', CARTESIA_LANGUAGE: 'en' }, [], []],
  ['a region', { language: 'pt-BR' }, {}, [], []],
  [
    'a model for listening that is none',
    { listen: { model: 'flux-general' }, keyterms: [] },
    {},
    [/^AGENT_FILE: listen\.model is no Flux model/],
    [],
  ],
  ['Flux', { listen: { model: 'flux-general-en' } }, {}, [], []],
  [
    'Flux in a language that it does not understand',
    { listen: { model: 'flux-general-en' }, language: 'de' },
    {},
    [/^AGENT_FILE: language de is no language of flux-general-en/],
    [],
  ],
  [
    'a model that takes no key terms',
    { listen: { model: 'nova-2' } },
    {},
    [],
    [/^AGENT_FILE: keyterms are not used: listen\.model/],
  ],
  ['a voice that is shut down', { speak: { model: 'sonic-2' } }, {}, [/^AGENT_FILE: speak\.model names a model/], []],
  [
    'the same at a server like it',
    { speak: { model: 'sonic-2' } },
    { CARTESIA_BASE_URL: 'http://h' },
    [],
    [/speak\.model/],
  ],
  [
    'models nobody knows',
    { listen: { model: 'x' }, speak: { model: 'y' }, keyterms: [] },
    {},
    [],
    [/listen\.model/, /speak\.model/],
  ],
  [
    'ears for a language nobody knows',
    { listen: { language: 'xx' } },
    { DEEPGRAM_LANGUAGE: 'en' },
    [],
    [/language xx is none of Deepgram/],
  ],
  ['ears for several', { listen: { language: 'multi' } }, {}, [], []],
  ['a voice by name', { voiceId: 'bob' }, {}, [], [/^AGENT_FILE: voiceId/]],
])('%s', (_name, persona, env, problems, warnings) => {
  const result = found(persona, env);
  expect(result.problems).toEqual(problems.map((each) => expect.stringMatching(each)));
  expect(result.warnings).toEqual(warnings.map((each) => expect.stringMatching(each)));
});
