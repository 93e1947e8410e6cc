import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { whole } from '../../contracts/quantities/quantities.js';
import { ThreadPool } from '../mechanisms/thread-pool.js';
import { BULKHEAD } from '../mechanisms/families.js';

const schema = z.strictObject({
  coreSize: field.whole(
    10,
    'Fixed number of threads for these calls, per state (by default each instance of the caller and each callee).',
    { unit: 'threads', min: 1, max: 100_000 },
  ),
  maxQueueSize: whole({ min: -1 })
    .prefault(-1)
    .describe(
      'Capacity of the queue in front of the threads. -1 and 0 mean no queue: a call needs an ' +
        'idle thread. Unit: calls. Defaults to -1.',
    ),
  queueSizeRejectionThreshold: field.whole(
    5,
    'Queue length at which calls are refused, even if the queue could hold more; no effect without a queue.',
    { unit: 'calls', min: 1 },
  ),
});

/** `bulkhead` of kind `hystrix`: the thread pool of a command group. */
export const bulkheadHystrix: PolicyKind<'bulkhead', typeof schema> = {
  ...BULKHEAD,
  kind: 'hystrix',
  summary:
    "Hystrix's thread pool: ten threads without a queue, or with a queue and a rejection " +
    'threshold.',
  sources: [
    'Netflix/Hystrix HystrixThreadPool.java, HystrixThreadPoolProperties.java, HystrixContextScheduler.java',
  ],
  schema,
  example:
    'bulkhead: { kind: hystrix, coreSize: 2, maxQueueSize: 10, queueSizeRejectionThreshold: 1 }\n',
  traits: (config) => ({
    permits: { field: 'coreSize', calls: config.coreSize },
    longestWaitNs: config.maxQueueSize > 0 ? Infinity : 0,
    places: placesOf(config),
  }),
  keyed: 'states',
  create(config, setup) {
    const threads = config.coreSize;
    // There are never more threads than core ones, so no idle thread ends.
    return new ThreadPool(
      setup.ctx,
      {
        core: threads,
        max: threads,
        queue: placesOf(config),
        keepAliveNs: Infinity,
      },
      null,
    );
  },
};

/** Calls that may wait for a thread. */
function placesOf(config: z.output<typeof schema>): number {
  return Math.min(Math.max(config.maxQueueSize, 0), config.queueSizeRejectionThreshold);
}
