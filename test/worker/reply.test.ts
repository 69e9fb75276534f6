import type { Logger } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TELEPHONE_FORMAT } from '../../src/audio_format.js';
import { SentenceSplitter } from '../../src/conversation/text/sentence_splitter.js';
import { EngineError } from '../../src/errors.js';
import type { LlmHandlers, LlmProvider, LlmRequest } from '../../src/providers/llm.js';
import type { TtsHandlers, TtsProvider } from '../../src/providers/tts.js';
import { PhraseCache } from '../../src/worker/phrase_cache.js';
import { Reply } from '../../src/worker/reply.js';
import type { ReplyTools } from '../../src/worker/tool_rounds.js';

const REQUEST = { messages: [], maxTokens: 100, temperature: 0 };
const AUDIO = new Uint8Array(100).fill(7);
let llm: LlmHandlers;
let llmStarts: number;
let warnings: Record<string, unknown>[];
let llmCancelled: number;
let tts: TtsHandlers;
let pushed: [string, boolean][];
let ttsCancelled: number;
let ttsOpened: number;
let events: string[];
/** Characters the voice was given. */
let charged: number;
let phrases: PhraseCache;
let requests: LlmRequest[];
/** What the caller has still to hear. */
let leftMs: number;
/** What the ledger says is left when the voice breaks. */
let broken: { rest: string; baseMs: number };

const llmProvider: LlmProvider = {
  warm() {},
  close() {},
  start(request, handlers) {
    requests.push(request);
    llm = handlers;
    llmStarts++;
    return { cancel: () => llmCancelled++ };
  },
};
const ttsProvider: TtsProvider = {
  format: TELEPHONE_FORMAT,
  warm() {},
  close() {},
  open(_options, handlers) {
    tts = handlers;
    ttsOpened++;
    return { push: (text, last) => void pushed.push([text, last]), cancel: () => ttsCancelled++ };
  },
};
function makeReply(tools: ReplyTools | null = null): Reply {
  return new Reply(
    {
      llm: llmProvider,
      tts: ttsProvider,
      ttsOptions: { voiceId: 'v', language: 'en' },
      phrases,
      tools,
      newSplitter: () => new SentenceSplitter(),
      log: { warn: (fields: Record<string, unknown>) => warnings.push(fields) } as unknown as Logger,
    },
    {
      onPiece: (text) => events.push(`piece ${text.trim()}`),
      onAudio: (bytes) => events.push(`audio ${bytes.length}`),
      onWords: (words, starts) => events.push(`words ${words.map((word, i) => `${word}@${starts[i]}`).join(' ')}`),
      onComplete: () => events.push('complete'),
      onVoiceBroken: () => broken,
      onFailed: (error) => events.push(`failed ${error.code}`),
      leftMs: () => leftMs,
      onUsage: (usage) => events.push(`usage ${usage.completionTokens}`),
      onCharacters: (count) => {
        charged += count;
      },
    },
  );
}
beforeEach(() => {
  llmStarts = llmCancelled = ttsCancelled = ttsOpened = 0;
  warnings = [];
  requests = [];
  broken = { rest: '', baseMs: 0 };
  leftMs = 0;
  pushed = [];
  events = [];
  charged = 0;
  phrases = new PhraseCache();
});

const spokenText = () => pushed.map(([text]) => text).join('');

test('a draft says nothing until it is released, then everything in order', () => {
  const reply = makeReply();
  reply.draft(REQUEST);
  llm.onText('Thank you for telling me. ');
  llm.onText('What did you have for lunch?');
  expect(ttsOpened).toBe(0);
  reply.release();
  llm.onDone({ finishReason: 'stop', usage: { promptTokens: 1, completionTokens: 9 } });
  expect(spokenText()).toBe('Thank you for telling me. What did you have for lunch?');
  expect(pushed.at(-1)![1]).toBe(true);
  tts.onAudio(AUDIO);
  tts.onDone();
  expect(events).toContain('usage 9');
  expect(events.slice(-2)).toEqual(['audio 100', 'complete']);
  expect(reply.active).toBe(false);
});

