import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import type { Ns } from '../../kernel/time.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { share } from '../../contracts/quantities/quantities.js';
import { adaptive, boundProblems, SampledLimit } from '../mechanisms/concurrency-limiter.js';
import { problemsOf } from '../mechanisms/problems.js';

const schema = z.strictObject({
  initial: field.whole(20, 'First limit.', { unit: 'calls', min: 1 }),
  min: field.whole(20, 'Smallest limit.', { unit: 'calls', min: 1 }),
  max: field.whole(200, 'Largest limit.', { unit: 'calls', min: 1 }),
  backoffRatio: field.of(
    share(),
    0.9,
    'Factor on the limit after a drop, rounded down. A drop is a timeout inside this layer, a lost connection, or ' +
      'a refusal by the callee (429, 502, 503, 504).',
    'share, 50% to below 100%',
  ),
  timeout: field.duration('5s', 'A response that took longer counts as a drop; it is not cut off.'),
});

/** Increases by one after a response that found half of the limit in use; decreases by a share after a drop. */
export class AimdRule extends SampledLimit {
  estimate: number = this.config.initial;

  constructor(private readonly config: z.output<typeof schema>) {
    super();
  }

  update(rttNs: Ns, inflight: number, didDrop: boolean): void {
    const { min, max, backoffRatio, timeout } = this.config;
    let next = this.estimate;
    if (didDrop || rttNs > timeout) next = Math.floor(next * backoffRatio);
    else if (inflight * 2 >= next) next++;
    this.estimate = Math.min(max, Math.max(min, next));
  }

  reset(): void {
    this.estimate = this.config.initial;
  }

  isFresh(): boolean {
    return this.estimate === this.config.initial;
  }
}

/** `concurrencyLimit` of kind `aimd`: grows by one, shrinks by a tenth. */
export const concurrencyLimitAimd: PolicyKind<'concurrencyLimit', typeof schema> = {
  ...adaptive((config) => new AimdRule(config)),
  kind: 'aimd',
  summary:
    'An additive-increase, multiplicative-decrease limit on calls in flight: grows by one on ' +
    'responses, shrinks on drops.',
  sources: [
    'Netflix/concurrency-limits AIMDLimit.java, AbstractLimiter.java, SimpleLimiter.java',
    'Netflix/concurrency-limits ConcurrencyLimitClientInterceptor.java',
    'Netflix/concurrency-limits ConcurrencyLimitServerInterceptor.java',
  ],
  schema,
  example: 'concurrencyLimit: { kind: aimd, initial: 4, min: 1, max: 100, timeout: 100ms }\n',
  check: (config) => [
    ...boundProblems(config),
    ...problemsOf({
      backoffRatio:
        (config.backoffRatio < 0.5 || config.backoffRatio >= 1) &&
        'expected 50% to below 100%, as in concurrency-limits, whose default is 90%',
    }),
  ],
};
