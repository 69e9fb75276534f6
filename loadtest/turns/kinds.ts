// Sorts the pauses inside a turn by what was said before and after them, for the report: where a rule cuts in. Names what a
// reader would see, independent of the classes the rule itself uses.

import type { CallerTurn, Pause } from './turns_file.js';

export const PAUSE_KINDS = [
  'filler',
  'number',
  'spelling',
  'address',
  'name',
  'greeting',
  'short answer',
  'unfinished sentence',
  'finished sentence',
] as const;
export type PauseKind = (typeof PAUSE_KINDS)[number];

const FILLERS = /^(?:um|uh|uhm|er|erm|hm+|mm+)$/;
const DIGITS =
  /^(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|\d+)$/;
const ADDRESS_ASKED = /\b(?:address|zip|where do you live)\b/;
const NAME = /\b(?:my name(?: is|'s)|this is|name is)(?: \S+){1,4}$/;
const GREETING = /^(?:(?:hi|hello|hey|there|oh|yes|yeah|okay|good morning|good afternoon|good evening)(?: |$))+$/;
const SHORT = /^(?:(?:yes|yeah|no|nope|okay|alright|sure|thanks|thank you|great|you too|uh huh|mm hmm)(?: |$))+$/;
const OPEN =
  /(?:^|\s)(?:and|or|but|so|because|to|the|a|an|my|your|of|for|with|at|in|on|is|are|was|i|i'd|i'm|would|need|left|it|last name|address|number)$/;

/** The kind of the pause at `pause`. */
export function kindOf(turn: CallerTurn, pause: Pause): PauseKind {
  const before = turn.words.slice(0, pause.at + 1).map(({ text }) => text.toLowerCase());
  const next = turn.words[pause.at + 1]?.text.toLowerCase() ?? '';
  const last = before[before.length - 1];
  const text = before.join(' ');
  if (FILLERS.test(last)) return 'filler';
  if (ADDRESS_ASKED.test(turn.asked) || ADDRESS_ASKED.test(text)) return 'address';
  if (/^[a-z]$/.test(last) && /^[a-z]$/.test(next) && last !== 'a' && last !== 'i') return 'spelling';
  if (DIGITS.test(last) && DIGITS.test(next)) return 'number';
  if (GREETING.test(text)) return 'greeting';
  if (SHORT.test(text)) return 'short answer';
  if (OPEN.test(text)) return 'unfinished sentence';
  if (NAME.test(text)) return 'name';
  return /^(?:i|and|can|could|what|thank|thanks|you|that's|no|yes|please|my|or)$/.test(next)
    ? 'finished sentence'
    : 'unfinished sentence';
}
