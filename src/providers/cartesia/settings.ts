// The settings of Cartesia, text to speech. No SDK here: the main thread reads them too.

import {
  anyText,
  type Findings,
  integer,
  language,
  optional,
  primaryLanguage,
  type SectionValues,
  secret,
  setting,
  text,
  url,
} from '../../setting.js';
import type { AgentNeeds } from '../vendor.js';
import { probeCartesia } from './probe.js';

/** With `--test` nobody waits for a slow voice in anger. */
const IN_TEST = { testFactor: 3 };

export const CARTESIA_SETTINGS = {
  apiKey: text('CARTESIA_API_KEY', 'Cartesia key; required', secret),
  voiceId: setting('CARTESIA_VOICE_ID', '71a7ad14-091c-4e8e-a314-022ece01c121', 'the voice of the agent', anyText),
  baseUrl: optional(
    'CARTESIA_BASE_URL',
    "a Cartesia-compatible server; empty = Cartesia's own",
    url('https', 'http', 'wss', 'ws'),
  ),
  model: setting('CARTESIA_MODEL', 'sonic-3', 'text-to-speech model', anyText),
  language: optional('CARTESIA_LANGUAGE', "language of the voice; empty = the agent's", language),
  connectTimeoutMs: setting(
    'CARTESIA_CONNECT_TIMEOUT_MS',
    '3000',
    'opening a socket may take this long',
    integer(100, 60000),
  ),
  firstAudioTimeoutMs: setting(
    'CARTESIA_FIRST_AUDIO_TIMEOUT_MS',
    '4000',
    'text sent to first audio; three times as long with --test',
    integer(200, 60000),
    IN_TEST,
  ),
  stallTimeoutMs: setting(
    'CARTESIA_STALL_TIMEOUT_MS',
    '2000',
    'between two chunks of audio; three times as long with --test',
    integer(200, 60000),
    IN_TEST,
  ),
  contextsPerSocket: setting(
    'CARTESIA_CONTEXTS_PER_SOCKET',
    '8',
    'utterances at once on one socket before another is opened',
    integer(1, 100),
  ),
};

/** Shut down on 2026-06-01 and before. */
const GONE = /^sonic(-2|-turbo|-english|-multilingual|-preview)?(-\d{4}-\d\d-\d\d)?$/i;
const MODELS = /^sonic-([3-9]|\d\d)(\.\d+)?(-[a-z0-9-]+)?$|^sonic-latest$/i;
const VOICE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Sonic 3's, by primary subtag (the vendor's model page, November 2026). */
const LANGUAGES = new Set(
  `en fr de es pt zh ja hi it ko nl pl ru sv tr tl bg ro ar cs el fi hr ms sk da ta uk hu no vi bn th he ka id te gu kn ml
   mr pa`.split(/\s+/),
);

function check(values: SectionValues<typeof CARTESIA_SETTINGS>, findings: Findings): void {
  const { model, voiceId, baseUrl, language: spoken } = values;
  // A compatible server may have names of its own.
  const report = baseUrl === null ? findings.problem : findings.warning;
  checkModel(model, 'CARTESIA_MODEL', '', { ...findings, problem: report });
  if (voiceId !== null && !isVoiceId(voiceId)) {
    findings.warning('CARTESIA_VOICE_ID', 'is no id of a voice, such as 71a7ad14-091c-4e8e-a314-022ece01c121');
  }
  if (spoken !== null && !knowsLanguage(spoken)) {
    findings.warning('CARTESIA_LANGUAGE', 'is no language of Cartesia that is known here');
  }
}

/** @param own how a problem names the model, where the variable does not */
function checkModel(model: string | null, variable: string, own: string, findings: Findings): void {
  if (model === null) return;
  if (GONE.test(model))
    findings.problem(variable, `${own}names a model that Cartesia has shut down; sonic-3 is served`);
  else if (!MODELS.test(model)) {
    findings.warning(
      variable,
      `${own}is no model of Cartesia that is known here; if it does not exist, no call speaks`,
    );
  }
}

function checkAgent(
  { language: spoken, baseUrl }: SectionValues<typeof CARTESIA_SETTINGS>,
  { language: own, voiceId, models }: AgentNeeds,
  findings: Findings,
): void {
  const report = baseUrl === null ? findings.problem : findings.warning;
  checkModel(models.tts, 'AGENT_FILE', 'speak.model ', { ...findings, problem: report });
  if (voiceId !== null && !isVoiceId(voiceId)) {
    findings.warning('AGENT_FILE', 'voiceId is no id of a voice, such as 71a7ad14-091c-4e8e-a314-022ece01c121');
  }
  if (spoken === null && !knowsLanguage(own)) {
    findings.warning('AGENT_FILE', `language ${own} is none of Cartesia that is known here`);
  }
}

export function isVoiceId(voiceId: string): boolean {
  return VOICE_ID.test(voiceId);
}

export function knowsLanguage(tag: string): boolean {
  return LANGUAGES.has(primaryLanguage(tag));
}

export const CARTESIA = { role: 'tts', settings: CARTESIA_SETTINGS, check, checkAgent, probe: probeCartesia } as const;
