import { MODULES, PAGES_ORDER } from './modules/index.js';
import type { ReferenceEntry } from './reference-entry.js';
import { DATABASE_REFERENCE, FUNCTION_REFERENCE } from './reference/databases.js';

/** All reference pages outside policies, one list per area. */
export const REFERENCE: readonly ReferenceEntry[] = [
  ...PAGES_ORDER.flatMap((section) => MODULES[section].reference),
  ...DATABASE_REFERENCE,
  ...FUNCTION_REFERENCE,
];
