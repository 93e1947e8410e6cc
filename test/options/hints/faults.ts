import type { Hint } from './hint.js';

/** Hints for options of faults. */
export const faults: readonly Hint[] = [];
