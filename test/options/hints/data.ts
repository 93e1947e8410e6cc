import type { Hint } from './hint.js';

/** Hints for options of data. */
export const data: readonly Hint[] = [];
