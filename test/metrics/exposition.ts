// Reads Prometheus' text exposition (version 0.0.4), strictly: anything the format doesn't allow throws. For tests.

export interface Family {
  help: string;
  type: string;
  samples: { name: string; labels: Record<string, string>; value: number }[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const HELP_LINE = new RegExp(`^# HELP (${NAME}) (.+)$`);
const TYPE_LINE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`);
const SAMPLE_LINE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`);
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/gy;

/** @returns families by name; sample names of a histogram are the family's plus _bucket, _sum or _count */
export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the exposition ends with a line end');
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let family: Family | null = null;
  let familyName = '';
  let help: [string, string] | null = null;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const helpMatch = HELP_LINE.exec(line);
    const typeMatch = TYPE_LINE.exec(line);
    if (helpMatch) {
      help = [helpMatch[1], helpMatch[2]];
    } else if (typeMatch) {
      familyName = typeMatch[1];
      if (help?.[0] !== familyName) throw new Error(`HELP before TYPE: ${line}`);
      if (families.has(familyName)) throw new Error(`twice: ${familyName}`);
      family = { help: help[1], type: typeMatch[2], samples: [] };
      families.set(familyName, family);
    } else {
      const sample = SAMPLE_LINE.exec(line);
      if (!sample || !family) throw new Error(`not a sample: ${line}`);
      const [, name, labelText = '', valueText] = sample;
      const suffix = name.slice(familyName.length);
      const suffixes = family.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      if (!name.startsWith(familyName) || !suffixes.includes(suffix)) throw new Error(`wrong family: ${line}`);
      if (seen.has(`${name}{${labelText}}`)) throw new Error(`twice: ${line}`);
      seen.add(`${name}{${labelText}}`);
      family.samples.push({ name, labels: parseLabels(labelText), value: parseValue(valueText) });
    }
  }
  return families;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  let end = 0;
  for (let match = LABEL.exec(text); match; match = LABEL.exec(text)) {
    labels[match[1]] = match[2];
    end = LABEL.lastIndex;
  }
  if (end !== text.length) throw new Error(`not labels: ${text}`);
  return labels;
}

function parseValue(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === 'Nan' || text === 'NaN') return Number.NaN;
  const value = Number(text);
  if (Number.isNaN(value)) throw new Error(`not a value: ${text}`);
  return value;
}
