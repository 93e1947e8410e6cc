import type { Hint } from './hint.js';

/** Hints for options of gateways. */
export const gateways: readonly Hint[] = [];