test('nothing of a cancelled reply gets out, however late it comes', () => {
  const reply = makeReply();
  reply.draft(REQUEST);
  reply.release();
  llm.onText('One sentence is here. And ');
  tts.onAudio(AUDIO);
  const before = events.length;
  reply.cancel();
  reply.cancel();
  llm.onText('another one. ');
  llm.onError(new EngineError('LLM_STREAM'));
  tts.onAudio(AUDIO);
  tts.onWords(['late'], [0], [1]);
  tts.onDone();
  tts.onError(new EngineError('TTS_CLOSED'));
  expect(events.length).toBe(before);
  expect([llmCancelled, ttsCancelled]).toEqual([1, 1]);
});

describe('the first clause of a draft is made before the turn is decided', () => {
  test('and waits: when it is, words come before sound, and the rest behind', () => {
    const reply = makeReply();
    reply.draft(REQUEST, true);
    llm.onText('Thank you for telling me. What did you have for lunch? ');
    expect(pushed).toEqual([['Thank you for telling me. ', false]]);
    tts.onAudio(AUDIO);
    tts.onWords(['Thank'], [0], [100]);
    expect(events).toEqual([]);
    reply.release();
    expect(events).toEqual([
      'piece Thank you for telling me.',
      'words Thank@0',
      'audio 100',
      'piece What did you have for lunch?',
    ]);
    done('stop');
    tts.onAudio(AUDIO);
    tts.onDone();
    expect(spokenText()).toBe('Thank you for telling me. What did you have for lunch? ');
    expect(events.slice(-2)).toEqual(['audio 100', 'complete']);
    expect([ttsOpened, charged]).toEqual([1, spokenText().length]);
  });

  test('the model is done before that: nothing is over yet', () => {
    const reply = makeReply();
    reply.draft(REQUEST, true);
    llm.onText('Thank you. Good.');
    done('stop');
    tts.onAudio(AUDIO);
    tts.onDone();
    expect([events, reply.active]).toEqual([[], true]);
    reply.release();
    tts.onDone();
    expect(events.at(-1)).toBe('complete');
  });

  test('a voice that breaks in it is no failure: it is begun anew when the turn is decided', () => {
    const reply = makeReply();
    reply.draft(REQUEST, true);
    llm.onText('Thank you for telling me. ');
    tts.onAudio(AUDIO);
    tts.onError(new EngineError('TTS_CLOSED', { retryable: false }));
    llm.onText('What was it? ');
    expect([events, ttsOpened]).toEqual([[], 1]);
    reply.release();
    tts.onAudio(AUDIO);
    expect(events).toEqual(['piece Thank you for telling me.', 'piece What was it?', 'audio 100']);
    expect(ttsOpened).toBe(2);
  });

  test('one that turns out to have been a thought is taken back with its sound', () => {
    const reply = makeReply();
    reply.draft(REQUEST, true);
    llm.onText('I must not offer a refund. ');
    tts.onAudio(AUDIO);
    llm.onText('</think>');
    expect(ttsCancelled).toBe(1);
    llm.onText('I am sorry. ');
    reply.release();
    expect(events).toEqual(['piece I am sorry.']);
  });

  test('what a reply has cost: as the model told it, else estimated; and what the voice was given', () => {
    const reply = makeReply();
    reply.draft({ ...REQUEST, messages: [{ role: 'user', content: 'x'.repeat(400) }] }, true);
    expect(reply.spent).toEqual({ tokens: 100, characters: 0 });
    llm.onText('Thank you for telling me. What ');
    expect(reply.spent).toEqual({ tokens: 108, characters: 'Thank you for telling me. '.length });
    llm.onDone({ finishReason: 'stop', usage: { promptTokens: 90, completionTokens: 9 } });
    expect(reply.spent.tokens).toBe(99);
  });
});

const done = (finishReason: string): void => llm.onDone({ finishReason, usage: null });

