// The form bodies of Twilio's webhooks: how big they can be, and how they are decoded. Every field counts for the
// signature: empty values, repeated keys, and fields that Twilio invents tomorrow.

/** A voice webhook has about 1 KB; with a chain of SIP headers and a call token a few more. */
export const FORM_BYTES_MAX = 16 * 1024;
/** Twilio sends some forty; headers of a SIP call come on top. Sorting and hashing thousands would hold up the audio. */
export const FORM_FIELDS_MAX = 250;

/** A decoded form: a repeated key has all its values, in order. Without a prototype: a key may be `__proto__`. */
export type FormFields = Record<string, string | string[]>;

const AMPERSAND = 0x26;

/** null = it has more fields than any form of Twilio's; they are counted before anything is decoded. */
export function parseForm(body: Buffer): FormFields | null {
  let separators = 0;
  for (let at = body.indexOf(AMPERSAND); at >= 0; at = body.indexOf(AMPERSAND, at + 1)) {
    if (++separators >= FORM_FIELDS_MAX) return null;
  }
  const fields: FormFields = Object.create(null) as FormFields;
  for (const [key, value] of new URLSearchParams(body.toString('utf8'))) {
    const known = fields[key];
    if (known === undefined) fields[key] = value;
    else if (Array.isArray(known)) known.push(value);
    else fields[key] = [known, value];
  }
  return fields;
}

/** The one value of a field, or the first of several; '' when it is absent. */
export function field(fields: FormFields, name: string): string {
  const value = fields[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}
