import { z } from 'zod';
import type { Outcome } from '../../spec/outcome.js';
import { HOLD, isSuccess, kindOf, OUTCOME, PASS } from '../../spec/outcome.js';
import type { CallContext, PolicyKind, PolicyProblem, PolicyState } from '../../spec/policy.js';
import { EDGE_COUNTER } from '../../spec/policy.js';
import { count } from '../../spec/quantities.js';
import { Backoff, backoffSchema } from '../mechanisms/backoff.js';
import type { OutcomeTerm } from '../mechanisms/outcome-terms.js';
import { OutcomeSet, outcomeTerms } from '../mechanisms/outcome-terms.js';
import type { RetryBudget } from '../mechanisms/retry-budget.js';
import { retryBudget, retryBudgetSchema } from '../mechanisms/retry-budget.js';

const schema = z.strictObject({
  attempts: count({ min: 1 }).describe(
    'Tries in all, the first included; 1 never retries. Everything inside this layer is done ' +
      'anew. Unit: attempts, or `unlimited`. Required.',
  ),
  backoff: backoffSchema
    .optional()
    .describe(
      'Delay before each retry. A retry that would start at or after the deadline is not made. ' +
        'Unit: map. Defaults to none: at once.',
    ),
  on: outcomeTerms()
    .optional()
    .describe(
      'Outcomes that are retried: outcomes, statuses a callee answered with (`503`, `5xx`) or ' +
        'groups. `any` holds every failure but clientError, deadlineExceeded and cancelled, an ' +
        'open breaker too. Unit: list. Defaults to [connect, gateway, overload, throttled], ' +
        'and timeout and reset where the callee endpoint is idempotent.',
    ),
  budget: retryBudgetSchema
    .optional()
    .describe(
      'Limit on the retries of all calls of one state together; a denied retry returns the ' +
        'original outcome at once. Unit: map. Defaults to none.',
    ),
});

/**
 * Safe without idempotence: the callee never saw the call, or has answered that it did not do it.
 */
const DEFAULT_ON: readonly OutcomeTerm[] = ['connect', 'gateway', 'overload', 'throttled'];
const IDEMPOTENT_ON: readonly OutcomeTerm[] = [...DEFAULT_ON, 'timeout', 'reset'];

/** Beside the number of tries the word holds whether the last retry was granted after a timeout. */
const AFTER_TIMEOUT = 1;

interface RetryParts {
  readonly attempts: number;
  readonly backoff: Backoff | null;
  readonly on: OutcomeSet;
  readonly onIdempotent: OutcomeSet;
  readonly budget: RetryBudget | null;
}

/** Makes a failed call again, up to `attempts` tries in all. */
class Retry implements PolicyState {
  private readonly ctx: CallContext;
  private readonly attempts: number;
  private readonly backoff: Backoff | null;
  private readonly on: OutcomeSet;
  private readonly onIdempotent: OutcomeSet;
  private readonly budget: RetryBudget | null;

  constructor(ctx: CallContext, parts: RetryParts) {
    this.ctx = ctx;
    this.attempts = parts.attempts;
    this.backoff = parts.backoff;
    this.on = parts.on;
    this.onIdempotent = parts.onIdempotent;
    this.budget = parts.budget;
  }

  enter(frame: number, layer: number): number {
    this.ctx.setWord(frame, layer, 1 << 1);
    if (this.budget !== null) this.budget.started(this.ctx.now);
    return PASS;
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    const ctx = this.ctx;
    const budget = this.budget;
    const word = ctx.word(frame, layer);
    const tries = word >> 1;
    if (budget !== null && tries > 1) budget.ended();
    if (isSuccess(outcome)) {
      if (budget !== null) budget.succeeded(tries > 1, (word & AFTER_TIMEOUT) !== 0);
      return outcome;
    }
    const retried = ctx.idempotent(frame) ? this.onIdempotent : this.on;
    if (!retried.has(outcome)) return outcome;
    if (budget !== null) budget.failed();
    if (tries >= this.attempts) return outcome;
    const delayNs =
      this.backoff === null
        ? 0
        : this.backoff.delayNs(tries, ctx.lineageA(frame), ctx.lineageB(frame));
    if (ctx.now + delayNs >= ctx.deadline(frame)) return outcome;
    const afterTimeout = timedOut(outcome);
    if (budget !== null && !budget.allow(ctx.now, afterTimeout)) {
      ctx.count(frame, EDGE_COUNTER.budgetDenied);
      return outcome;
    }
    ctx.setWord(frame, layer, ((tries + 1) << 1) | (afterTimeout ? AFTER_TIMEOUT : 0));
    ctx.count(frame, EDGE_COUNTER.retries);
    ctx.reenter(frame, layer, delayNs);
    return HOLD;
  }

  cancel(frame: number, layer: number): void {
    if (this.budget !== null && this.ctx.word(frame, layer) >> 1 > 1) this.budget.ended();
  }

  reset(): void {
    if (this.budget !== null) this.budget.reset();
  }

  held(): number {
    return this.budget === null ? 0 : this.budget.held();
  }
}

function timedOut(outcome: Outcome): boolean {
  const kind = kindOf(outcome);
  return kind === OUTCOME.timeout || kind === OUTCOME.connectTimeout;
}

/** `retry`: more tries, with back-off and a budget. */
export const retry: PolicyKind<typeof schema> = {
  policy: 'retry',
  kind: 'simple',
  isDefault: true,
  summary: 'Repeats a failed call after a back-off, within attempts, deadline and budget.',
  sources: [
    'aws-samples/aws-arch-backoff-simulator',
    'grpc/proposal A6-client-retries.md',
    'twitter/finagle RetryBudget.scala, tower-rs tps_budget.rs',
    'App-vNext/Polly RetryHelper.cs',
    'Envoy backoff_strategy.cc, resource_manager_impl.h',
  ],
  level: 'call',
  schema,
  example:
    'retry:\n' +
    '  attempts: 3\n' +
    '  backoff: { kind: exponential, base: 10ms, max: 1s, jitter: full }\n' +
    '  on: [any]\n' +
    '  budget: { ratio: 20%, minPerSecond: 10 }\n',
  state: 'scoped',
  create: (config, setup) =>
    new Retry(setup.ctx, {
      attempts: config.attempts,
      backoff:
        config.backoff === undefined ? null : new Backoff(config.backoff, setup.stream('backoff')),
      on: new OutcomeSet(config.on ?? DEFAULT_ON),
      onIdempotent: new OutcomeSet(config.on ?? IDEMPOTENT_ON),
      budget: config.budget === undefined ? null : retryBudget(config.budget),
    }),
  check(config): readonly PolicyProblem[] {
    const problems: PolicyProblem[] = [];
    for (const term of ['cancelled', 'deadlineExceeded'] as const) {
      if (config.on?.includes(term) !== true) continue;
      problems.push({ field: 'on', message: `${term} is never retried: no time is left for it` });
    }
    if (config.attempts === Infinity && config.backoff === undefined) {
      problems.push({
        field: 'attempts',
        message:
          'unlimited attempts without a backoff repeat for ever in one instant: add a backoff',
      });
    }
    const { backoff } = config;
    if (
      backoff !== undefined &&
      backoff.kind !== 'constant' &&
      backoff.max !== undefined &&
      backoff.max < backoff.base
    ) {
      problems.push({
        field: 'backoff.max',
        message: 'the longest delay is below the first one, base: every delay would be max',
      });
    }
    return problems;
  },
};
