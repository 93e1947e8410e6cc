import { BROKER_KINDS } from './brokers/index.js';
import { QUEUE_KINDS } from './queues/index.js';
import type { ReferenceEntry } from './reference-entry.js';
import { CACHE_REFERENCE } from './modules/caches/reference.js';
import { DATABASE_REFERENCE, FUNCTION_REFERENCE } from './reference/databases.js';
import { MESSAGING_REFERENCE } from './modules/topics/reference.js';
import { SAGA_REFERENCE } from './modules/sagas/reference.js';
import { STORE_REFERENCE } from './modules/event-stores/reference.js';

/** All of them, one list for each area. */
export const REFERENCE: readonly ReferenceEntry[] = [
  ...MESSAGING_REFERENCE,
  ...QUEUE_KINDS.map(({ reference }) => reference),
  ...STORE_REFERENCE,
  ...CACHE_REFERENCE,
  ...SAGA_REFERENCE,
  ...BROKER_KINDS.map(({ reference }) => reference),
  ...DATABASE_REFERENCE,
  ...FUNCTION_REFERENCE,
];
