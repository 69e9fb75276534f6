// What the language model is told about the call so far. Only what was really heard counts as said by the agent: the
// heard part comes from playout_ledger.ts.

import type { HistoryTurn, ToolExchange } from '../call/call_snapshot.js';
import type { ChatMessage } from '../providers/llm.js';

export interface ChatHistoryLimits {
  /** Turns kept besides the system prompt. */
  messagesMax: number;
  /** Characters kept besides the system prompt; four characters are about one token. */
  charactersMax: number;
}
export const CHAT_HISTORY_LIMITS = { messagesMax: 80, charactersMax: 24_000 } as const satisfies ChatHistoryLimits;

/** When a limit is passed, the history shrinks to this share of it at once: providers cache an unchanged beginning. */
const SHRINK_TO = 0.75;

/**
 * An interrupted message ends in this. A dash is what novels and transcripts use, so models read it rightly; one line at
 * the end of the system prompt says so too. A system message at each interruption would cost tokens every time, and
 * not every compatible server accepts system messages in the middle.
 */
const INTERRUPTED_MARK = ' —';
export const INTERRUPTION_HINT =
  'If one of your earlier messages ends in a dash, the caller interrupted you there and heard nothing of what you were ' +
  'going to say next. React to what they said; repeat the unheard part only if it still matters. Never end your own ' +
  'sentences in a dash.';

/**
 * Words for the model that the caller did not hear, in a message of the caller's, which every server accepts. Brackets:
 * recognised speech has none, so nobody on the phone can pass for a colleague.
 */
export function colleagueNote(text: string): string {
  return `[Note from a colleague; the caller did not hear it: ${text.replace(/[[\]]/g, ' ').trim()}]`;
}

export type AssistantRecord =
  /** Added as a message, or appended to the agent's message before. */
  | 'recorded'
  /** Not a word of it was heard: the model is not told of it, the caller's next words join those before. */
  | 'nothing_heard';

export interface ChatSnapshot {
  systemPrompt: string;
  turns: HistoryTurn[];
}

/** What the model is told of a tool that has not come to its end. */
const STILL_RUNNING = 'still running';
const NEVER_KNOWN = 'interrupted: it is not known whether it was done';

export class ChatHistory {
  #turns: ChatSnapshot['turns'] = [];
  readonly #systemPrompt: string;
  readonly #limits: ChatHistoryLimits;

  constructor(systemPrompt: string, limits: ChatHistoryLimits = CHAT_HISTORY_LIMITS) {
    this.#systemPrompt = systemPrompt;
    this.#limits = limits;
  }

  /** The caller's words. Two turns without an answer heard between them are one message. Blank text is ignored. */
  addUser(text: string): void {
    this.#append('user', text);
  }

  /**
   * The part of a reply that the caller heard, as a ledger tells it; `interrupted` = it was cut there. Replies in a row
   * (greeting, then "are you still there") are one message.
   */
  addAssistantHeard(text: string, interrupted: boolean): AssistantRecord {
    const heard = text.trim();
    if (heard === '') return 'nothing_heard';
    this.#append('assistant', interrupted ? heard.replace(/[\s,;:—–-]+$/, '') + INTERRUPTED_MARK : heard);
    return 'recorded';
  }

  /** The model had tools run. Results are filled into `exchanges` when they come. */
  addTools(exchanges: ToolExchange[]): void {
    if (exchanges.length > 0) this.#turns.push({ role: 'assistant', content: '', tools: exchanges });
    this.#shrink();
  }

  /** Takes what the caller said last, and nobody has answered, out again; null = there is no such thing. */
  takeUnanswered(): string | null {
    const last = this.#turns.at(-1);
    if (last?.role !== 'user') return null;
    this.#turns.pop();
    return last.content;
  }

  /** A fresh array for one request: system prompt, then the newest turns, oldest first. */
  messages(): ChatMessage[] {
    return [
      { role: 'system', content: `${this.#systemPrompt}\n\n${INTERRUPTION_HINT}` },
      ...this.#turns.flatMap(messagesOf),
    ];
  }

  /** The request for a draft: as if the caller had said `text`, without recording it. */
  messagesWith(text: string): ChatMessage[] {
    const messages = this.messages();
    const last = messages[messages.length - 1];
    const said = text.trim();
    if (said === '') return messages;
    if (last.role === 'user') last.content = `${last.content} ${said}`;
    else messages.push({ role: 'user', content: said });
    return messages;
  }

  /** Everything that another worker needs to carry on; structured-clone safe. */
  snapshot(): ChatSnapshot {
    return { systemPrompt: this.#systemPrompt, turns: structuredClone(this.#turns) };
  }

  static restore(snapshot: ChatSnapshot, limits: ChatHistoryLimits = CHAT_HISTORY_LIMITS): ChatHistory {
    const history = new ChatHistory(snapshot.systemPrompt, limits);
    for (const { role, content, tools } of snapshot.turns) {
      if (tools === undefined) history.#append(role, content);
      else history.addTools(tools.map((tool) => ({ ...tool, result: tool.result ?? NEVER_KNOWN })));
    }
    return history;
  }

  #append(role: HistoryTurn['role'], text: string): void {
    const content = text.trim();
    if (content === '') return;
    const last = this.#turns[this.#turns.length - 1];
    if (last?.role === role && last.tools === undefined) last.content += ` ${content}`;
    else this.#turns.push({ role, content });
    this.#shrink();
  }

  /** Once a turn, over some dozens of messages. */
  #shrink(): void {
    const { messagesMax, charactersMax } = this.#limits;
    let characters = this.#turns.reduce((sum, turn) => sum + charactersOf(turn), 0);
    if (this.#turns.length <= messagesMax && characters <= charactersMax) return;
    const keepMessages = Math.max(1, Math.floor(messagesMax * SHRINK_TO));
    const keepCharacters = charactersMax * SHRINK_TO;
    let drop = 0;
    while (drop < this.#turns.length - 1 && (this.#turns.length - drop > keepMessages || characters > keepCharacters)) {
      characters -= charactersOf(this.#turns[drop]);
      drop += 1;
    }
    this.#turns.splice(0, drop);
    const only = this.#turns[0];
    // One message alone is too long: its end is what an answer must fit.
    if (characters > charactersMax) only.content = only.content.slice(-charactersMax);
  }
}

function charactersOf({ content, tools }: HistoryTurn): number {
  if (tools === undefined) return content.length;
  return tools.reduce((sum, tool) => sum + tool.arguments.length + (tool.result?.length ?? 0), 0);
}

function messagesOf({ role, content, tools }: HistoryTurn): ChatMessage[] {
  if (tools === undefined) return [{ role, content }];
  return [
    {
      role: 'assistant',
      content,
      toolCalls: tools.map(({ id, name, arguments: text }) => ({ id, name, arguments: text })),
    },
    ...tools.map(({ id, result }): ChatMessage => ({ role: 'tool', toolCallId: id, content: result ?? STILL_RUNNING })),
  ];
}
