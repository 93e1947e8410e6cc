import type { Tree } from '../figures.js';
import type { Hint } from './hint.js';

const BASE = 'data-functions.yaml';

function of(name: string, path: string, values: readonly unknown[], beside?: Hint['beside']): Hint {
  const option = new RegExp(`^functions\\.\\*\\.${path}$`);
  const at = ['functions', name];
  return { option, base: BASE, values, at, ...(beside === undefined ? {} : { beside }) };
}

/** An endpoint that knows the values of a key. */
function keyed(tree: Tree): void {
  const { thumb } = tree.functions as Record<string, { endpoints: Record<string, Tree> }>;
  const { idempotent } = thumb!.endpoints.make!;
  if (typeof idempotent === 'object') (idempotent as Tree).key = 'item';
}

/** A step of each verb, in an endpoint that is a list of steps and in one that is a map. */
const STEPS: readonly (readonly [verb: string, values: readonly unknown[]])[] = [
  ['work', ['5ms', '40ms']],
  ['wait', ['5ms', '40ms']],
  ['call', ['x1.get']],
  ['query', ['db.put', 'db2.put']],
  ['load', ['events', 'ledger']],
  ['append', ['events', 'ledger']],
  ['publish', ['jobs', 'mails']],
  ['respond', [204, 302]],
  ['fail', [503, 404]],
  ['saga', ['trip']],
];

const IN_MAP = 'endpoints\\.\\*';

/** Hints for functions. */
export const functions: readonly Hint[] = [
  of('page', 'scaleRate', ['1/s', '20/s']),
  of('page', 'burst', [1, 5]),
  of('page', 'cpu', [0.5, 2]),
  of('page', 'cpu\\.cores', [0.5, 2]),
  of('pod', 'autoscaler\\.target', [1, 10]),
  of('pod', 'autoscaler\\.targetUtilization', ['20%', '100%']),
  of('thumb', `${IN_MAP}\\.(requestSize|responseSize)`, ['2KiB', '40KiB']),
  of('thumb', `${IN_MAP}\\.readOnly`, [true, false]),
  of('thumb', `${IN_MAP}\\.priority`, [0, 9]),
  of('thumb', `${IN_MAP}\\.concurrency`, [1, 3]),
  of('thumb', `${IN_MAP}\\.timeLimit`, ['10ms', '30ms']),
  of('thumb', `${IN_MAP}\\.idempotent(\\.key)?`, ['item']),
  of('thumb', `${IN_MAP}\\.idempotent\\.window`, ['50ms', '2s'], keyed),
  of('thumb', `${IN_MAP}\\.idempotent\\.storeErrors`, [true, false], keyed),
  {
    ...of('thumb', `${IN_MAP}\\[\\]\\.optional`, [true, false]),
    at: ['functions', 'thumb', 'endpoints', 'take', 1],
  },
  {
    ...of('thumb', `${IN_MAP}\\.steps\\[\\]\\.optional`, [true, false]),
    at: ['functions', 'thumb', 'endpoints', 'make', 'steps', 1],
  },
  ...STEPS.flatMap(([verb, values]) => [
    {
      ...of('thumb', `${IN_MAP}\\[\\]\\.${verb}`, values),
      at: ['functions', 'thumb', 'endpoints', 'take'],
    },
    {
      ...of('thumb', `${IN_MAP}\\.steps\\[\\]\\.${verb}`, values),
      at: ['functions', 'thumb', 'endpoints', 'make'],
    },
  ]),
];
