// What a chat model takes, read from its name: which family it is of, under whatever prefix a gateway, an Azure
// deployment or a fine-tune puts before it. Facts of OpenAI's reference and deprecation pages of November 2026. What the
// name does not tell is learned from the vendor's refusals (openai_parameters.ts).

/** From the least thinking to the most, over all families; each family knows some of them. */
export const REASONING_EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type ReasoningEffort = (typeof REASONING_EFFORTS)[number];
export const VERBOSITIES = ['low', 'medium', 'high'] as const;
export type Verbosity = (typeof VERBOSITIES)[number];

export interface ModelTraits {
  /** One of OpenAI's own, wherever it is served. Others (Llama, Qwen, …) follow older rules. */
  isOpenai: boolean;
  /** It thinks before it writes, and refuses a temperature while it does. */
  reasons: boolean;
  /** Efforts it can be asked for, least first; empty = the parameter is not known to it. */
  efforts: readonly ReasoningEffort[];
  /** Knows `verbosity`. */
  verbosity: boolean;
}

const PLAIN: ModelTraits = { isOpenai: false, reasons: false, efforts: [], verbosity: false };

/** The model's own name: `openai/gpt-5-mini:free` -> `gpt-5-mini`, `ft:o4-mini-2025-04-16:org::id` -> `o4-mini-…`. */
export function baseModel(model: string): string {
  const last = model.trim().toLowerCase().split('/').at(-1) ?? '';
  return last
    .replace(/^ft:/, '')
    .replace(/^openai[.:]/, '')
    .split(':')[0];
}

export function modelTraits(model: string): ModelTraits {
  const name = baseModel(model);
  const gpt = /^gpt-(\d+)(?:\.(\d+))?(?=$|[^\d.])/.exec(name);
  if (/^o\d+(?=$|-)/.test(name)) {
    // The first ones thought as they liked.
    const efforts = /^o1-(mini|preview)/.test(name) ? [] : (['low', 'medium', 'high'] as const);
    return { isOpenai: true, reasons: true, efforts, verbosity: false };
  }
  // (Azure writes 3.5 as 35.)
  if (gpt !== null && Number(gpt[1]) >= 5 && gpt[1] !== '35')
    return { isOpenai: true, ...fromGpt5(name, Number(gpt[1]), Number(gpt[2] ?? 0)) };
  return { ...PLAIN, isOpenai: gpt !== null || /^(gpt-\d|chatgpt-)/.test(name) };
}

function fromGpt5(name: string, major: number, minor: number): Omit<ModelTraits, 'isOpenai'> {
  // What ChatGPT runs: it decides about thinking itself, and a temperature may or may not be taken, so none is sent.
  if (/-chat(-|$)/.test(name)) return { reasons: true, efforts: [], verbosity: false };
  if (/-pro(-|$)/.test(name)) return { reasons: true, efforts: ['high'], verbosity: true };
  const least: ReasoningEffort = major === 5 && minor === 0 ? 'minimal' : 'none';
  const most: ReasoningEffort[] = major > 5 ? ['xhigh', 'max'] : minor > 1 ? ['xhigh'] : [];
  return { reasons: true, efforts: [least, 'low', 'medium', 'high', ...most], verbosity: true };
}
