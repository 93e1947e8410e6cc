import type { Tree } from '../figures.js';
import type { Hint } from './hint.js';

/** The retry of the group of consumers in places.yaml, with a delay that later ones exceed. */
function delayed(tree: Tree): void {
  const { events } = tree.topics as { events: { subscribers: readonly [{ retry: Tree }] } };
  const { backoff } = events.subscribers[0].retry as { backoff?: Tree };
  if (backoff !== undefined) backoff.base = '20ms';
}

const BUNDLE = String.raw`\.(policy|compensationPolicy|outbound\.\*)`;

/** Hints for bundles in any place, and for the retries of consumers and sagas. */
export const places: readonly Hint[] = [
  {
    option: new RegExp(`${BUNDLE}\\.order$`),
    base: 'places.yaml',
    values: ['polly', ['timeout', 'retry', 'rateLimit']],
  },
  {
    option: new RegExp(`${BUNDLE}\\.idempotencyKey$`),
    base: 'places.yaml',
    values: ['request', 'order'],
  },
  {
    option: new RegExp(`${BUNDLE}\\.timeout$`),
    base: 'places.yaml',
    values: ['15ms', '800ms'],
  },
  {
    option: new RegExp(`${BUNDLE}\\.deadline$`),
    base: 'places.yaml',
    values: ['70ms', '100ms', '800ms'],
  },
  { option: /^sagas\.\*\.retry\.interval$/, base: 'places.yaml', values: ['5ms', '400ms'] },
  { option: /^sagas\.\*\.retry\.factor$/, base: 'places.yaml', values: [1, 5] },
  { option: /^sagas\.\*\.retry\.max$/, base: 'places.yaml', values: ['50ms', '60ms'] },
  {
    option: /^topics\.\*\.subscribers\[\]\.retry\.backoff<\w+>\.max$/,
    base: 'places.yaml',
    values: ['20ms', '25ms', '1s'],
    beside: delayed,
  },
  {
    option: /^topics\.\*\.subscribers\[\]\.retry\.backoff<\w+>\.base$/,
    base: 'places.yaml',
    values: ['2ms', '90ms'],
  },
  {
    option: /^topics\.\*\.subscribers\[\]\.retry\.backoff<\w+>\./,
    base: 'places.yaml',
    beside: delayed,
  },
  { option: /^queues\.\*\.consumers\[\]\.retry\.attempts$/, base: 'places.yaml', values: [1, 6] },
  { option: /^queues\.\*\.consumers\[\]\.retry\.mode$/, base: 'places.yaml' },
];
