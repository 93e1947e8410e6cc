import { z } from 'zod';
import { choice } from '../../contracts/quantities/fields.js';
import type { Ns } from '../../kernel/time.js';
import { HINTED, PARK, PASS, type Outcome } from '../../contracts/outcome.js';
import type {
  CallContext,
  PolicyKind,
  PolicySetup,
  PolicyState,
} from '../../contracts/patterns/policy.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';
import { duration, rate, whole } from '../../contracts/quantities/quantities.js';
import { Keyed, type KeyState } from '../mechanisms/keyed.js';
import {
  callFields,
  KeyedMeters,
  limiterFields,
  refusalOf,
  saysWhen,
} from '../mechanisms/meters.js';
import { rateProblems } from '../mechanisms/rational-rate.js';
import { BucketMeter, tokenBucket, type TokenBucket } from '../mechanisms/token-bucket.js';
import { RATE_LIMIT } from '../mechanisms/families.js';
import { traitsOfBucket } from '../mechanisms/window-fields.js';

const schema = z.strictObject({
  rate: rate().describe(
    'Long-run rate of admitted calls, per state (by default each instance of the caller and ' +
      'each callee). Unit: rate, up to 10000/ms. Required.',
  ),
  burst: whole({ min: 1, max: 1_000_000 })
    .prefault(1)
    .describe(
      'Size of the bucket, which starts full: the burst admitted after a quiet period. Unit: ' +
        'calls. Defaults to 1.',
    ),
  maxWait: duration()
    .prefault(0)
    .describe(
      'Longest wait for a token, which is reserved in advance. A call that would wait longer, ' +
        'or past its deadline, is refused at once and takes no token. Unit: duration. Defaults ' +
        'to 0.',
    ),
  refill: choice(['continuous', 'ticks'], 'continuous').describe(
    'Whether tokens are added continuously, or one by one at multiples of 1/rate. Unit: ' +
      'name. Defaults to continuous.',
  ),
  ...limiterFields,
});

/** A bucket and the calls that wait for its tokens. */
class Reservations implements KeyState {
  waiting = 0;
  /** Number of the last reservation in force; a waiter keeps its own number in the frame's word. */
  last = 0;

  constructor(readonly bucket: TokenBucket) {}

  isIdle(now: Ns): boolean {
    return this.waiting === 0 && this.bucket.isFull(now);
  }
}

/**
 * golang x/time/rate: a token is taken now, or reserved if it is due within `maxWait`; a refusal changes nothing. A
 * cancelled waiter returns its token only if no call has reserved after it, because later reservations keep their
 * times.
 */
class RateLimit implements PolicyState {
  private readonly ctx: CallContext;
  private readonly maxWaitNs: Ns;
  private readonly refusal: Outcome;
  private readonly saysWhen: boolean;
  private readonly keyOf: ((frame: number) => number) | null;
  private readonly keyed: Keyed<Reservations>;
  /** The bucket of all calls if no key splits them. */
  private readonly common: Reservations;
  private waiting = 0;

  constructor(setup: PolicySetup, make: () => TokenBucket, config: z.output<typeof schema>) {
    this.ctx = setup.ctx;
    this.maxWaitNs = config.maxWait;
    this.refusal = refusalOf(config.status);
    this.saysWhen = saysWhen(config);
    this.keyOf = setup.keyOf;
    this.keyed = new Keyed(() => new Reservations(make()));
    this.common = new Reservations(make());
  }

  enter(frame: number, layer: number): number {
    const ctx = this.ctx;
    const now = ctx.now;
    const own = this.of(frame);
    const waitNs = own.bucket.waitNs(now);
    if (waitNs > this.maxWaitNs || now + waitNs > ctx.deadline(frame)) {
      ctx.count(frame, EDGE_COUNTER.rateLimited);
      // A call with too little time left will not have more later.
      if (!this.saysWhen || waitNs <= this.maxWaitNs) return this.refusal;
      ctx.setHint(frame, waitNs - this.maxWaitNs);
      return this.refusal | HINTED;
    }
    own.bucket.take(now);
    if (waitNs === 0) return PASS;
    own.last = own.waiting === 0 ? 1 : own.last + 1;
    ctx.setWord(frame, layer, own.last);
    own.waiting++;
    this.waiting++;
    ctx.after(waitNs, frame, layer);
    return PARK;
  }

  /** The reserved token is available. */
  timer(frame: number, layer: number): void {
    this.of(frame).waiting--;
    this.waiting--;
    this.ctx.resume(frame, layer);
  }

  leave(_frame: number, _layer: number, outcome: Outcome): number {
    return outcome;
  }

  cancel(frame: number, layer: number, parked: boolean): void {
    if (!parked) return;
    const own = this.of(frame);
    own.waiting--;
    this.waiting--;
    if (this.ctx.word(frame, layer) !== own.last) return;
    own.bucket.giveBack();
    own.last--;
  }

  reset(): void {
    this.waiting = 0;
    this.common.waiting = 0;
    this.common.last = 0;
    this.common.bucket.reset();
    this.keyed.reset();
  }

  /** Calls that wait for their token; a token taken is used up, not held. */
  held(): number {
    return this.waiting;
  }

  private of(frame: number): Reservations {
    return this.keyOf === null ? this.common : this.keyed.of(this.keyOf(frame), this.ctx.now);
  }
}

/** `rateLimit` of kind `tokenBucket`: a long-run rate with bursts. */
export const rateLimitTokenBucket: PolicyKind<'rateLimit', typeof schema> = {
  ...RATE_LIMIT,
  kind: 'tokenBucket',
  isDefault: true,
  summary: 'Admits calls at a rate, with bursts after quiet periods; the rest waits or is refused.',
  sources: ['golang.org/x/time rate/rate.go'],
  schema,
  example: 'rateLimit: { rate: 20/s, burst: 5, maxWait: 100ms }\n',
  traits: ({ rate: perSecond, burst, maxWait }) => traitsOfBucket(perSecond, burst, maxWait),
  create: (config, setup) =>
    new RateLimit(setup, () => tokenBucket(config.rate, config.burst, config.refill), config),
  waits: ['maxWait'],
  callFields: callFields(true),
  limiter: ({ rate: perSecond, burst, refill, maxWait }) =>
    new KeyedMeters(() => new BucketMeter(tokenBucket(perSecond, burst, refill), maxWait)),
  check: (config) => rateProblems(config.rate),
};
