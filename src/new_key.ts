// `npm run keys -- NAME:ROLE`: makes an API key and says it once, with the entry that the server is given instead of it.

import { makeKey, parseNameAndRole, ROLES } from './api_keys.js';
import { type Command, type CommandOption, readCommandLine, UsageError } from './command_line.js';

const COMMAND = {
  name: 'npm run keys',
  summary: `Makes an API key for each NAME:ROLE; a role is ${ROLES.slice(0, -1).join(', ')} or ${ROLES.at(-1)}.`,
  options: {},
  positionals: 'NAME:ROLE…',
  more:
    'The key is for whoever asks, and is shown this once. The entry is for API_KEYS or a line of API_KEYS_FILE, and holds\n' +
    'only its hash. To replace a key without a gap put a second entry of the same name beside the first, and take that away\n' +
    'when nobody uses it any more.',
} as const satisfies Command<Record<string, CommandOption>>;

const owners = readCommandLine(COMMAND, ({ positionals }) => {
  if (positionals.length === 0) throw new UsageError('whose key? NAME:ROLE, such as crm:dialler');
  return positionals.map((text) => {
    const owner = parseNameAndRole(text);
    if (typeof owner === 'string') throw new UsageError(`${text}: ${owner}`);
    return owner;
  });
});
for (const { name, role } of owners) {
  const { key, entry } = makeKey(name, role);
  console.log(`key    ${key}\nentry  ${entry}`);
}
