import { z } from 'zod';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { rate, whole } from '../../contracts/quantities/quantities.js';
import { callFields, limiterFields, metered, type Meter } from '../mechanisms/meters.js';
import { problemsOf } from '../mechanisms/problems.js';
import type { RationalRate } from '../mechanisms/rational-rate.js';
import { traitsOfBucket } from '../mechanisms/window-fields.js';
import { rateProblems, rationalRate, timeOfEvent } from '../mechanisms/rational-rate.js';

const schema = z.strictObject({
  rate: rate().describe(
    'Rate at which calls leave the bucket, evenly spaced, per state (by default each instance ' +
      'of the caller and each callee). Unit: rate, up to 10000/ms. Required.',
  ),
  burst: whole({ max: 1_000_000 })
    .prefault(0)
    .describe(
      'Depth of the bucket: calls that may wait, in addition to the one that passes at once; ' +
        'the rest is refused. The slot of a waiting call that gives up stays unused. Unit: ' +
        'calls. Defaults to 0.',
    ),
  delay: whole({ max: 1_000_000 })
    .prefault(0)
    .describe(
      'Calls above the rate that pass at once; only those after them wait, and the rate holds over the burst. At most ' +
        '`burst`, which delays none (`nodelay` of nginx). Unit: calls. Defaults to 0.',
    ),
  ...limiterFields,
});

/**
 * The leaky bucket as a queue, as in nginx limit_req. Departures are 1 / rate apart, and a call whose turn would be
 * more than burst / rate away finds the bucket full. A call waits for its turn, less delay / rate (limit_req_account:
 * excess - delay). The queue started at `anchor` and has taken `taken` calls since,
 * so the next turn is at anchor + taken / rate.
 */
class LeakyBucket implements Meter {
  private readonly rate: RationalRate;
  private readonly burst: number;
  private readonly delay: number;
  private anchor: Ns = 0;
  private taken = 0;

  constructor(perSecond: number, burst: number, delay: number) {
    this.rate = rationalRate(perSecond);
    this.burst = burst;
    this.delay = delay;
  }

  take(now: Ns): Ns {
    const { rate: pace, burst, delay } = this;
    const turn = this.anchor + timeOfEvent(pace, this.taken);
    if (turn <= now) {
      this.anchor = now;
      this.taken = 1;
      return 0;
    }
    if (this.anchor + timeOfEvent(pace, this.taken - burst) > now) return -1;
    const goes = this.anchor + timeOfEvent(pace, this.taken - delay);
    this.taken++;
    // Moves whole spans from the count to the anchor, so that products stay within 53 bits.
    if (this.taken >= 2 * pace.events) {
      this.taken -= pace.events;
      this.anchor += pace.spanNs;
    }
    return Math.max(0, goes - now);
  }

  /** Time until the queue advances by one place. */
  retryNs(now: Ns): Ns {
    return this.anchor + timeOfEvent(this.rate, this.taken - this.burst) - now;
  }

  isIdle(now: Ns): boolean {
    return this.anchor + timeOfEvent(this.rate, this.taken) <= now;
  }
}

/** More calls that pass at once than the bucket takes. */
function tooMuch(delay: number, burst: number): string {
  return `${delay} calls cannot pass above the rate, because the bucket takes burst: ${burst} of them: write at most ${burst}`;
}

/** `rateLimit` of kind `leakyBucket`: a short queue that empties at a constant rate. */
export const rateLimitLeakyBucket: PolicyKind<'rateLimit', typeof schema> = {
  kind: 'leakyBucket',
  summary: 'Smooths bursts: calls leave evenly spaced, some wait, the rest is refused.',
  sources: ['nginx src/http/modules/ngx_http_limit_req_module.c'],
  schema,
  example: 'rateLimit: { kind: leakyBucket, rate: 20/s, burst: 3 }\n',
  traits: ({ rate: perSecond, burst, delay }) => ({
    ...traitsOfBucket(perSecond, burst + 1),
    longestWaitNs: Math.ceil((Math.max(0, burst - delay) * NS_PER_SECOND) / perSecond),
  }),
  waits: ['burst'],
  callFields: callFields(true),
  ...metered((config) => new LeakyBucket(config.rate, config.burst, config.delay)),
  check: ({ rate: pace, burst, delay }) => [
    ...rateProblems(pace),
    ...problemsOf({ delay: delay > burst && tooMuch(delay, burst) }),
  ],
};