test('what the model thinks between tags is neither spoken nor recorded', () => {
  const reply = makeReply();
  reply.draft(REQUEST);
  reply.release();
  for (const token of ['<th', 'ink>', 'No refund, I must ', 'say. </thi', 'nk>\n\nI am sorry', ' to hear that.'])
    llm.onText(token);
  done('stop');
  expect(spokenText()).toBe('I am sorry to hear that.');
  expect(reply.text.trim()).toBe('I am sorry to hear that.');
});

test('a draft that turns out to have been a thought is taken back', () => {
  const reply = makeReply();
  reply.draft(REQUEST);
  for (const token of ['The caller is angry, ', 'I must not offer a refund. ', '</think>', '\n\nI am sorry.'])
    llm.onText(token);
  reply.release();
  done('stop');
  expect(spokenText()).toBe('I am sorry.');
  expect(reply.text.trim()).toBe('I am sorry.');
});

describe('an answer with nothing to speak', () => {
  test.each([
    ['stop', ''],
    ['length', ''],
    ['content_filter', ''],
    ['tool_calls', ''],
    ['stop', '👍'],
    ['stop', '...'],
    ['stop', '  \n '],
    ['length', 'We open at ni'],
  ])('(%s, "%s") is asked for once more, then it is a failure', (reason, text) => {
    const reply = makeReply();
    reply.draft(REQUEST);
    reply.release();
    if (text) llm.onText(text);
    done(reason);
    expect([llmStarts, events]).toEqual([2, []]);
    if (text) llm.onText(text);
    done(reason);
    expect(events).toEqual(['failed LLM_EMPTY']);
    expect([llmStarts, ttsOpened, reply.active]).toEqual([2, 0, false]);
    expect(warnings.map(({ finishReason, again }) => [finishReason, again])).toEqual([
      [reason, true],
      [reason, false],
    ]);
  });

  test('what comes at the second asking is spoken, and nothing of the first', () => {
    const reply = makeReply();
    reply.draft(REQUEST);
    reply.release();
    llm.onText('… 🙂 ');
    done('stop');
    llm.onText('It is open.');
    done('stop');
    expect(spokenText()).toBe('It is open.');
    expect(reply.text).toBe('It is open.');
  });

  test('one that took long is not asked for again', () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
    try {
      makeReply().draft(REQUEST);
      clock.mockReturnValue(5000);
      done('length');
    } finally {
      clock.mockRestore();
    }
    expect(llmStarts).toBe(1);
    expect(events).toEqual(['failed LLM_EMPTY']);
  });

  test('a cancelled one is not asked for again', () => {
    const reply = makeReply();
    reply.draft(REQUEST);
    reply.cancel();
    done('stop');
    expect(llmStarts).toBe(1);
    expect(events).toEqual([]);
  });
});

describe('an answer cut off by the model', () => {
  test.each([
    ['length', 'We open at nine. You can come in through the back doo', 'We open at nine.'],
    ['content_filter', 'Yes. The recipe is a sec', 'Yes.'],
    ['length', 'Hello there. Ask for Dr. Smi', 'Hello there.'],
    ['max_tokens', 'It is open, it is warm, and the', 'It is open,'],
    ['length', 'We open at nine.', 'We open at nine.'],
    ['stop', 'We open at nine', 'We open at nine'],
  ])('(%s) "%s" is spoken as "%s"', (reason, written, spoken) => {
    const reply = makeReply();
    reply.draft(REQUEST);
    reply.release();
    llm.onText(written);
    done(reason);
    expect(spokenText().trim()).toBe(spoken);
    expect(reply.text.trim()).toBe(spoken);
    expect(pushed.at(-1)![1]).toBe(true);
  });
});

test('marks alone are no text to begin with: they go out with the first word', () => {
  const reply = makeReply();
  reply.draft(REQUEST);
  reply.release();
  llm.onText('... \n\n Well, thank you.');
  done('stop');
  expect(pushed[0][0]).toMatch(/\p{L}/u);
});

test('the failure of either provider is reported once and stops the other', () => {
  const reply = makeReply();
  reply.draft(REQUEST);
  reply.release();
  llm.onText('This is a sentence. ');
  tts.onError(new EngineError('TTS_STALLED'));
  llm.onError(new EngineError('LLM_TIMEOUT'));
  expect(events.filter((event) => event.startsWith('failed'))).toEqual(['failed TTS_STALLED']);
  expect(llmCancelled).toBe(1);
});

