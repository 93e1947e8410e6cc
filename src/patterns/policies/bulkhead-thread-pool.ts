import { z } from 'zod';
import type { PolicyKind, PolicyProblem } from '../../spec/policy.js';
import { duration, whole } from '../../spec/quantities.js';
import { ThreadPool } from '../mechanisms/thread-pool.js';

/** More threads than any process has; the pool keeps a number for each. */
const THREADS_MAX = 100_000;

const schema = z.strictObject({
  coreThreads: whole({ min: 1, max: THREADS_MAX }).describe(
    'Threads that are kept: below this number every call starts one, for each state (by default ' +
      'each instance of the caller and each callee). Unit: threads. Required.',
  ),
  maxThreads: whole({ min: 1, max: THREADS_MAX }).describe(
    'Threads at most. Those above `coreThreads` are started only when the queue is full, each ' +
      'for the call that found it full, which so passes all that wait. Unit: threads. Required.',
  ),
  queueCapacity: whole()
    .prefault(100)
    .describe(
      'Calls waiting for a thread, first come first served. A waiter whose timeout further out ' +
        'fires leaves the queue; 0 hands over to an idle or new thread only. Unit: calls. ' +
        'Defaults to 100.',
    ),
  keepAlive: duration()
    .prefault('20ms')
    .describe(
      'Time without work after which a thread above `coreThreads` ends; until then it takes calls ' +
        'that would have to wait else. Unit: duration. Defaults to 20ms.',
    ),
  handoff: duration()
    .prefault(0)
    .describe(
      'Time from getting a thread to running on it, the cost of the change of threads; the ' +
        'thread is taken meanwhile. Unit: duration. Defaults to 0.',
    ),
});

/** `bulkhead` of kind `threadPool`: calls run on a pool of their own. */
export const bulkheadThreadPool: PolicyKind<'bulkhead', typeof schema> = {
  policy: 'bulkhead',
  kind: 'threadPool',
  isDefault: false,
  summary:
    'Runs calls on a Java thread pool of their own: core threads, then the queue, then more threads.',
  sources: [
    'resilience4j FixedThreadPoolBulkhead.java, ThreadPoolBulkheadConfig.java',
    'OpenJDK java.util.concurrent.ThreadPoolExecutor',
  ],
  level: 'attempt',
  schema,
  example:
    'bulkhead: { kind: threadPool, coreThreads: 2, maxThreads: 4, queueCapacity: 1, keepAlive: 20ms }\n',
  traits: ({ maxThreads, queueCapacity }) => ({
    permits: { field: 'maxThreads', calls: maxThreads },
    longestWaitNs: queueCapacity > 0 ? Infinity : 0,
  }),
  state: 'scoped',
  keyed: 'states',
  dryRun: true,
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
  check(config): readonly PolicyProblem[] {
    if (config.maxThreads >= config.coreThreads) return [];
    return [
      {
        field: 'maxThreads',
        message: `below coreThreads: write at least ${config.coreThreads}, or fewer core threads`,
      },
    ];
  },
};
