import type { Tree } from '../figures.js';
import type { Hint } from './hint.js';

const BASE = 'data-queues.yaml';

function of(name: string, path: string, values: readonly unknown[], beside?: Hint['beside']): Hint {
  const option = new RegExp(`^queues\\.\\*(<\\w+>)?\\.${path}$`);
  const more = beside === undefined ? {} : { beside };
  return { option, base: BASE, at: ['queues', name], values, ...more };
}

/** Published messages are not read, so they become old. */
function unread(tree: Tree): void {
  (tree.queues as Record<string, Tree>).sqs!.consumers = [];
}

/** A bound and slow consumers: new messages find no room. */
function full(tree: Tree): void {
  const nats = (tree.queues as Record<string, Tree>).nats!;
  nats.capacity = 2;
  nats.maxAckPending = 1;
}

/** Rejected messages become dead letters, for which their queue has no room. */
function stuck(tree: Tree): void {
  const queues = tree.queues as Record<string, Tree>;
  queues.dead = { kind: 'rabbitmq', capacity: 2, overflow: 'rejectPublish', consumers: [] };
  Object.assign(queues.rabbit!, { overflow: 'rejectPublish', deadLetter: 'dead' });
  const consumers = [{ call: 'worker.take', concurrency: 2, onPoison: 'deadLetter' }];
  Object.assign(queues.rabbit!, { capacity: 9, consumers });
}

/** Dead letters that wait until a consumer makes room for them. */
function waiting(tree: Tree): void {
  stuck(tree);
  const queues = tree.queues as Record<string, Tree>;
  queues.rabbit!.deadLetterStrategy = 'atLeastOnce';
  queues.dead!.consumers = [{ call: 'worker.take', onPoison: 'skip' }];
}

const CONSUMER = 'consumers\\[\\]';

/** Hints for queues. */
export const queues: readonly Hint[] = [
  of('plain', 'publishTimeout', ['50ms', '2s']),
  of('plain', 'critical', [true, false]),
  of('plain', `${CONSUMER}\\.inbox\\.window`, ['1ms', '10s']),
  of('plain', `${CONSUMER}\\.retry\\.attempts`, [1, 6]),
  of('plain', `${CONSUMER}\\.name`, ['one', 'other']),
  {
    option: /^queues\.\*\.networkRecoveryInterval$/,
    base: 'test/field/messages/rabbit-network-recovery.yaml',
    at: ['queues', 'jobs'],
    values: ['0s', '1s'],
  },
  of('rabbit', 'consumerTimeout', ['300ms', '1s']),
  of('rabbit', 'deliveryLimit', [0, 1]),
  of('rabbit', 'messageTtl', ['50ms', '1s']),
  of('rabbit', 'singleActiveConsumer', [true, false]),
  of('rabbit', 'initialGroupSize', [1, 5]),
  of('rabbit', 'broker', ['cluster', 'spare']),
  of('rabbit', 'deadLetterStrategy', ['atMostOnce', 'atLeastOnce'], stuck),
  of('rabbit', 'deadLetterConfirmTimeout', ['1s', '20s'], waiting),
  of('rabbit', `${CONSUMER}\\.retry\\.mode`, ['inProcess', 'requeue']),
  of('sqs', 'retention', ['1m', '70s'], unread),
  of('sqs', `${CONSUMER}\\.maxNumberOfMessages`, [1, 10]),
  of('sqs', `${CONSUMER}\\.partialFailures`, [true, false]),
  of('rabbit', 'deadLetter', ['dead', 'parked'], (tree) => {
    (tree.queues as Record<string, Tree>).rabbit!.messageTtl = '300ms';
  }),
  of('nats', 'ackWait', ['300ms', '30s']),
  of('nats', 'broker', ['hub', 'other']),
  of('nats', 'capacity', [1, 5], full),
  of('nats', 'discard', ['old', 'new'], full),
  of('nats', 'deadLetter', ['dead', 'parked'], (tree) => {
    Object.assign((tree.queues as Record<string, Tree>).nats!, { maxDeliver: 1 });
  }),
  of('nats', 'duplicateWindow', ['1s', '2m'], (tree) => {
    // A publisher that fails after it has published, and whose caller tries again.
    const { services, workloads } = tree as Record<string, Record<string, Tree>>;
    const { endpoints } = services!.api as Record<string, Record<string, unknown>>;
    endpoints!.nats = [{ publish: 'nats' }, { fail: 503, probability: '50%' }];
    const retry = { attempts: 4, backoff: { kind: 'constant', base: '2s' } };
    workloads!.natss!.requests = [{ call: 'api.nats', policy: { retry } }];
  }),
  of('nats', 'maxAckPending', [1, 2]),
  of('nats', 'maxAge', ['500ms', '1s'], (tree) => {
    (tree.queues as Record<string, Tree>).nats!.consumers = [];
  }),
  of('nats', 'maxDeliver', [1, 3]),
  of('nats', 'maxMessages', [1, 100]),
  of('nats', 'replicas', [1, 5]),
  of('subscription', 'bufferSize', [1, 100]),
  of('subscription', 'maxRetryCount', [0, 2]),
  of('subscription', 'strategy', ['roundRobin', 'dispatchToSingle']),
  of('subscription', 'from', ['orders', 'refunds']),
  {
    option: /^brokers\.\*(<kafka>)?\.uncleanElection$/,
    base: 'scenarios/patterns/unclean-election.yaml',
    values: [true, false],
  },
];

function ofView(path: string, values: readonly unknown[], beside?: Hint['beside']): Hint {
  const option = new RegExp(`^projections\\.\\*\\.${path}$`);
  const at = ['projections', 'list'];
  return {
    option,
    base: 'data-views.yaml',
    at,
    values,
    ...(beside === undefined ? {} : { beside }),
  };
}

/** Segments that another instance takes over. */
function claimed(tree: Tree): void {
  const { list } = tree.projections as Record<string, Tree>;
  list!.claimTimeout ??= '1s';
}

/** Hints for read models. */
export const views: readonly Hint[] = [
  ofView('claimTimeout', ['500ms', '3s']),
  ofView('claimInterval', ['300ms', '2s'], claimed),
  ofView('from', ['orders', 'refunds']),
  ofView('onError', ['pause', 'retry']),
  ofView('checkpoint', ['transactional', 'afterBatch']),
  ofView('critical', [true, false]),
];
