import type { Hint } from './hint.js';

/** Hints for options of services. */
export const services: readonly Hint[] = [];
