// The settings of Deepgram, speech to text. No SDK here: the main thread reads them too.

import { z } from 'zod';
import {
  anyText,
  decimal,
  type Findings,
  integer,
  language,
  onOff,
  optional,
  primaryLanguage,
  type SectionValues,
  secret,
  setting,
  text,
  url,
} from '../../setting.js';
import type { AgentNeeds } from '../vendor.js';
import { probeDeepgram } from './probe.js';

export const DEEPGRAM_SETTINGS = {
  apiKey: text('DEEPGRAM_API_KEY', 'Deepgram key; required', secret),
  baseUrl: optional(
    'DEEPGRAM_BASE_URL',
    "a Deepgram-compatible server; empty = Deepgram's own",
    url('https', 'http', 'wss', 'ws'),
  ),
  model: setting('DEEPGRAM_MODEL', 'nova-3', 'speech-to-text model', anyText),
  language: optional(
    'DEEPGRAM_LANGUAGE',
    "language the caller speaks, such as es or multi; empty = the agent's",
    language.or(z.literal('multi')),
  ),
  // Our own Finalize normally comes first.
  endpointingMs: setting(
    'DEEPGRAM_ENDPOINTING_MS',
    '300',
    'silence after which Deepgram itself ends an utterance',
    integer(10, 10000),
  ),
  eotThreshold: setting(
    'DEEPGRAM_EOT_THRESHOLD',
    '0.7',
    'Flux: its own confidence that ends one of its turns, one sign of several for ours; 1 = never',
    decimal(0.5, 1),
  ),
  eagerEotThreshold: setting(
    'DEEPGRAM_EAGER_EOT_THRESHOLD',
    '0.4',
    'Flux: the confidence at which it tells of a likely end, whose words are final for us',
    decimal(0.3, 0.9),
  ),
  eotTimeoutMs: setting(
    'DEEPGRAM_EOT_TIMEOUT_MS',
    '5000',
    'Flux: silence that ends one of its turns whatever its confidence',
    integer(500, 60000),
  ),
  forceEndTurn: setting(
    'DEEPGRAM_FORCE_END_TURN',
    'off',
    'on = Flux is told when a turn is over (ForceEndTurn) and never decides so itself; Deepgram enables that per account',
    onOff,
  ),
  connectTimeoutMs: setting(
    'DEEPGRAM_CONNECT_TIMEOUT_MS',
    '3000',
    'opening a socket may take this long',
    integer(100, 60000),
  ),
  stallTimeoutMs: setting(
    'DEEPGRAM_STALL_TIMEOUT_MS',
    '10000',
    'audio goes in and nothing comes out for this long: the socket is replaced',
    integer(500, 120000),
  ),
};

/** Of the v1 endpoint; or the id of a customer's own model. */
const MODELS =
  /^(nova-3(-general|-medical)?|nova-2(-[a-z]+)?|nova(-[a-z]+)?|enhanced(-[a-z]+)?|base(-[a-z]+)?|whisper(-[a-z]+)?|custom|[0-9a-f]{8}-[0-9a-f-]{27})$/i;
const FLUX = /^flux(-|$)/i;
const FLUX_MODELS = ['flux-general-en', 'flux-general-multi'];
/** What the multilingual one understands, and may be told to expect. */
export const FLUX_HINTS: ReadonlySet<string> = new Set('en es fr de hi ru pt ja it nl'.split(' '));
/** Nova-3's, by primary subtag (the vendor's "Models and Languages Overview", November 2026), and its mix of ten. */
const LANGUAGES = new Set(
  `ar be bg bn bs ca cs da de el en es et fa fi fr gu he hi hr hu id it ja kn ko lt lv mk mr ms ne nl no pa pl pt ro ru sk
   sl sr sv ta te th tl tr uk ur vi zh multi`.split(/\s+/),
);
/** The vendor refuses a connection with more. Its tokenizer is its own; four characters a token is close for English. */
const KEYTERM_TOKENS_MAX = 500;

