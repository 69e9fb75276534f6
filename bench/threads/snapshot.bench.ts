// What it costs a worker to keep its calls movable: a snapshot taken and made ready for another thread, which is what posting
// one costs the thread that posts. Twice a turn. Varies: the length of the call. Against a snapshot that brings all its turns'
// rows every time, instead of each row once.

import v8 from 'node:v8';
import type { CallSnapshot } from '../../src/call/call_snapshot.js';
import type { TurnReport } from '../../src/call/report_parts.js';
import { ChatHistory } from '../../src/conversation/chat_history.js';
import { type BenchOptions, type BenchResult, compared, nsPerOperation, ResultHash } from '../bench_result.js';

const BATCH = 16;

export async function bench(options: BenchOptions): Promise<BenchResult[]> {
  return [await benchTurns(options, 5), await benchTurns(options, 40)];
}

async function benchTurns(options: BenchOptions, turns: number): Promise<BenchResult> {
  const history = new ChatHistory('You take feedback.');
  const rows: TurnReport[] = [];
  for (let turn = 1; turn <= turns; turn++) {
    const caller = `The soup was cold and the bread was hard, ${turn}.`;
    const agent = `I am sorry to hear that, I will pass it on to the kitchen, ${turn}. Was anything else wrong?`;
    history.addUser(caller);
    history.addAssistantHeard(agent, false);
    rows.push({
      ...{ turn, caller, agent, heard: agent, interrupted: false, callerStartMs: turn * 9000 },
      ...{ callerEndMs: turn * 9000 + 2000, agentStartMs: turn * 9000 + 2500, agentEndMs: turn * 9000 + 7000 },
      ...{ sttFinalMs: 120.5, endpointMs: 310.2, llmTtftMs: 240.1, ttsTtfbMs: 90.7, firstAudioMs: 640.3 },
    });
  }
  const ours = () => v8.serialize(snapshotOf(history, turns, []));
  const whole = () => v8.serialize(snapshotOf(history, turns, rows));
  const hash = (bytes: Buffer) => {
    const result = new ResultHash();
    for (const { content } of (v8.deserialize(bytes) as CallSnapshot).history) result.add(content.length);
    return result.hex;
  };
  const batch = (take: () => Buffer) => () => {
    for (let i = 0; i < BATCH; i++) take();
  };
  const [nsPerOp, peerNsPerOp] = await nsPerOperation(options, BATCH, { ours: batch(ours), whole: batch(whole) });
  const note = `${ours().length} bytes; with all rows ${whole().length}`;
  return compared(
    `snapshot of a call of ${turns} turns`,
    { nsPerOp, hash: hash(ours()) },
    { name: 'with the rows of all turns', nsPerOp: peerNsPerOp, hash: hash(whole()) },
    note,
  );
}

function snapshotOf(history: ChatHistory, turnCount: number, turns: TurnReport[]): CallSnapshot {
  return {
    ...{ callSid: `CA${'0'.repeat(32)}`, direction: 'inbound', ourNumber: '+12025550143', theirNumber: '+12025550199' },
    ...{ acceptedAt: '2026-03-04T05:06:07.890Z', agentId: 'default', variables: {}, atMs: 0, seq: 1, greeted: true },
    ...{ turnCount, history: history.snapshot().turns, asked: null, turn: null, offRecord: false, saying: null },
    field: null,
    stream: { streamSid: `MZ${'0'.repeat(32)}`, originMs: 1000.5, startedMs: 1100.5 },
    past: {
      ...{ turns, bargeIns: [], errors: [], tools: [], handOffs: [], pauses: [], operators: [] },
      usage: {
        ...{ promptTokens: 5000, completionTokens: 900, ttsCharacters: 4000, sttSeconds: 120.5 },
        discardedTokens: 0,
        discardedCharacters: 0,
      },
      media: { framesIn: 6000, lost: 0, late: 0, concealed: 0, framesOut: 4000, underruns: 0 },
    },
  };
}
