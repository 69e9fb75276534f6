// From a story that was played to its line in the result: the figures that every story has, and what is wrong with it. Pure.

import { longestMs, owedSilences } from '../ear/dead_air.js';
import { holesAndRepeats, plainWords } from '../ear/heard_text.js';
import { judgeCall } from '../ear/interaction_panel.js';
import { isSounding, merged } from '../ear/spans.js';
import { scoreTurns, wentOnMs } from '../ear/turn_taking_score.js';
import { countTokens } from '../simulators/openai/chat_request.js';
import { type Asked, check, LIMITS, type Seen, type Story } from './story.js';

export interface StoryResult {
  name: string;
  group: string;
  about: string;
  ok: boolean;
  /** What is wrong, one line each. */
  problems: string[];
  response_ms: number[];
  onset_to_silence_ms: number[];
  heard_text_error_words: number | null;
  false_interruptions: number;
  duplicated_words: number;
  lost_words: number;
  dead_air_ms_max: number;
  discarded_tokens: number;
  /** What the telephone played, as words. */
  played: string;
}

export function storyResult(story: Story, seen: Seen): StoryResult {
  const { heard } = seen;
  const limits = { ...LIMITS, ...story.limits };
  const turns = scoreTurns(heard);
  const response_ms = turns.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [Math.round(latencyMs)]));
  const onset_to_silence_ms = heard.events
    .filter(({ kind, startMs }) => kind === 'interruption' && isSounding(merged(heard.agent, 200), startMs))
    .map(({ startMs }) => Math.round(wentOnMs(heard.agent, startMs)));
  const verdicts = judgeCall(heard);
  const wrong = verdicts.filter(({ rule, ok }) => rule === 'selectivity' && ok === false);
  const unanswered = verdicts.filter(({ rule, ok }) => rule === 'response' && ok === false);
  const { lost, doubled } = holesAndRepeats(heard.words, Object.values(story.replies));
  const cutOff = (story.whole ?? []).flatMap((key) => {
    const { heard: words, of } = seen.heardOf(key);
    return words < of ? [{ key, words, of }] : [];
  });
  const dead = owedSilences(heard);
  const errorWords = heard.text?.errorWordsMax ?? null;
  const problems = [
    ...(story.judge?.(seen) ?? []),
    ...check(!seen.isArmed, 'what was to go wrong never did: the story proves nothing'),
    ...over('answered after', response_ms, limits.response),
    ...over('silent only', onset_to_silence_ms, limits.silence),
    ...wrong.map(({ event, speaking }) => `${event.text}: ${speaking ? 'stopped the agent' : 'was answered'}`),
    ...unanswered.map(({ event }) => `"${event.text}" was not answered`),
    ...cutOff.map(({ key, words, of }) => `of the reply to "${key}" ${words} of ${of} words were heard`),
    ...(lost.length > 0 ? [`skipped: ${lost.slice(0, 12).join(' ')}`] : []),
    ...(doubled.length > 0 ? [`twice: ${doubled.slice(0, 12).join(' ')}`] : []),
    ...over('dead air of', [longestMs(dead)], limits.deadAir),
    ...textProblems(seen, limits.heardTextWords),
  ];
  return {
    name: story.name,
    group: story.group,
    about: story.about,
    ok: problems.length === 0,
    problems,
    response_ms,
    onset_to_silence_ms,
    heard_text_error_words: errorWords,
    false_interruptions: wrong.length,
    duplicated_words: doubled.length,
    lost_words: lost.length + cutOff.reduce((sum, { words, of }) => sum + of - words, 0),
    dead_air_ms_max: Math.round(longestMs(dead)),
    discarded_tokens: discardedTokens(seen),
    played: seen.played,
  };
}

function over(what: string, values: readonly number[], limit: number): string[] {
  return values.filter((ms) => ms > limit).map((ms) => `${what} ${Math.round(ms)} ms, at most ${limit}`);
}

function textProblems({ heard, record }: Seen, limit: number): string[] {
  if (!record) return ['the server left no record of the call'];
  const { text } = heard;
  if (!text || text.errorWordsMax <= limit) return [];
  const { server = '', phone = '' } = text.worst ?? {};
  return [
    `heard text off by ${text.errorWordsMax} words: server "${server.slice(0, 120)}", phone "${phone.slice(0, 120)}"`,
  ];
}

/** Tokens of replies of which nothing was heard: drafts that were withdrawn, requests that were made twice. */
function discardedTokens({ asked, played }: Seen): number {
  const used = new Set<string>();
  let tokens = 0;
  // The newest request of a reply is the one that was played.
  for (const { reply, chars } of [...asked].reverse()) {
    const head = plainWords(reply).slice(0, 3).join(' ');
    if (played.includes(head) && !used.has(head)) used.add(head);
    else tokens += countTokens(reply.slice(0, chars));
  }
  return tokens;
}

/** The story whose own words these messages hold; the first key word of a story is no other's. */
export function storyOf(stories: readonly Story[], messages: Asked['messages']): Story | null {
  const said = messages
    .filter(({ role }) => role === 'user')
    .map(({ content }) => String(content ?? '').toLowerCase())
    .join(' ');
  return stories.find(({ replies }) => said.includes(Object.keys(replies)[0])) ?? null;
}

/** What the model says: the reply to the key word that stands last in the newest words of the caller. */
export function replyIn(story: Story, messages: Asked['messages']): string {
  const last = String(messages.findLast(({ role }) => role === 'user')?.content ?? '').toLowerCase();
  let best: { at: number; reply: string } | null = null;
  for (const [key, reply] of Object.entries(story.replies)) {
    const at = last.lastIndexOf(key);
    if (at >= 0 && (!best || at > best.at)) best = { at, reply };
  }
  const reply = best?.reply ?? NOTHING_NEW;
  // Asked to go on with a reply of which a part stands already, it goes on there.
  const begun = messages.at(-1)?.role === 'assistant' ? plainWords(String(messages.at(-1)?.content ?? '')).length : 0;
  const isBegun = begun > 0 && plainWords(reply).length > begun;
  return isBegun ? reply.split(' ').slice(begun).join(' ') : reply;
}

export const NOTHING_NEW = 'I am sorry, I did not catch that, could you say it again please?';