const fault = (code: 'TTS_CLOSED' | 'LLM_STREAM', retryable = true) => new EngineError(code, { retryable });
function speaking(...texts: string[]): Reply {
  const reply = makeReply();
  reply.draft(REQUEST);
  reply.release();
  for (const text of texts) llm.onText(text);
  return reply;
}

describe('a voice that breaks off', () => {
  test('another utterance says what is left, its words timed from where it begins', () => {
    speaking('This is a sentence. ', 'This is another one.');
    done('stop');
    tts.onAudio(AUDIO);
    broken = { rest: ' sentence. This is another one.', baseMs: 840 };
    pushed = [];
    tts.onError(fault('TTS_CLOSED'));
    expect([ttsOpened, pushed]).toEqual([2, [['sentence. This is another one.', true]]]);
    tts.onWords(['sentence.'], [20], [300]);
    tts.onAudio(AUDIO);
    tts.onDone();
    expect(events.slice(-3)).toEqual(['words sentence.@860', 'audio 100', 'complete']);
    expect(charged).toBe('This is a sentence. This is another one.'.length + broken.rest.length);
  });

  test('while the model still writes: the rest, and then what comes', () => {
    speaking('This is a sentence. ');
    broken = { rest: 'a sentence. ', baseMs: 300 };
    pushed = [];
    tts.onError(fault('TTS_CLOSED'));
    llm.onText('And more.');
    done('stop');
    expect(pushed).toEqual([
      ['a sentence. ', false],
      ['And more.', false],
      ['', true],
    ]);
  });

  test('everything was said already: it is complete', () => {
    speaking('This is a sentence.');
    done('stop');
    tts.onError(fault('TTS_CLOSED'));
    expect([ttsOpened, events.at(-1)]).toEqual([1, 'complete']);
  });

  test('again and again: it is given up', () => {
    broken = { rest: 'a sentence.', baseMs: 0 };
    speaking('This is a sentence. ');
    for (let i = 0; i < 3; i++) tts.onError(fault('TTS_CLOSED'));
    expect([ttsOpened, events.at(-1)]).toEqual([3, 'failed TTS_CLOSED']);
  });

  test.each([
    ['for a reason that will not pass', 0, false],
    ['long ago: it comes too late', 6000, true],
  ])('%s', (_, laterMs, retryable) => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
    try {
      broken = { rest: 'a sentence.', baseMs: 0 };
      speaking('This is a sentence. ');
      clock.mockReturnValue(1000 + laterMs);
      tts.onError(fault('TTS_CLOSED', retryable));
    } finally {
      clock.mockRestore();
    }
    expect([ttsOpened, events.at(-1)]).toEqual([1, 'failed TTS_CLOSED']);
  });
});

