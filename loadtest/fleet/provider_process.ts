// The process of the simulated providers: speech recognition whose lines carry turn words, a language model that repeats
// them, a cheap voice; and Twilio's REST API. Collects what each of them took, turn by turn.

import { CartesiaSimulator } from '../simulators/cartesia/server.js';
import type { CartesiaLatency } from '../simulators/cartesia/tts_context.js';
import type { DeepgramLatency } from '../simulators/deepgram/outbox.js';
import { DeepgramSimulator } from '../simulators/deepgram/server.js';
import type { OpenaiLatency } from '../simulators/openai/completion_stream.js';
import { OpenaiSimulator } from '../simulators/openai/server.js';
import type { StageTiming } from '../simulators/stage_timings.js';
import { TwilioSimulator } from '../simulators/twilio/simulator.js';
import type { FinalRow, ProviderCommand, ProviderEvent } from './fleet_messages.js';
import { LineBook } from './line_book.js';
import { TurnCollector } from './turn_collector.js';

interface Providers {
  deepgram: DeepgramSimulator;
  openai: OpenaiSimulator;
  cartesia: CartesiaSimulator;
}

const RESULT_KINDS: Partial<Record<StageTiming['stage'], FinalRow['kind']>> = {
  stt_final: 'answered',
  stt_endpointed: 'endpointed',
  stt_interim: 'interim',
  stt_unanswered: 'unanswered',
};

const collector = new TurnCollector();
let providers: Providers | null = null;

function tell(event: ProviderEvent): void {
  process.send?.(event);
}

async function setUp(command: ProviderCommand & { kind: 'setup' }): Promise<void> {
  const { latency, seed } = command;
  const scripts = new LineBook(command.clips, command.builtInLines, (line) => collector.line(line));
  const deepgram = await DeepgramSimulator.start({
    scripts,
    seed,
    latency: latency.deepgram as Partial<DeepgramLatency> | undefined,
  });
  const openai = await OpenaiSimulator.start({
    seed,
    splitEvents: false,
    latency: latency.openai as Partial<OpenaiLatency> | undefined,
    answer: (messages) => collector.answer(messages),
    onText: (reply, request, chars) => collector.text(reply, request.startMs, chars),
  });
  const cartesia = await CartesiaSimulator.start({
    voice: 'tone',
    seed,
    latency: latency.cartesia as Partial<CartesiaLatency> | undefined,
  });
  const twilio = await TwilioSimulator.start({ accountSid: command.accountSid, authToken: command.authToken });
  deepgram.timings.onAdd = (timing) => {
    const kind = RESULT_KINDS[timing.stage];
    if (kind !== undefined) collector.final(timing.key, kind, timing);
  };
  cartesia.timings.onAdd = ({ startMs, endMs, text }) => collector.voice(text ?? '', startMs, endMs);
  providers = { deepgram, openai, cartesia };
  const urls = { twilio: twilio.url, deepgram: deepgram.url, openai: openai.url, cartesia: cartesia.url };
  tell({ kind: 'ready', urls });
}

async function obey(command: ProviderCommand): Promise<void> {
  if (command.kind === 'setup') return setUp(command);
  if (command.kind === 'exit') process.exit(0);
  if (!providers) return;
  const { deepgram, openai, cartesia } = providers;
  switch (command.kind) {
    case 'fail':
      // Modes are checked by the simulator: an unknown one is a fault here.
      for (const mode of command.modes) providers[command.provider].fail(mode as never, { times: 'always' });
      return;
    case 'heal':
      for (const provider of Object.values(providers)) provider.heal();
      return;
    case 'collect': {
      const stats = {
        deepgram: { ...deepgram.stats },
        openai: { ...openai.stats, aborts: undefined },
        cartesia: { ...cartesia.stats, records: undefined },
      };
      return tell({ kind: 'rows', rows: { ...collector.rows, crossed: collector.crossed, stats } });
    }
  }
}

process.on('message', (command: ProviderCommand) => {
  obey(command).catch((error: unknown) => tell({ kind: 'fault', message: String((error as Error)?.stack ?? error) }));
});
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(1));
