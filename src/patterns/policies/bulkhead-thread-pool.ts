import { z } from 'zod';
import { field, required } from '../../contracts/fields/field.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { ThreadPool } from '../mechanisms/thread-pool.js';
import { BULKHEAD } from '../mechanisms/families.js';
import { problemsOf } from '../mechanisms/problems.js';

/** More threads than any process has; the pool keeps an entry for each. */
const THREADS_MAX = 100_000;

const schema = z.strictObject({
  coreThreads: field.whole(
    required,
    'Core threads, which are kept: below this number every call starts one. Per state (by default each instance of ' +
      'the caller and each callee).',
    { unit: 'threads', min: 1, max: THREADS_MAX },
  ),
  maxThreads: field.whole(
    required,
    'Maximum number of threads. Threads above `coreThreads` start only when the queue is full, each for the call ' +
      'that found it full, which thus overtakes all waiting calls.',
    { unit: 'threads', min: 1, max: THREADS_MAX },
  ),
  queueCapacity: field.whole(
    100,
    'Calls that may wait for a thread, in FIFO order; 0 means a call needs an idle or new thread. A waiting call ' +
      'leaves the queue when an outer timeout fires.',
    { unit: 'calls' },
  ),
  keepAlive: field.duration(
    '20ms',
    'Idle time after which a thread above `coreThreads` ends; until then it takes calls that would otherwise wait.',
    { allowZero: true },
  ),
  handoff: field.duration(
    0,
    'Thread-switch cost: time from getting a thread to running on it. The thread is occupied meanwhile.',
    { allowZero: true },
  ),
});

/** `bulkhead` of kind `threadPool`: calls run on their own thread pool. */
export const bulkheadThreadPool: PolicyKind<'bulkhead', typeof schema> = {
  ...BULKHEAD,
  kind: 'threadPool',
  summary:
    'Runs calls on a dedicated Java thread pool: core threads first, then the queue, then ' +
    'more threads.',
  sources: [
    'resilience4j FixedThreadPoolBulkhead.java, ThreadPoolBulkheadConfig.java',
    'OpenJDK java.util.concurrent.ThreadPoolExecutor',
  ],
  schema,
  example:
    'bulkhead: { kind: threadPool, coreThreads: 2, maxThreads: 4, queueCapacity: 1, keepAlive: 20ms }\n',
  traits: ({ maxThreads, queueCapacity }) => ({
    permits: { field: 'maxThreads', calls: maxThreads },
    longestWaitNs: queueCapacity > 0 ? Infinity : 0,
    places: queueCapacity,
  }),
  keyed: 'states',
  create: (config, setup) =>
    new ThreadPool(
      setup.ctx,
      {
        core: config.coreThreads,
        max: config.maxThreads,
        queue: config.queueCapacity,
        keepAliveNs: config.keepAlive,
      },
      config.handoff === 0 ? null : setup.lane(config.handoff),
    ),
  check: ({ maxThreads, coreThreads }) =>
    problemsOf({
      maxThreads:
        maxThreads < coreThreads &&
        `below coreThreads: write at least ${coreThreads}, or lower coreThreads`,
    }),
};
