// What the simulated language model says: a feedback conversation by rules, for the persona that ships (guest relations
// of a food service company). Pure: the whole conversation goes in, the next reply comes out.

/** One message as the chat completions API has it; `content` may also be a list of parts. */
export interface ChatMessage {
  role: string;
  content?: string | { type?: string; text?: string }[] | null;
  tool_calls?: unknown;
}

export interface ToolCall {
  name: string;
  arguments: Record<string, unknown>;
}

/** What a run is to produce. */
export interface Reply {
  text: string;
  toolCalls: ToolCall[];
}

const MEAL =
  /\b(breakfast|lunch|dinner|supper|brunch|meal|curry|soup|salad|pasta|pizza|sandwich|burger|fish|chicken|beef|rice|dessert|coffee|bread|vegetables?|food|dish)\b/i;
const BAD =
  /\b(cold|late|burnt|burned|salty|dry|bland|raw|stale|bad|awful|terrible|disappoint\w*|undercooked|overcooked|greasy|hair|sick|wrong|missing|poor|small|not (?:good|great|nice))\b/i;
const GOOD =
  /\b(good|great|lovely|tasty|delicious|fresh|excellent|perfect|nice|enjoyed|loved|wonderful|amazing|fantastic|fine)\b/i;
const SERVICE =
  /\b(staff|service|server|waiter|waitress|queue|line|wait(?:ed|ing)?|friendly|polite|rude|slow|quick|counter|cashier|helpful)\b/i;
const RATING =
  /\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+)\b(?:\s+(?:out of|stars?|points?)\b|\s*\/|[.!]?$)/i;
const RATING_WORD = /\b(one|two|three|four|five|six|seven|eight|nine|ten|\d+)\b/i;
const BAD_MOMENT =
  /\b(?:bad|not a good) (?:time|moment)|\b(?:busy|driving|in a meeting|not now|call (?:me )?(?:back )?later)\b/i;