describe('a model that breaks off', () => {
  const breaks: [string, () => void][] = [
    ['with an error', () => llm.onError(fault('LLM_STREAM'))],
    ['without one, at the end of a sentence', () => done('truncated')],
  ];
  test.each(breaks)('%s: it is asked to go on from what was said, and the caller hears one reply', (_, breakOff) => {
    const reply = speaking('I have noted that. ', 'We wi');
    breakOff();
    expect(requests[1].messages.at(-1)).toEqual({ role: 'assistant', content: 'I have noted that.' });
    for (const token of ['We', ' will', ' look at it.']) llm.onText(token);
    done('stop');
    tts.onAudio(AUDIO);
    tts.onDone();
    expect(spokenText()).toBe('I have noted that. We will look at it.');
    expect(reply.text).toBe('I have noted that. We will look at it.');
    expect([ttsOpened, events.at(-1)]).toEqual([1, 'complete']);
  });

  test('it begins again instead: what was said is not said twice', () => {
    speaking('I have noted that. ');
    llm.onError(fault('LLM_STREAM'));
    llm.onText('I have noted that. We will look.');
    done('stop');
    expect(spokenText()).toBe('I have noted that. We will look.');
  });

  test('it has nothing to add: what was said is the reply', () => {
    speaking('I have noted that. ');
    done('truncated');
    done('stop');
    tts.onDone();
    expect([spokenText(), events.at(-1)]).toEqual(['I have noted that. ', 'complete']);
  });

  test('again and again: what the voice has is heard to its end, then it is a failure', () => {
    speaking('I have noted that. ');
    for (let i = 0; i < 3; i++) llm.onError(fault('LLM_STREAM'));
    expect([llmStarts, ttsCancelled, pushed.at(-1)]).toEqual([3, 0, ['', true]]);
    tts.onAudio(AUDIO);
    tts.onDone();
    expect(events.slice(-2)).toEqual(['audio 100', 'failed LLM_STREAM']);
  });

  test('before its first piece: asked anew, as if nothing had come', () => {
    speaking('I ha');
    llm.onError(fault('LLM_STREAM'));
    expect(requests[1]).toBe(REQUEST);
    llm.onText('Noted, thank you.');
    done('stop');
    expect(spokenText()).toBe('Noted, thank you.');
  });

  test('before its first word its client has tried all it can', () => {
    speaking();
    llm.onError(fault('LLM_STREAM'));
    expect([llmStarts, events]).toEqual([1, ['failed LLM_STREAM']]);
  });

  test('in a draft: nothing is heard before the turn is over, then all of it', () => {
    const reply = makeReply();
    reply.draft(REQUEST);
    llm.onText('I have noted that. ');
    llm.onError(fault('LLM_STREAM'));
    llm.onText('We will look.');
    done('stop');
    expect(ttsOpened).toBe(0);
    reply.release();
    expect(spokenText()).toBe('I have noted that. We will look.');
  });
});

test('a fixed line is synthesised, and paid for, once and ready-made from then on', () => {
  makeReply().say('Hello there.', true);
  expect(pushed).toEqual([['Hello there.', true]]);
  tts.onAudio(AUDIO);
  tts.onWords(['Hello', 'there.'], [0, 5], [5, 12]);
  tts.onAudio(AUDIO);
  tts.onDone();
  events = [];
  makeReply().say('Hello there.', true);
  expect(ttsOpened).toBe(1);
  expect(charged).toBe('Hello there.'.length);
  expect(events).toEqual(['piece Hello there.', 'words Hello@0 there.@5', 'audio 200', 'complete']);
});

test('a fixed line that was cut off is not kept as if it were whole', () => {
  const reply = makeReply();
  reply.say('Hello there.', true);
  tts.onAudio(AUDIO);
  reply.cancel();
  expect(phrases.get({ voiceId: 'v', language: 'en' }, 'Hello there.')).toBeNull();
});

test('the voice is done before the model is: the reply goes on', () => {
  const reply = makeReply();
  reply.draft(REQUEST);
  reply.release();
  llm.onText('First sentence here. ');
  tts.onDone(); // the provider's context expired while the model was slow
  expect(reply.active).toBe(true);
});

