import type { ComponentKind } from '../spec/component-kind.js';
import { CACHE_REFERENCE } from './reference/caches.js';
import { DATABASE_REFERENCE, FUNCTION_REFERENCE } from './reference/databases.js';
import { KAFKA_REFERENCE } from './reference/kafka.js';
import { MESSAGING_REFERENCE } from './reference/messaging.js';
import { SAGA_REFERENCE } from './reference/sagas.js';
import { STORE_REFERENCE } from './reference/stores.js';

/** A kind of component that is no policy: what it is, where it is written, and a file that shows it. */
export interface ReferenceEntry {
  /** Word of its field `kind`. */
  readonly kind: string;
  readonly component: ComponentKind;
  /** Definition of the schema that it is written in, where that is not called like the component. */
  readonly form?: 'function';
  readonly summary: string;
  /** Where its rules come from. */
  readonly sources: readonly string[];
  /** A whole scenario that runs. */
  readonly example: string;
}

/** All of them, one list for each area. */
export const REFERENCE: readonly ReferenceEntry[] = [
  ...MESSAGING_REFERENCE,
  ...STORE_REFERENCE,
  ...CACHE_REFERENCE,
  ...SAGA_REFERENCE,
  ...KAFKA_REFERENCE,
  ...DATABASE_REFERENCE,
  ...FUNCTION_REFERENCE,
];
