import type { Hint } from './hint.js';

/** Hints for options of policies. */
export const policies: readonly Hint[] = [];
