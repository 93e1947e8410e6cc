import type { Tree } from '../figures.js';
import type { Hint } from './hint.js';

const BASE = 'data-topics.yaml';

type Topic = Tree & { producer?: Tree; subscribers: Tree[] };

function topic(tree: Tree, name: string): Topic {
  return (tree.topics as Record<string, Topic>)[name]!;
}

/** Fields of the producer besides the option that is tried. */
function producer(fields: Tree): (tree: Tree) => void {
  return (tree) => {
    const events = topic(tree, 'events');
    events.producer = { ...fields, ...events.producer };
  };
}

/** Fields of the group besides the option that is tried. */
function group(fields: Tree, change: (tree: Tree) => void = () => {}): (tree: Tree) => void {
  return (tree) => {
    const [first] = topic(tree, 'events').subscribers;
    for (const [key, value] of Object.entries(fields)) first![key] ??= value;
    change(tree);
  };
}

/** Another node leads after an election. */
function replicated(tree: Tree): void {
  topic(tree, 'events').replication = 2;
}

/** Every consumer is away at once. */
function allAway(tree: Tree): void {
  const dies = (tree.faults as Tree[]).find(({ id }) => id === 'dies')!;
  dies.target = 'worker';
}

function of(path: string, values: readonly unknown[], beside?: Hint['beside']): Hint {
  const option = new RegExp(`^topics\\.\\*(<\\w+>)?\\.${path}$`);
  return { option, base: BASE, values, ...(beside === undefined ? {} : { beside }) };
}

function ofBus(path: string, values: readonly unknown[]): Hint {
  return { ...of(path, values), at: ['topics', 'bus'] };
}

const QUICK = { requestTimeout: '500ms', deliveryTimeout: '4s' };

/** Hints for topics. */
export const topics: readonly Hint[] = [
  of('producer\\.retries', [0, 1], producer({ idempotence: false })),
  of('producer\\.deliveryTimeout', ['700ms', '2s'], producer({ requestTimeout: '500ms' })),
  of('producer\\.requestTimeout', ['100ms', '1s']),
  of('producer\\.idempotence', [true, false], producer(QUICK)),
  of(
    'producer\\.maxBlock',
    ['50ms', '500ms'],
    producer({ bufferMemory: '4KiB', batchSize: '2KiB' }),
  ),
  of('producer\\.bufferMemory', ['4KiB', '16KiB'], producer({ batchSize: '2KiB' })),
  of('producer\\.retryBackoff', ['20ms', '900ms'], replicated),
  of('producer\\.retryBackoffMax', ['100ms', '5s'], replicated),
  of('subscribers\\[\\]\\.heartbeatInterval', ['100ms', '1500ms']),
  of('subscribers\\[\\]\\.sessionTimeout', ['1s', '4s']),
  of('subscribers\\[\\]\\.offsetsRetention', ['1s', '3s'], group({}, allAway)),
  of('subscribers\\[\\]\\.group', ['others', 'workers']),
  of(
    'subscribers\\[\\]\\.inbox\\.window',
    ['100ms', '10s'],
    group({ commit: 'auto', autoCommitInterval: '8s' }),
  ),
  of(
    'subscribers\\[\\]\\.deadLetter',
    ['dead', 'parked'],
    group({ onPoison: 'deadLetter', retry: { attempts: 2 } }),
  ),
  of('subscribers\\[\\]\\.rebalance\\.protocol', ['cooperative', 'consumer']),
  of('subscribers\\[\\]\\.rebalance\\.pause', ['100ms', '2s']),
  of('subscribers\\[\\]\\.rebalance\\.initialDelay', ['0ms', '2s'], group({}, allAway)),
  of('broker', ['cluster', 'other']),
  ofBus('capacity', [5, 30]),
  ofBus('publishTimeout', ['50ms', '1s']),
  ofBus('ordering', ['none', 'key']),
  of('critical', [true, false]),
];