describe('tools', () => {
  const TOOLS = [{ name: 'look_up', description: 'Looks up.', parameters: { type: 'object' } }];
  const CALL = { id: 'call_1', name: 'look_up', arguments: '{"n":1}' };
  let ran: number;
  let finish: (content: string, isLast?: boolean) => Promise<void>;
  const tools: ReplyTools = {
    run: (calls) => {
      ran++;
      return new Promise((resolve) => {
        finish = async (content, isLast) => {
          resolve(calls.map(() => ({ ok: true, content, isLast })));
          await Promise.resolve();
          await Promise.resolve();
        };
      });
    },
    fillerOf: () => 'One moment, please.',
  };
  const calls = (): void => llm.onDone({ finishReason: 'tool_calls', usage: null, toolCalls: [CALL] });
  function asked(): Reply {
    ran = 0;
    const reply = makeReply(tools);
    reply.draft({ ...REQUEST, messages: [{ role: 'user', content: 'Where is it?' }], tools: TOOLS });
    return reply;
  }

  test('are run, and the model goes on with what they brought: one reply', async () => {
    asked().release();
    llm.onText('Let me look. ');
    calls();
    expect(ran).toBe(1);
    await finish('{"state":"sent"}');
    expect(requests[1].messages).toEqual([
      { role: 'user', content: 'Where is it?' },
      { role: 'assistant', content: 'Let me look.', toolCalls: [CALL] },
      { role: 'tool', toolCallId: 'call_1', content: '{"state":"sent"}' },
    ]);
    expect(requests[1].tools).toBe(TOOLS);
    llm.onText('It was sent yesterday.');
    done('stop');
    expect(spokenText()).toBe('Let me look. It was sent yesterday.');
    expect(pushed.at(-1)![1]).toBe(true);
    tts.onDone();
    expect(events.at(-1)).toBe('complete');
  });

  test('of a draft wait until the turn is decided, and never run when it is not', async () => {
    const reply = asked();
    calls();
    expect(ran).toBe(0);
    reply.release();
    expect(ran).toBe(1);
    const other = asked();
    calls();
    other.cancel();
    other.release();
    expect(ran).toBe(0);
  });

  test('go on when the caller interrupts; what they bring is not spoken', async () => {
    const reply = asked();
    reply.release();
    calls();
    reply.cancel();
    await finish('late');
    expect(llmStarts).toBe(1);
    expect(events).toEqual([]);
  });

  test('a last one behind words ends the reply; without a word the model is asked for its goodbye', async () => {
    asked().release();
    llm.onText('Goodbye then.');
    calls();
    await finish('the call ends', true);
    expect(llmStarts).toBe(1);
    tts.onDone();
    expect(events.at(-1)).toBe('complete');

    asked().release();
    calls();
    await finish('the call ends', true);
    expect(llmStarts).toBe(3);
  });

  test('after some rounds the model has to speak', async () => {
    asked().release();
    for (let round = 0; round < 6; round++) {
      expect(requests.at(-1)!.tools).toBe(TOOLS);
      calls();
      await finish('more');
    }
    expect(requests.at(-1)!.tools).toBeUndefined();
    expect(requests).toHaveLength(7);
  });

  test('a model that breaks off behind a round is asked for the rest of that round only', async () => {
    asked().release();
    llm.onText('Let me look. ');
    calls();
    await finish('{"state":"sent"}');
    llm.onText('It was sent yesterday. It comes ');
    llm.onError(new EngineError('LLM_STREAM', { retryable: true }));
    const { messages } = requests.at(-1)!;
    expect(messages.filter((message) => message.role === 'tool')).toHaveLength(1);
    expect(messages.findLast((message) => message.role === 'assistant')!.content).toBe('It was sent yesterday.');
    llm.onText(' It comes tomorrow.');
    done('stop');
    expect(spokenText()).toBe('Let me look. It was sent yesterday. It comes tomorrow.');
  });

  describe('that take long', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    test('are covered by a word, twice at most', async () => {
      asked().release();
      calls();
      vi.advanceTimersByTime(699);
      expect(pushed).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(spokenText()).toBe('One moment, please. ');
      vi.advanceTimersByTime(60_000);
      expect(spokenText()).toBe('One moment, please. One moment, please. ');
      await finish('{}');
      llm.onText('Here it is.');
      done('stop');
      expect(spokenText()).toBe('One moment, please. One moment, please. Here it is.');
    });

    test('are not while the caller still hears us', () => {
      asked().release();
      llm.onText('Let me look for that in the book. ');
      calls();
      leftMs = 2000;
      vi.advanceTimersByTime(700);
      leftMs = 0;
      vi.advanceTimersByTime(2699);
      expect(spokenText()).toBe('Let me look for that in the book. ');
      vi.advanceTimersByTime(1);
      expect(spokenText()).toBe('Let me look for that in the book. One moment, please. ');
    });

    test('and of a reply that is over nothing is heard', () => {
      const reply = asked();
      reply.release();
      calls();
      reply.cancel();
      vi.advanceTimersByTime(10_000);
      expect(pushed).toEqual([]);
    });
  });
});
