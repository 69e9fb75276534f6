// The vendors a call is served by, as far as the main thread may know them: settings, their checks, probes, without any
// SDK. What worker threads do with them is in the vendors' folders. A further vendor is a folder here and a line below.

import type { Section } from '../setting.js';
import { CARTESIA } from './cartesia/settings.js';
import { DEEPGRAM } from './deepgram/settings.js';
import { OPENAI } from './openai/settings.js';
import type { VendorSettings } from './vendor.js';

export const VENDORS = {
  openai: OPENAI,
  deepgram: DEEPGRAM,
  cartesia: CARTESIA,
} satisfies Record<string, VendorSettings<Section>>;

export type VendorName = keyof typeof VENDORS;
export const VENDOR_NAMES = Object.keys(VENDORS) as VendorName[];

type Sections = { [Name in VendorName]: (typeof VENDORS)[Name]['settings'] };
/** The vendors' settings by vendor. */
export const VENDOR_SECTIONS = Object.fromEntries(
  Object.entries(VENDORS).map(([name, { settings }]) => [name, settings]),
) as Sections;

/** A vendor whose settings are taken as any vendor's: `values` must be those of `name`. */
export function vendor(name: VendorName): VendorSettings<Section> {
  return VENDORS[name];
}
