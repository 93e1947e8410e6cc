import { nodes } from './data-nodes.js';
import { pools } from './data-pools.js';
import { topics } from './data-topics.js';
import type { Hint } from './hint.js';

/** Hints for options of data. */
export const data: readonly Hint[] = [...pools, ...nodes, ...topics];
