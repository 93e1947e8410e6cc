import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { Semaphore } from '../mechanisms/semaphore.js';
import { BULKHEAD } from '../mechanisms/families.js';

const schema = z.strictObject({
  maxConcurrentCalls: field.whole(
    25,
    'Concurrent calls inside this layer, per state (by default each instance of the caller and each callee).',
    { unit: 'calls', min: 1 },
  ),
  maxWaitDuration: field.duration(
    0,
    'Longest wait for a permit; 0 refuses at once. Any number of calls may wait, in FIFO order, each on its ' +
      "caller's thread. A permit released exactly at the end of the wait is still granted.",
    { allowZero: true },
  ),
});

/** `bulkhead` of kind `resilience4j`: a fair semaphore with a wait limit and an unbounded queue. */
export const bulkheadResilience4j: PolicyKind<'bulkhead', typeof schema> = {
  ...BULKHEAD,
  kind: 'resilience4j',
  summary:
    "resilience4j's semaphore bulkhead: a limit on calls in flight and an unbounded queue " +
    'with a maximum wait.',
  sources: ['resilience4j BulkheadConfig.java, SemaphoreBulkhead.java'],
  schema,
  example: 'bulkhead: { kind: resilience4j, maxConcurrentCalls: 2, maxWaitDuration: 20ms }\n',
  traits: ({ maxConcurrentCalls, maxWaitDuration }) => ({
    permits: { field: 'maxConcurrentCalls', calls: maxConcurrentCalls },
    longestWaitNs: maxWaitDuration,
    places: maxWaitDuration > 0 ? Infinity : 0,
  }),
  keyed: 'states',
  create({ maxConcurrentCalls, maxWaitDuration }, setup) {
    const waits = maxWaitDuration > 0;
    const lane = waits ? setup.lane(maxWaitDuration) : null;
    return new Semaphore(setup.ctx, maxConcurrentCalls, waits ? Infinity : 0, lane);
  },
};
