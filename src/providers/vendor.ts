// What every vendor tells about itself without its SDK, for the main thread: the shape of the entries of
// vendor_settings.ts.

import type { Findings, Section, SectionValues } from '../setting.js';
import type { ProbeResult } from './probe.js';

/** What a call needs a vendor for: hearing, answering, a voice. */
export type VendorRole = 'stt' | 'llm' | 'tts';

/** What a call's plan takes from the settings of the vendor that does a part of it. */
export interface RoleSettings {
  /** null = the agent's language. */
  stt: { language: string | null };
  llm: { maxTokens: number; temperature: number };
  tts: { voiceId: string; language: string | null };
}

/** What an agent asks of the vendors, beside the settings. */
export interface AgentNeeds {
  /** BCP 47. */
  language: string;
  /** What callers speak, where it is not as configured: BCP 47 or `multi`; null = as configured, or `language`. */
  hears: string | null;
  /** null = the configured one. */
  voiceId: string | null;
  keyterms: readonly string[];
  /** By part of the call; null = the configured one. */
  models: Readonly<Record<VendorRole, string | null>>;
}

export interface VendorSettings<S extends Section> {
  role: VendorRole;
  /** Among them `apiKey`: empty = the vendor is not used. */
  settings: S;
  /** What the vendor is known not to serve. A malformed value is null here. */
  check(values: SectionValues<S>, findings: Findings): void;
  /** The same for what an agent asks; `values` are good. Findings are about AGENT_FILE. */
  checkAgent?(values: SectionValues<S>, agent: AgentNeeds, findings: Findings): void;
  /** Is it there, and does it serve us as we are set up? Never rejects. */
  probe(values: SectionValues<S>): Promise<ProbeResult>;
}
