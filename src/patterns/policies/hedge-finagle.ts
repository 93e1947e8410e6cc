import { z } from 'zod';
import { NS_PER_MS, NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import { NO_TRAITS } from '../../contracts/patterns/policy-traits.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { duration, share } from '../../contracts/quantities/quantities.js';
import { Hedging, type HedgeBudget, type HedgeDelay } from '../mechanisms/hedging.js';
import { OutcomeSet } from '../mechanisms/outcome-terms.js';
import { retryBudget } from '../mechanisms/retry-budget.js';
import { FOLLOWS } from '../mechanisms/retry-budgets.js';
import { THROWN } from '../mechanisms/thrown-outcomes.js';
import { WindowedPercentile } from '../mechanisms/windowed-percentile.js';
import { HEDGE } from '../mechanisms/families.js';

/** Larger latencies count as this one. If the percentile reaches it, no backup is sent. */
const HIGHEST_MS = 2000;

const schema = z.strictObject({
  maxExtraLoad: share().describe(
    'Share p of backup requests. A backup is sent at percentile 1 - p of the latencies of the ' +
      'last 30 s (10 s steps, read every 3 s, whole ms), if a retry budget of this ratio, with ' +
      'a reserve of 10 per second over 10 s, allows it. Below 100%. Unit: share. Required.',
  ),
  minSendBackupAfter: duration({ min: NS_PER_MS })
    .prefault('1ms')
    .describe(
      'Shortest delay (`minSendBackupAfterMs`). No backup is sent in the first 3 s; until 10 ' +
        's this is the delay. Unit: duration in whole ms. Defaults to 1ms.',
    ),
});

/** The client accepts every response below 500: HttpResponseClassifier.ServerErrorsAsFailures. */
const FAILURES = [...THROWN, 'cancelled'] as const;

class BackupDelay implements HedgeDelay {
  private readonly latencies: WindowedPercentile;
  private readonly leastMs: number;

  constructor(maxExtraLoad: number, leastNs: Ns) {
    this.latencies = new WindowedPercentile(1 - maxExtraLoad, HIGHEST_MS);
    this.leastMs = Math.floor(leastNs / NS_PER_MS);
  }

  nextNs(now: Ns): Ns {
    const afterMs = Math.max(this.leastMs, this.latencies.ms(now));
    return afterMs >= HIGHEST_MS ? Infinity : afterMs * NS_PER_MS;
  }

  took(now: Ns, _nth: number, latencyNs: Ns): void {
    this.latencies.add(now, latencyNs);
  }

  reset(now: Ns): void {
    this.latencies.reset(now);
  }
}

/** BackupRequestFilter's own RetryBudget; with a share of 0 it is RetryBudget.Empty. */
function backupBudget(ratio: number): HedgeBudget {
  const budget = retryBudget({
    kind: 'ratio',
    ratio,
    minPerSecond: 10,
    window: 10 * NS_PER_SECOND,
  });
  return {
    started: (now) => budget.started(now),
    failed: () => {},
    succeeded: () => {},
    allow: (now) => ratio > 0 && budget.allow(now, FOLLOWS.failure),
    reset: () => budget.reset(),
  };
}

/** `hedge` of kind `finagle`: the BackupRequestFilter. */
export const hedgeFinagle: PolicyKind<'hedge', typeof schema> = {
  ...HEDGE,
  traits: () => NO_TRAITS,
  kind: 'finagle',
  summary:
    'Finagle backup requests: one backup at a percentile of its own latencies, limited by a ' +
    'budget.',
  sources: [
    'twitter/finagle BackupRequestFilter.scala, WindowedPercentileHistogram.scala, RetryBudget.scala',
  ],
  schema,
  example: 'hedge: { kind: finagle, maxExtraLoad: 10% }\n',
  create: ({ maxExtraLoad, minSendBackupAfter }, setup) =>
    new Hedging(setup.ctx, {
      attempts: 2,
      delay: new BackupDelay(maxExtraLoad, minSendBackupAfter),
      lane: null,
      survived: new OutcomeSet(FAILURES),
      atOnce: false,
      asOriginal: false,
      budget: backupBudget(maxExtraLoad),
      otherInstance: false,
    }),
  check({ maxExtraLoad }) {
    if (maxExtraLoad > 0 && maxExtraLoad < 1) return [];
    const message =
      maxExtraLoad === 0
        ? 'with 0% no backup is ever sent: write more, or remove the hedge'
        : 'expected a share below 100%: at 100% there is no percentile to wait for';
    return [{ field: 'maxExtraLoad', message }];
  },
};
