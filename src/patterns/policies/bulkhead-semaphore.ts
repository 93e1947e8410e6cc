import { z } from 'zod';
import type { Lane } from '../../kernel/lanes.js';
import { IntRing } from '../../kernel/ring.js';
import type { Outcome } from '../../spec/outcome.js';
import { OUTCOME, PARK, PASS } from '../../spec/outcome.js';
import type { CallContext, PolicyKind, PolicyProblem, PolicyState } from '../../spec/policy.js';
import { EDGE_COUNTER } from '../../spec/policy.js';
import { count, durationOrNone } from '../../spec/quantities.js';

const schema = z.strictObject({
  maxConcurrent: count({ min: 1 }).describe(
    'Calls inside this layer at once, for each state (by default each instance of the caller ' +
      'and each callee). A call that waits in a layer inside holds its permit. Unit: calls. ' +
      'Required.',
  ),
  maxQueue: count()
    .prefault(0)
    .describe(
      'Calls waiting for a permit, first come first served; 0 refuses at once. A waiter whose ' +
        'timeout further out fires leaves the queue. Unit: calls. Defaults to 0.',
    ),
  maxWait: durationOrNone({ allowZero: false })
    .prefault('none')
    .describe(
      'Longest wait for a permit; needs `maxQueue`. A permit that comes free in the last ' +
        'instant is given. Unit: duration, or `none`. Defaults to none.',
    ),
});

/**
 * Frame and layer of a waiter in one integer: the chain of another edge may hold this policy
 * elsewhere.
 */
const LAYER_BITS = 5;
const LAYER_MASK = (1 << LAYER_BITS) - 1;

/** At most `maxConcurrent` calls inside; the next `maxQueue` wait in order; the rest is refused. */
class Semaphore implements PolicyState {
  private readonly ctx: CallContext;
  private readonly maxConcurrent: number;
  private readonly maxQueue: number;
  private readonly maxWait: Lane | null;
  private readonly waiting = new IntRing();
  private inside = 0;

  constructor(ctx: CallContext, maxConcurrent: number, maxQueue: number, maxWait: Lane | null) {
    this.ctx = ctx;
    this.maxConcurrent = maxConcurrent;
    this.maxQueue = maxQueue;
    this.maxWait = maxWait;
  }

  enter(frame: number, layer: number): number {
    if (this.inside < this.maxConcurrent) {
      this.inside++;
      return PASS;
    }
    if (this.waiting.length < this.maxQueue) {
      this.waiting.push((frame << LAYER_BITS) | layer);
      if (this.maxWait !== null) this.ctx.arm(this.maxWait, frame, layer);
      return PARK;
    }
    this.ctx.count(frame, EDGE_COUNTER.bulkheadRejected);
    return OUTCOME.rejectedBulkhead;
  }

  leave(_frame: number, _layer: number, outcome: Outcome): number {
    this.release();
    return outcome;
  }

  /** Waited too long; void once the permit was granted. */
  timer(frame: number, layer: number): void {
    this.forget(frame, layer);
    this.ctx.count(frame, EDGE_COUNTER.bulkheadRejected);
    this.ctx.reject(frame, layer, OUTCOME.rejectedBulkhead);
  }

  cancel(frame: number, layer: number, parked: boolean): void {
    if (parked) this.forget(frame, layer);
    else this.release();
  }

  reset(): void {
    this.inside = 0;
    this.waiting.clear();
  }

  held(): number {
    return this.inside + this.waiting.length;
  }

  /** The permit goes to the oldest waiter; only without one does it come free. */
  private release(): void {
    const next = this.waiting.shift();
    if (next < 0) this.inside--;
    else this.ctx.resume(next >> LAYER_BITS, next & LAYER_MASK);
  }

  private forget(frame: number, layer: number): void {
    const waiter = (frame << LAYER_BITS) | layer;
    // With one wait limit for all, who leaves is nearly always the oldest.
    if (this.waiting.peek() === waiter) this.waiting.shift();
    else this.waiting.remove(waiter);
  }
}

/** `bulkhead` of kind `semaphore`: a limit on calls under way. */
export const bulkheadSemaphore: PolicyKind<typeof schema> = {
  policy: 'bulkhead',
  kind: 'semaphore',
  isDefault: true,
  summary:
    'Lets only so many calls to a callee be under way at once, with an optional short queue.',
  sources: [
    'resilience4j BulkheadConfig.java, SemaphoreBulkhead.java',
    'cockatiel BulkheadPolicy.ts',
    'Nygard 2018 ch. 5',
  ],
  level: 'attempt',
  schema,
  example: 'bulkhead: { maxConcurrent: 2, maxQueue: 2, maxWait: 20ms }\n',
  state: 'scoped',
  dryRun: true,
  create: (config, setup) =>
    new Semaphore(
      setup.ctx,
      config.maxConcurrent,
      config.maxQueue,
      config.maxWait === null ? null : setup.lane(config.maxWait),
    ),
  check(config): readonly PolicyProblem[] {
    const problems: PolicyProblem[] = [];
    if (config.maxWait !== null && config.maxQueue === 0) {
      problems.push({
        field: 'maxWait',
        message: 'nothing ever waits, because maxQueue is 0: give the queue a size or drop maxWait',
      });
    }
    if (config.maxConcurrent === Infinity && config.maxQueue > 0) {
      problems.push({
        field: 'maxQueue',
        message: 'nothing ever waits, because maxConcurrent is unlimited: drop maxQueue',
      });
    }
    return problems;
  },
};