function check(values: SectionValues<typeof DEEPGRAM_SETTINGS>, findings: Findings): void {
  const { model, language: spoken, eotThreshold, eagerEotThreshold } = values;
  checkModel(model, 'DEEPGRAM_MODEL', '', findings);
  if (spoken !== null && !knowsLanguage(spoken)) {
    findings.warning('DEEPGRAM_LANGUAGE', 'is no language of Deepgram that is known here');
  }
  if (spoken !== null && model !== null) checkFluxLanguage(model, spoken, 'DEEPGRAM_LANGUAGE', '', findings);
  // The vendor refuses a connection with these.
  if (eagerEotThreshold !== null && eotThreshold !== null && eagerEotThreshold > eotThreshold) {
    findings.problem('DEEPGRAM_EAGER_EOT_THRESHOLD', 'must not be above DEEPGRAM_EOT_THRESHOLD');
  }
}

/** Flux understands less than nova-3: a call in another language would be heard as nonsense. */
function checkFluxLanguage(model: string, tag: string, variable: string, own: string, findings: Findings): void {
  if (!isFlux(model)) return;
  const language = primaryLanguage(tag);
  const isKnown = model === 'flux-general-en' ? language === 'en' : tag === 'multi' || FLUX_HINTS.has(language);
  if (!isKnown) findings.problem(variable, `${own}${tag} is no language of ${model}`);
}

/** @param own how a problem names the model, where the variable does not */
function checkModel(model: string | null, variable: string, own: string, findings: Findings): void {
  if (model === null) return;
  if (isFlux(model)) {
    if (!FLUX_MODELS.includes(model))
      findings.problem(variable, `${own}is no Flux model: ${FLUX_MODELS.join(' and ')} are`);
  } else if (!MODELS.test(model)) {
    findings.warning(variable, `${own}is no model of Deepgram that is known here; if it does not exist, no call hears`);
  }
}

function checkAgent(
  { model, language: spoken }: SectionValues<typeof DEEPGRAM_SETTINGS>,
  { language: own, hears, keyterms, models }: AgentNeeds,
  findings: Findings,
): void {
  checkModel(models.stt, 'AGENT_FILE', 'listen.model ', findings);
  const heard = hears ?? spoken ?? own;
  if ((hears !== null || spoken === null) && !knowsLanguage(heard)) {
    findings.warning('AGENT_FILE', `language ${heard} is none of Deepgram that is known here`);
  }
  const isAgents = hears !== null || spoken === null || models.stt !== null;
  if (isAgents) checkFluxLanguage(models.stt ?? model, heard, 'AGENT_FILE', 'language ', findings);
  if (keyterms.length > 0 && !takesKeyterms(models.stt ?? model)) {
    const which = models.stt === null ? 'DEEPGRAM_MODEL' : 'listen.model';
    findings.warning('AGENT_FILE', `keyterms are not used: ${which} takes none, nova-3 does`);
    return;
  }
  const { tokens, max } = keytermTokens(keyterms);
  if (tokens > max) {
    findings.problem(
      'AGENT_FILE',
      `keyterms are about ${tokens} tokens together; Deepgram takes ${max} and no call with more`,
    );
  }
}

/** Served at the second endpoint, /v2/listen. */
export function isFlux(model: string): boolean {
  return FLUX.test(model);
}

export function knowsLanguage(tag: string): boolean {
  return LANGUAGES.has(primaryLanguage(tag));
}

/** Models before nova-3 refuse a connection that brings key terms. */
export function takesKeyterms(model: string): boolean {
  return isFlux(model) || /^nova-([3-9]|\d\d)/i.test(model);
}

/** About how many tokens the vendor counts for key terms, and how many it takes. */
export function keytermTokens(keyterms: readonly string[]): { tokens: number; max: number } {
  const tokens = keyterms.reduce((sum, term) => sum + Math.ceil(term.length / 4), 0);
  return { tokens, max: KEYTERM_TOKENS_MAX };
}

export const DEEPGRAM = { role: 'stt', settings: DEEPGRAM_SETTINGS, check, checkAgent, probe: probeDeepgram } as const;
