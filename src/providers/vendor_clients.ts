// The vendors' clients, for worker threads: one line a vendor, loaded only when it has a key. What the main thread knows
// of them is vendor_settings.ts; what happens when one of several fails is failover/.

import type { EngineConfig } from '../config.js';
import type { RankedVoice } from './failover/failover_tts.js';
import type { Ranked } from './failover/ranking.js';
import type { LlmProvider } from './llm.js';
import type { ProviderHooks } from './shared/provider_hooks.js';
import type { SttProvider } from './stt.js';
import type { TtsProvider } from './tts.js';
import { VENDOR_NAMES, VENDORS, type VendorName } from './vendor_settings.js';

type Client = SttProvider | LlmProvider | TtsProvider;
type ClientClass<Config> = new (config: Config, hooks: ProviderHooks) => Client;
type Clients = { [Name in VendorName]: () => Promise<ClientClass<EngineConfig[Name]>> };

const VENDOR_CLIENTS: Clients = {
  openai: () => import('./openai/openai_llm.js').then(({ OpenaiLlm }) => OpenaiLlm),
  deepgram: () => import('./deepgram/deepgram_stt.js').then(({ DeepgramStt }) => DeepgramStt),
  cartesia: () => import('./cartesia/cartesia_tts.js').then(({ CartesiaTts }) => CartesiaTts),
};

/** What each part of a call can be served by, in the order of vendor_settings.ts. */
export interface RankedClients {
  stt: Ranked<SttProvider>[];
  llm: Ranked<LlmProvider>[];
  tts: RankedVoice[];
}

/** Loads the clients of all vendors that have a key; they are made when the hooks are there. */
export async function loadClients(
  config: EngineConfig,
): Promise<(hooksOf: (name: VendorName) => ProviderHooks) => RankedClients> {
  const names = VENDOR_NAMES.filter((name) => config[name].apiKey !== '');
  const classes: ClientClass<unknown>[] = [];
  // One after the other: each opens a hundred files and more at once.
  for (const name of names) classes.push((await VENDOR_CLIENTS[name]()) as ClientClass<unknown>);
  return (hooksOf) => {
    const clients: RankedClients = { stt: [], llm: [], tts: [] };
    for (const [i, name] of names.entries()) {
      const settings = config[name];
      const provider = new classes[i](settings, hooksOf(name));
      // The list of vendors says what each is for, and so what its client is.
      const { role } = VENDORS[name];
      if (role === 'stt') clients.stt.push({ name, provider: provider as SttProvider });
      else if (role === 'llm') clients.llm.push({ name, provider: provider as LlmProvider });
      else clients.tts.push({ name, provider: provider as TtsProvider, voiceId: voiceIdOf(settings) });
    }
    return clients;
  };
}

function voiceIdOf(settings: object): string {
  return 'voiceId' in settings ? String(settings.voiceId) : '';
}
