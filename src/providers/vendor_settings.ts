// The vendors a call is served by, as far as the main thread may know them: settings, their checks, probes, without any
// SDK. What worker threads do with them is vendor_clients.ts. A further vendor is a folder here and a line in both.

import type { Section } from '../setting.js';
import { CARTESIA } from './cartesia/settings.js';
import { DEEPGRAM } from './deepgram/settings.js';
import { OPENAI } from './openai/settings.js';
import type { RoleSettings, VendorRole, VendorSettings } from './vendor.js';

export const VENDORS = {
  openai: OPENAI,
  deepgram: DEEPGRAM,
  cartesia: CARTESIA,
} satisfies Record<string, VendorSettings<Section>>;

export type VendorName = keyof typeof VENDORS;
export const VENDOR_NAMES = Object.keys(VENDORS) as VendorName[];
/** What a call needs somebody for, in the order of the list. */
export const VENDOR_ROLES: readonly VendorRole[] = [...new Set(VENDOR_NAMES.map((name) => VENDORS[name].role))];

type Sections = { [Name in VendorName]: (typeof VENDORS)[Name]['settings'] };
/** The vendors' settings by vendor. */
export const VENDOR_SECTIONS = Object.fromEntries(
  Object.entries(VENDORS).map(([name, { settings }]) => [name, settings]),
) as Sections;

/** The settings of whoever does this part of a call first: the first of the list that has a key. */
export function settingsOf<R extends VendorRole>(
  config: Readonly<Record<VendorName, { apiKey: string }>>,
  role: R,
): RoleSettings[R] {
  const names = VENDOR_NAMES.filter((name) => VENDORS[name].role === role);
  const name = names.find((each) => config[each].apiKey !== '') ?? names[0];
  return config[name] as unknown as RoleSettings[R];
}

/** A vendor whose settings are taken as any vendor's: `values` must be those of `name`. */
export function vendor(name: VendorName): VendorSettings<Section> {
  return VENDORS[name];
}