const GOODBYE =
  /\b(good ?bye|bye|that(?:'s| is) (?:all|it|everything)|nothing else|no,? thank(?:s| you)|have a (?:good|nice) (?:day|one))\b/i;
const THANKS = /\b(thanks|thank you|cheers)\b/i;
const EXPLAIN =
  /\b(tell me (?:more )?about|explain|describe|what(?:'s| is) on the menu|how do(?:es)? (?:you|it|that)|why (?:do|is|was)|menu)\b/i;
const AGENT = /\b(human|person|manager|supervisor|somebody|someone)\b/i;
const REPEAT = /\b(repeat|say that again|pardon|didn'?t (?:hear|catch)|what did you say|sorry\?)/i;
const OUTBOUND =
  /\boutbound\b|follow(?:ing)?[ -]up|you (?:are|have) (?:calling|called|rung)|you call(?:ed)? (?:the|a) /i;
const INBOUND = /\binbound\b|has (?:called|rung)|is calling (?:you|us|the)/i;

const MENU =
  'Of course, let me tell you about it. We change the menu every week, and every day there are two warm dishes, one of ' +
  'them without meat. This week we have roast chicken with sautéed potatoes, a lentil curry with rice, and baked cod ' +
  'with a pea purée. There is always a soup with fresh bread, and the salad bar has around twenty ingredients that are ' +
  'cut every morning. For dessert we have fruit, yoghurt, and on Fridays a crème caramel that many guests come back ' +
  'for. If you have an allergy, the team at the counter can show you what is in each dish. Is there a dish you would ' +
  'like to know more about?';

const QUESTIONS = {
  meal: 'Which meal was it, and what did you have?',
  mealAgain: 'Could you tell me which dish you mean?',
  quality: 'What did you like about it, or what was wrong with it?',
  service: 'And how was the service? Were the staff helpful?',
  rating: 'Overall, how would you rate it from one to ten?',
  more: 'Is there anything else you would like to tell us?',
} as const;

/** The next thing to say. Short spoken sentences without special characters. */
export function replyTo(messages: readonly ChatMessage[]): string {
  const said = (role: string): string[] => messages.filter((message) => message.role === role).map(textOf);
  const caller = said('user').filter((text) => text.trim() !== '');
  const ours = said('assistant');
  const last = caller.at(-1);
  const outbound = isOutbound(said('system').concat(said('developer')).join(' '));
  if (last === undefined) return greeting(outbound);
  if (messages.at(-1)?.role === 'tool')
    return 'Thank you for waiting, that is done. Is there anything else I can do for you?';

  const asked = ours.at(-1) ?? '';
  if (REPEAT.test(last) && asked) return `Of course. ${lastQuestion(asked)}`;
  if (GOODBYE.test(last) || (THANKS.test(last) && asked.includes(QUESTIONS.more))) return farewell(caller);
  if (outbound && BAD_MOMENT.test(last))
    return 'Of course, I am sorry to disturb you. We will call another time. Goodbye.';
  if (EXPLAIN.test(last)) return MENU;
  if (AGENT.test(last) && /\b(speak|talk|transfer|connect)\b/i.test(last))
    return 'I understand, you would like to speak with a colleague. I will pass on your number, and somebody will call you back today. May I take down what it is about?';
  return `${acknowledge(last, asked, outbound && caller.length === 1, caller.length)} ${nextQuestion(caller, ours)}`;
}

/** The direction, from the words of the system prompt; inbound when it does not say. */
export function isOutbound(systemPrompt: string): boolean {
  return OUTBOUND.test(systemPrompt) && !INBOUND.test(systemPrompt);
}

/** Plain text of a message, however its content is written. */
export function textOf(message: ChatMessage): string {
  if (typeof message.content === 'string') return message.content;
  return (message.content ?? []).map((part) => part.text ?? '').join('');
}

function greeting(outbound: boolean): string {
  return outbound
    ? 'Hello, this is guest relations at Compass Group. I am calling about your recent visit. Do you have a minute to tell me how it was?'
    : 'Hello, this is guest relations at Compass Group. Thank you for calling. What would you like to tell us about your meal?';
}

function farewell(caller: readonly string[]): string {
  const complained = caller.some((text) => BAD.test(text));
  const promise = complained
    ? 'I will pass this on to the kitchen manager today. '
    : 'I will pass this on to the team. ';
  return `Thank you very much for your feedback. ${promise}Have a lovely day. Goodbye.`;
}

function acknowledge(last: string, asked: string, firstOfOutbound: boolean, turn: number): string {
  if (firstOfOutbound && !MEAL.test(last))
    return 'Thank you for taking the time. I would like to hear about your last visit with us.';
  const rating = asked.includes(QUESTIONS.rating) ? RATING_WORD.exec(last)?.[1] : undefined;
  if (rating) return `Thank you, I have noted ${rating.toLowerCase()} out of ten.`;
  const dish = MEAL.exec(last)?.[1].toLowerCase();
  const about = dish ? ` about the ${dish}` : '';
  if (BAD.test(last)) return `I am sorry to hear that${about}. That is not how it should be, and I will note it down.`;
  if (GOOD.test(last)) return `That is good to hear${about}. The team will be happy about it.`;
  if (SERVICE.test(last)) return 'Thank you, that helps us with the team at the counter.';
  if (dish) return `Thank you for telling me about the ${dish}.`;
  return turn % 2 === 0 ? 'All right, thank you.' : 'I see, thank you.';
}

/** The first subject that neither the caller has touched nor we have asked about. */
function nextQuestion(caller: readonly string[], ours: readonly string[]): string {
  const everything = caller.join(' \n');
  const asked = (question: string): boolean => ours.some((text) => text.includes(question));
  if (!MEAL.test(everything) && !asked(QUESTIONS.meal)) return QUESTIONS.meal;
  if (!MEAL.test(everything) && !asked(QUESTIONS.mealAgain)) return QUESTIONS.mealAgain;
  if (!BAD.test(everything) && !GOOD.test(everything) && !asked(QUESTIONS.quality)) return QUESTIONS.quality;
  if (!SERVICE.test(everything) && !asked(QUESTIONS.service)) return QUESTIONS.service;
  if (!RATING.test(everything) && !asked(QUESTIONS.rating)) return QUESTIONS.rating;
  return QUESTIONS.more;
}

function lastQuestion(text: string): string {
  const sentences = text.match(/[^.!?]+[.!?]+/g) ?? [text];
  return (sentences.findLast((sentence) => sentence.trim().endsWith('?')) ?? sentences.at(-1) ?? text).trim();
}

/** A function offered in `tools` whose name the caller's words call for: `hang_up`, `transfer_call`, `end_call`. */
export function toolCallFor(messages: readonly ChatMessage[], toolNames: readonly string[]): ToolCall | null {
  const last = messages.at(-1);
  if (last?.role !== 'user') return null;
  const text = textOf(last);
  const name = toolNames.find((tool) => {
    if (/transfer|human|agent/i.test(tool)) return AGENT.test(text);
    if (/hang|end_call|goodbye/i.test(tool)) return GOODBYE.test(text);
    return tool.split('_').some((word) => word.length > 4 && new RegExp(`\\b${word}`, 'i').test(text));
  });
  return name ? { name, arguments: { reason: text.slice(0, 80) } } : null;
}
