// The JSON Schemas that messages are held against, by name: the vendors' published ones from a folder that may be there,
// and our own small ones for what we send. A vendor's goes first; ours stand in for those that are missing, and for
// what is newer than the vendor's files.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';

interface Schema {
  oneOf?: { properties?: Record<string, { const?: unknown; enum?: unknown[] }> }[];
  $defs?: object;
}

/** Formats of the vendors' files that no library knows; what they promise is in the patterns beside them. */
const FOREIGN_FORMATS = `unixtime uri-map currency phone-number endpoint twiml double int64 http-method binary`.split(
  ' ',
);
const RFC_2822 = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/;
/** Fields by which the branches of a choice are told apart. */
const TELLING = ['event', 'type'];

export class SchemaShelf {
  readonly #ajv = new Ajv2020({ strict: false, logger: false });
  readonly #validators = new Map<string, ValidateFunction>();
  readonly #branches = new Map<object, ValidateFunction>();

  /** `folders` from the most to the least trusted; one that is not there is empty. */
  constructor(folders: readonly string[]) {
    // The package's default export is the function for those who require() it, and typed as something else.
    (ajvFormats as unknown as (ajv: Ajv2020) => void)(this.#ajv);
    this.#ajv.addFormat('date-time-rfc-2822', RFC_2822);
    for (const format of FOREIGN_FORMATS) this.#ajv.addFormat(format, true);
    for (const folder of folders) for (const file of jsonFiles(folder)) this.#add(file);
  }

  get size(): number {
    return this.#validators.size;
  }

  has(name: string): boolean {
    return this.#validators.has(name);
  }

  /** What is wrong with `value`, in one line, or null. A schema that is not here finds nothing wrong. */
  problem(name: string, value: unknown): string | null {
    const validate = this.#validators.get(name);
    if (!validate || validate(value)) return null;
    const branch = branchFor(validate.schema as Schema, value);
    if (!branch) return wording(validate.errors?.[0]);
    const inBranch = this.#branch(branch, (validate.schema as Schema).$defs);
    return inBranch(value) ? wording(validate.errors?.[0]) : wording(inBranch.errors?.[0]);
  }

  #add(file: string): void {
    const name = basename(file, '.json');
    if (this.#validators.has(name)) return;
    const schema = JSON.parse(readFileSync(file, 'utf8')) as object;
    this.#validators.set(name, this.#ajv.compile({ ...schema, $id: name }));
  }

  #branch(branch: object, defs: object | undefined): ValidateFunction {
    const known = this.#branches.get(branch);
    if (known) return known;
    const made = this.#ajv.compile({ ...branch, $defs: defs });
    this.#branches.set(branch, made);
    return made;
  }
}

/** "No branch of five fits" helps nobody: the branch that was meant says what is wrong. */
function branchFor(schema: Schema, value: unknown): object | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const key = TELLING.find((name) => name in value);
  if (!key) return undefined;
  const word = (value as Record<string, unknown>)[key];
  return schema.oneOf?.find(({ properties }) => {
    const rule = properties?.[key];
    return rule !== undefined && (rule.const === word || rule.enum?.includes(word) === true);
  });
}

function wording(error: ErrorObject | undefined): string {
  if (!error) return 'does not fit';
  const { additionalProperty, allowedValues } = error.params as {
    additionalProperty?: string;
    allowedValues?: unknown;
  };
  const about = additionalProperty ?? (allowedValues === undefined ? '' : JSON.stringify(allowedValues).slice(0, 80));
  return `${error.instancePath || '/'} ${error.message}${about === '' ? '' : ` (${about})`}`;
}

function jsonFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.json') && !file.startsWith('package'))
      .map((file) => join(folder, file));
  } catch {
    return [];
  }
}
