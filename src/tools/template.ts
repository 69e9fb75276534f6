// `{{name}}` in a tool's URL, headers and body: the model's arguments, the call's values, and secrets by name. Each value is
// written as its place demands, so that no argument can become another parameter, header or field.

/** What a placeholder stands for; undefined = nothing is known by that name. */
export type Values = (name: string) => unknown;

const PLACEHOLDER = /\{\{\s*([a-zA-Z_][\w.:-]*)\s*\}\}/g;

/** Names a template asks for, each once. */
export function namesIn(template: string): string[] {
  return [...new Set([...template.matchAll(PLACEHOLDER)].map((match) => match[1]))];
}

/** A URL: every value is one escaped component. Unknown values are empty. */
export function urlOf(template: string, values: Values): string {
  return template.replace(PLACEHOLDER, (_, name: string) => encodeURIComponent(plain(values(name))));
}

/** A header's value: without line breaks, which would begin another header. */
export function headerOf(template: string, values: Values): string {
  return template.replace(PLACEHOLDER, (_, name: string) => plain(values(name))).replace(/[\r\n\0]+/g, ' ');
}

/**
 * A JSON document: a text that is one placeholder becomes the value itself (a number stays a number, an unknown one falls
 * out of its object), any other text has the values put in.
 */
export function jsonOf(template: unknown, values: Values): unknown {
  if (typeof template === 'string') {
    const whole = /^\{\{\s*([a-zA-Z_][\w.:-]*)\s*\}\}$/.exec(template);
    if (whole) return values(whole[1]);
    return template.replace(PLACEHOLDER, (_, name: string) => plain(values(name)));
  }
  if (Array.isArray(template)) return template.map((each) => jsonOf(each, values)).filter((each) => each !== undefined);
  if (typeof template !== 'object' || template === null) return template;
  const filled = Object.entries(template).map(([name, each]) => [name, jsonOf(each, values)] as const);
  return Object.fromEntries(filled.filter(([, each]) => each !== undefined));
}

function plain(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
