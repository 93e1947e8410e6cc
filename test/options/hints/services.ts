import type { Hint } from './hint.js';
import { hostHints } from './hosts.js';

/** Hints for options of services. */
export const services: readonly Hint[] = [...hostHints('services', 'api')];
