// Which models the vendor serves at /v1/listen and /v2/listen, and which languages each understands: its "Models and
// Languages Overview" and change log as of November 2026. Data; listen_query.ts judges requests by it.

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const ENGLISH = 'en en-US en-AU en-GB en-IN en-NZ';

const NOVA_3 = words(`${ENGLISH} multi ar be bg bn bs ca cs da da-DK de de-CH el es es-419 et fa fi fr fr-CA he hi hr hu
  id it ja kn ko ko-KR lt lv mk mr ms ne nl nl-BE no pa pa-IN pl pt pt-BR pt-PT ro ru sk sl sr sv sv-SE ta te th th-TH
  tl tr uk ur vi zh zh-CN zh-HK zh-Hans zh-Hant zh-TW`);
const NOVA_2 = words(`${ENGLISH} multi bg ca cs da da-DK de de-CH el es es-419 et fi fr fr-CA hi hu id it ja ko ko-KR lt
  lv ms nl nl-BE no pl pt pt-BR pt-PT ro ru sk sv sv-SE th th-TH tr uk vi zh zh-CN zh-HK zh-Hans zh-Hant zh-TW`);
const OLDER = words(`${ENGLISH} da de es es-419 fr fr-CA hi hi-Latn id it ja ko nl no pl pt pt-BR pt-PT ru sv ta tr uk
  zh zh-CN zh-TW`);

/** What the vendor takes when the query names no model or language. */
export const V1_MODEL_DEFAULT = 'base';
export const LANGUAGE_DEFAULT = 'en';

/** [languages, the models that understand them]; for `custom` (a customer's own) nothing is known. */
const V1_MODELS: readonly (readonly [languages: readonly string[] | null, models: readonly string[]])[] = [
  [NOVA_3, words('nova-3 nova-3-general')],
  [words(`${ENGLISH} multi`), words('nova-3-medical')],
  [NOVA_2, words('nova-2 nova-2-general')],
  [OLDER, words('enhanced enhanced-general base base-general general')],
  [
    words(ENGLISH),
    words(`nova-2-meeting nova-2-finance nova-2-conversationalai nova-2-voicemail nova-2-video nova-2-medical
      nova-2-drivethru nova-2-automotive nova-2-phonecall nova-2-atc nova nova-general nova-phonecall nova-medical
      enhanced-meeting enhanced-phonecall enhanced-finance meeting phonecall finance conversationalai voicemail video`),
  ],
  [null, ['custom']],
];

/** Flux: one English model, one for ten languages that may be hinted at; a region is taken for its language. */
export const V2_MODELS: readonly string[] = ['flux-general-en', 'flux-general-multi'];
export const V2_HINTS: readonly string[] = words('en es fr de hi ru pt ja it nl');

/** False: the vendor answers 400, "No such model/language/tier combination found". */
export function hasV1(model: string, language: string): boolean {
  const entry = V1_MODELS.find(([, models]) => models.includes(model));
  return entry !== undefined && (entry[0] === null || entry[0].includes(language));
}

/** Terms to listen for, by query or by Configure, may hold this many tokens together. */
export const KEYTERM_TOKENS_MAX = 500;

/** Its tokenizer is the vendor's secret; four characters a token is close for English. */
export function keytermTokens(terms: readonly string[]): number {
  return terms.reduce((sum, term) => sum + Math.ceil(term.length / 4), 0);
}

export function takesKeyterms(model: string): boolean {
  return model.startsWith('nova-3') || model.startsWith('flux-');
}
