// What an operator does to a running call, on its way from the API to the worker that holds it: a record in the call's ring
// (threads/record_types.ts). The worker trusts nobody with its shape, for other instances of another version send acts too.

/** `operator`: the name of the key that did it. */
export type CallAct =
  /** The agent says this in its own voice: `now` = what it is saying is cut off, else when nobody is speaking. */
  | { act: 'say'; operator: string; text: string; now: boolean }
  /** The model is told this before its next turn; the caller hears nothing of it. */
  | { act: 'whisper'; operator: string; text: string }
  /** The agent falls silent at once and listens. Safe twice. */
  | { act: 'pause'; operator: string }
  /** The agent goes on, with what was said meanwhile. Safe twice. */
  | { act: 'resume'; operator: string };

export const LINE_CHARS_MAX = 1000;
export const NOTE_CHARS_MAX = 2000;
const OPERATOR_CHARS_MAX = 64;

/** The act in a record; null = it is none, or longer than the API lets anybody be. */
export function parseCallAct(json: string): CallAct | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { act, operator, text, now } = value as Record<string, unknown>;
  if (!isText(operator, OPERATOR_CHARS_MAX)) return null;
  switch (act) {
    case 'say':
      return isText(text, LINE_CHARS_MAX) ? { act, operator, text, now: now === true } : null;
    case 'whisper':
      return isText(text, NOTE_CHARS_MAX) ? { act, operator, text } : null;
    case 'pause':
    case 'resume':
      return { act, operator };
    default:
      return null;
  }
}

function isText(value: unknown, charsMax: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= charsMax;
}
