import { engines } from './data-engines.js';
import { functions } from './data-functions.js';
import { nodes } from './data-nodes.js';
import { pools } from './data-pools.js';
import { queues, views } from './data-queues.js';
import { sagas } from './data-sagas.js';
import { topics } from './data-topics.js';
import type { Hint } from './hint.js';

/** Hints for options of data. */
export const data: readonly Hint[] = [
  ...[...pools, ...nodes, ...engines, ...functions],
  ...[...topics, ...queues, ...views, ...sagas],
];
