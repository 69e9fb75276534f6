// What the vendor offers: API versions, models with their languages, and some of its public voices, from its pages and
// its SDK as of November 2026. Data; tts_request.ts judges requests by it.

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Versions that `Cartesia-Version` may name. */
const API_VERSIONS: readonly string[] = words('2024-06-10 2024-11-13 2025-04-16 2025-11-04 2026-03-01 2026-08-14');
/** Errors are JSON with a code from here on; before, a line of text. */
export const STRUCTURED_ERRORS_SINCE = '2026-03-01';
/** A voice is its id, or an object with it; before, `{mode: 'id', id}` only. Contexts must be named from here on. */
export const PLAIN_VOICE_SINCE = '2026-08-14';

export function isApiVersion(version: string): boolean {
  return API_VERSIONS.includes(version);
}

const SONIC_3 = words(`en de es fr ja pt zh hi ko it nl pl ru sv tr tl bg ro ar cs el fi hr ms sk da ta uk hu no vi bn
  th he ka id te gu kn ml mr pa`);
const SONIC_3_5 = [...SONIC_3, 'or', 'ur'];

/** Languages by model; sonic, sonic-2 and sonic-turbo were discontinued on 2026-06-01. */
export const MODELS: ReadonlyMap<string, readonly string[]> = new Map([
  ...words('sonic-3 sonic-3-2025-10-27 sonic-3-2026-01-12').map((model) => [model, SONIC_3] as const),
  ...words('sonic-3.5 sonic-3.5-2026-05-04 sonic-3.6 sonic-latest').map((model) => [model, SONIC_3_5] as const),
]);

export interface Voice {
  id: string;
  name: string;
  language: string;
}

const voice = (id: string, name: string, language = 'en'): Voice => ({ id, name, language });

/** A voice speaks every language of its model; this is its own. */
export const VOICES: readonly Voice[] = [
  voice('71a7ad14-091c-4e8e-a314-022ece01c121', 'Charlotte'),
  voice('f786b574-daa5-4673-aa0c-cbe3e8534c02', 'Katie'),
  voice('a5136bf9-224c-4d76-b823-52bd5efcffcc', 'Jameson'),
  voice('a0e99841-438c-4a64-b679-ae501e7d6091', 'Barbershop Man'),
  voice('694f9389-aac1-45b6-b726-9d9369183238', 'Sarah'),
  voice('9626c31c-bec5-4cca-baa8-f8ba9e84c8bc', 'Jacqueline'),
  voice('bf0a246a-8642-498a-9950-80c35e9276b5', 'Sophie'),
  voice('5c5ad5e7-1020-476b-8b91-fdcbe9cc313c', 'Daniela', 'es'),
  voice('a8a1eb38-5f15-4c1d-8722-7ac0f329727d', 'Helpful French Lady', 'fr'),
  voice('b9de4a89-2257-424b-94c2-db18ba68c81a', 'Viktoria', 'de'),
];

/** The vendor's voice object. */
export function voiceResource({ id, name, language }: Voice): Record<string, unknown> {
  return {
    id,
    name,
    tagline: '',
    description: 'A simulated voice.',
    language,
    locales: [],
    access: 'public',
    visibility: 'all',
    is_owner: false,
    created_at: '2025-01-01T00:00:00.000Z',
  };
}
