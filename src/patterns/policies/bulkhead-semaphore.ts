import { z } from 'zod';
import { durationOrNone } from '../../contracts/quantities/quantities.js';
import { field, required } from '../../contracts/fields/field.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { Semaphore } from '../mechanisms/semaphore.js';
import { BULKHEAD } from '../mechanisms/families.js';
import { problemsOf } from '../mechanisms/problems.js';

const schema = z.strictObject({
  maxConcurrent: field.limit(
    required,
    'Concurrent calls inside this layer, per state (by default each instance of the caller and each callee). A ' +
      'call that waits in an inner layer keeps its permit.',
    { unit: 'calls' },
  ),
  maxQueue: field.limit(
    0,
    'Calls that may wait for a permit, in FIFO order; 0 refuses at once. A waiting call leaves the queue when an ' +
      'outer timeout fires.',
    { unit: 'calls', min: 0 },
  ),
  maxWait: field.of(
    durationOrNone({ allowZero: false }),
    'none',
    'Longest wait for a permit; needs `maxQueue`. A permit released exactly at the end of the wait is still granted.',
    'duration, or `none`',
  ),
});

/** `bulkhead` of kind `semaphore`: a limit on calls in flight. */
export const bulkheadSemaphore: PolicyKind<'bulkhead', typeof schema> = {
  ...BULKHEAD,
  kind: 'semaphore',
  isDefault: true,
  summary: 'Limits the concurrent calls to a callee, with an optional short queue.',
  sources: [
    'resilience4j BulkheadConfig.java, SemaphoreBulkhead.java',
    'cockatiel BulkheadPolicy.ts',
    'Nygard 2018 ch. 5',
  ],
  schema,
  example: 'bulkhead: { maxConcurrent: 2, maxQueue: 2, maxWait: 20ms }\n',
  traits: ({ maxConcurrent, maxQueue, maxWait }) => ({
    permits: { field: 'maxConcurrent', calls: maxConcurrent },
    longestWaitNs: maxQueue === 0 ? 0 : (maxWait ?? Infinity),
    places: maxQueue,
  }),
  keyed: 'states',
  create: (config, setup) =>
    new Semaphore(
      setup.ctx,
      config.maxConcurrent,
      config.maxQueue,
      config.maxWait === null ? null : setup.lane(config.maxWait),
    ),
  check: ({ maxConcurrent, maxQueue, maxWait }) =>
    problemsOf({
      maxWait:
        maxWait !== null &&
        maxQueue === 0 &&
        'has no effect, because maxQueue is 0 and no call waits: set maxQueue, or remove maxWait',
      maxQueue:
        maxConcurrent === Infinity &&
        maxQueue > 0 &&
        'has no effect, because maxConcurrent is unlimited and no call waits: remove maxQueue',
    }),
};
