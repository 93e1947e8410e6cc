import { invariant } from '../../kernel/invariant.js';
import { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import { unit, type StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { Outcome } from '../../contracts/outcome.js';
import { HOLD, isHinted, isSuccess, kindOf, OUTCOME, PASS } from '../../contracts/outcome.js';
import type {
  CallContext,
  PolicyProblem,
  PolicySetup,
  PolicyState,
} from '../../contracts/patterns/policy.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';
import { count, quantity, type Quantity } from '../../contracts/quantities/quantities.js';
import { parseCount } from '../../contracts/quantities/quantity-text.js';
import type { BackoffConfig } from '../../contracts/scenario/backoff.js';
import { Backoff } from './backoff.js';
import { OutcomeSet, outcomeTerms, type OutcomeTerm } from './outcome-terms.js';
import { problemsOf } from './problems.js';
import { counts, forbids, hintedNs, type HintUse } from './retry-hints.js';
import { StartWindow } from './start-window.js';
import { retryBudget, retryBudgetSchema, type RetryBudgetConfig } from './retry-budget.js';
import { FOLLOWS, type RetryBudget } from './retry-budgets.js';

/** Configuration of every kind of retry; a kind omits the fields that its library lacks. */
export interface RetryConfig {
  readonly attempts: number;
  readonly backoff?: BackoffConfig | undefined;
  readonly on?: readonly OutcomeTerm[] | undefined;
  readonly budget?: RetryBudgetConfig | undefined;
  /** HTTP methods whose calls are retried; undefined = all. */
  readonly methods?: readonly string[] | undefined;
  /** Methods, in upper case, of the calls that are retried only if they had no connection. */
  readonly onlyUnsent?: readonly string[] | undefined;
  readonly otherInstance?: boolean;
  /** Time after the first try at which no other one starts any more; undefined or null = no limit. */
  readonly startBefore?: Ns | null | undefined;
  readonly respectRetryAfter?: boolean | undefined;
}

/** Behavior of a library that its user cannot configure, and its defaults. */
export interface RetryRules {
  /** Outcomes retried if `on` is not set. */
  readonly on: readonly OutcomeTerm[];
  /** The same if the callee endpoint is idempotent and that makes a difference. */
  readonly onIdempotent?: readonly OutcomeTerm[];
  /** True = the library caps a delay after the jitter. */
  readonly cutLast?: boolean;
  /** Default back-off. */
  readonly backoff?: BackoffConfig;
  /** Default back-off after `throttled`. */
  readonly throttled?: BackoffConfig;
  /** True = a written back-off does not replace the one after `throttled`. */
  readonly keepsThrottled?: boolean;
  /** True = the library waits for a retry that is due after the deadline; the deadline then ends the call. */
  readonly waitsForDeadline?: boolean;
  /** How it uses retry hints, if it respects them. */
  readonly hints?: HintUse;
}

/** Safe without idempotence: the callee never saw the call, or reported that it did not execute it. */
export const SAFE: readonly OutcomeTerm[] = ['connect', 'gateway', 'overload', 'throttled'];
export const SAFE_IDEMPOTENT: readonly OutcomeTerm[] = [...SAFE, 'timeout', 'reset'];

const ATTEMPTS = 'Total tries, including the first';
const AGAIN =
  '1 never retries. Each try runs all layers inside this one again. Unit: attempts, or ' +
  '`unlimited`.';

/** `attempts` of a retry without a default. */
export function attemptsField(): Quantity<number> {
  return count({ min: 1 }).describe(`${ATTEMPTS}; ${AGAIN} Required.`);
}

/** `attempts` of a library, with the library's own name for it. */
export function libraryAttemptsField(
  byDefault: number | 'unlimited',
  library: string,
): z.ZodType<number> {
  return count({ min: 1 })
    .prefault(byDefault)
    .describe(`${ATTEMPTS} (${library}); ${AGAIN} Defaults to ${byDefault}.`);
}

/** \`attempts\` of Istio, where 0 is the word that disables the default retries: ConvertPolicy of retry.go returns none. */
export function istioAttemptsField(): z.ZodType<number> {
  const written = count();
  const least = (attempts: number): number => Math.max(1, attempts);
  return quantity((input) => least(parseCount(input)), written.meta() ?? {})
    .prefault(3)
    .describe(
      `${ATTEMPTS} (Istio's attempts 2, plus the first try); ${AGAIN} 0 does not either, as in a VirtualService. ` +
        'Defaults to 3.',
    );
}

const NOT_MADE = 'A retry that would start at or after the deadline is not made.';

/** Text of `backoff`; `byDefault` ends the sentence "Defaults to". */
export function backoffText(byDefault: string, tooLate = NOT_MADE): string {
  return `Delay before each retry. ${tooLate} Unit: map. Defaults to ${byDefault}.`;
}

/** The same of kinds that wait for the deadline. */
export const WAITS =
  'If the deadline comes first, the call waits until then and ends as deadlineExceeded.';

/** `on`; `byDefault` ends the sentence "Defaults to". */
export function onField(byDefault: string): z.ZodOptional<z.ZodArray<Quantity<OutcomeTerm>>> {
  return outcomeTerms()
    .optional()
    .describe(
      'Outcomes that are retried: outcomes, statuses of the callee (`503`, `5xx`) or groups. ' +
        '`any` covers every failure except clientError, deadlineExceeded and cancelled; it ' +
        `includes refusals of an open breaker. Unit: list. Defaults to ${byDefault}.`,
    );
}

/** `methods`. */
export function methodsField() {
  return field.of(
    z.array(z.string().regex(/^[A-Za-z]{1,20}$/)).min(1),
    absent('all methods'),
    'HTTP methods of the calls that are retried: of an endpoint its `method`, of a route the one it matches; a ' +
      'callee without a method, or with several, counts as GET. `[GET, HEAD, PUT, DELETE]` leaves out POST and PATCH.',
    'list',
  );
}

const BUDGET =
  'Limit on retries, shared by all calls of one state. A denied retry returns the original ' +
  'outcome at once. Unit: map.';

/** `otherInstance`. */
export function otherInstanceField(byDefault: boolean): z.ZodPrefault<z.ZodBoolean> {
  return z
    .boolean()
    .prefault(byDefault)
    .describe(
      'Whether a retry avoids instances already tried, within five picks of the balancer. ' +
        `Unit: boolean. Defaults to ${byDefault}.`,
    );
}

/** `budget` of a library that has none by default. */
export function budgetField(): z.ZodOptional<typeof retryBudgetSchema> {
  return retryBudgetSchema.optional().describe(`${BUDGET} Defaults to none.`);
}

/** `budget` of a library that has one by default. */
export function libraryBudgetField(kind: 'concurrent' | 'aws', text: string) {
  return retryBudgetSchema.prefault({ kind }).describe(`${BUDGET} Defaults to ${text}.`);
}

/**
 * Besides the number of tries, the word holds how the last retry was granted and whether it waits. With pushback, where
 * tries are few, it also holds the number of tries at which the back-off restarted.
 */
const FOLLOWED = 3;
const WAITING = 4;
const TRIES = 3;
const RESTART = 16;
const FEW_TRIES = (1 << (RESTART - TRIES)) - 1;

/** No hint, or the hint is ignored. */
const NO_HINT = -2;

/** Outcomes of an attempt that was not sent. */
const UNSENT = new OutcomeSet(['connect']);

/** Retries a failed call, up to `attempts` tries in total. */
export class Retrying implements PolicyState {
  private readonly ctx: CallContext;
  private readonly attempts: number;
  private readonly backoff: Backoff | null;
  private readonly throttled: Backoff | null;
  private readonly on: OutcomeSet;
  private readonly onIdempotent: OutcomeSet;
  /** In upper case; null = all. */
  private readonly methods: ReadonlySet<string> | null;
  private readonly onlyUnsent: readonly string[];
  private readonly budget: RetryBudget | null;
  private readonly follows: boolean;
  private readonly otherInstance: boolean;
  private readonly waitsForDeadline: boolean;
  private readonly hints: HintUse | null;
  private readonly key: StreamKey;
  /** Null if tries may start at any time. */
  private readonly window: StartWindow | null;
  /** Calls in flight inside this layer. */
  private inside = 0;

  constructor(setup: PolicySetup, config: RetryConfig, rules: RetryRules) {
    const key = setup.stream('backoff');
    const backoff = (written: BackoffConfig | undefined): Backoff | null =>
      written === undefined ? null : new Backoff(written, key, rules.cutLast);
    this.ctx = setup.ctx;
    this.attempts = config.attempts;
    this.otherInstance = config.otherInstance === true;
    this.waitsForDeadline = rules.waitsForDeadline === true;
    this.backoff = backoff(config.backoff ?? rules.backoff);
    const written = rules.keepsThrottled === true ? undefined : config.backoff;
    this.throttled = backoff(written ?? rules.throttled ?? rules.backoff);
    this.on = new OutcomeSet(config.on ?? rules.on);
    this.onIdempotent = new OutcomeSet(config.on ?? rules.onIdempotent ?? rules.on);
    this.methods =
      config.methods === undefined
        ? null
        : new Set(config.methods.map((method) => method.toUpperCase()));
    this.onlyUnsent = config.onlyUnsent ?? [];
    this.budget = config.budget === undefined ? null : retryBudget(config.budget);
    this.follows = this.budget !== null && this.budget.followsAttempts;
    this.hints = config.respectRetryAfter === false ? null : (rules.hints ?? null);
    this.key = key;
    const { startBefore = null } = config;
    this.window = startBefore === null ? null : new StartWindow(startBefore);
  }

  enter(frame: number, layer: number): number {
    this.ctx.setWord(frame, layer, 1 << TRIES);
    this.inside++;
    if (this.window !== null) this.window.opens(frame, this.ctx.now);
    if (this.budget !== null) this.budget.started(this.ctx.now);
    return PASS;
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    const verdict = this.decide(frame, layer, outcome);
    if (this.budget !== null) this.budget.left();
    if (verdict !== HOLD) this.inside--;
    return verdict;
  }

  /** The back-off is over. Only budgets that follow attempts are notified. */
  timer(frame: number, layer: number): void {
    const word = this.ctx.word(frame, layer);
    invariant(this.budget !== null && (word & WAITING) !== 0, 'retry-timer-without-back-off');
    this.ctx.setWord(frame, layer, word & ~WAITING);
    this.budget!.resumed();
    this.ctx.reenter(frame, layer, 0);
  }

  cancel(frame: number, layer: number): void {
    this.inside--;
    if (this.budget === null) return;
    const word = this.ctx.word(frame, layer);
    if (this.triesIn(word) > 1) this.budget.ended();
    if ((word & WAITING) === 0) this.budget.left();
  }

  reset(): void {
    this.inside = 0;
    if (this.budget !== null) this.budget.reset();
  }

  isIdle(now: Ns): boolean {
    return this.inside === 0 && (this.budget === null || this.budget.isIdle(now));
  }

  held(): number {
    return this.budget === null ? 0 : this.budget.held();
  }

  /** The outcome, or HOLD if one more try is granted. */
  private decide(frame: number, layer: number, outcome: Outcome): number {
    const ctx = this.ctx;
    const budget = this.budget;
    const word = ctx.word(frame, layer);
    const tries = this.triesIn(word);
    if (budget !== null && tries > 1) budget.ended();
    if (isSuccess(outcome)) {
      if (budget !== null) budget.succeeded(tries > 1, word & FOLLOWED);
      return outcome;
    }
    const endpoint = ctx.endpoint(frame);
    if (this.methods !== null && !this.methods.has(endpoint.method)) return outcome;
    if (this.onlyUnsent.includes(endpoint.method) && !UNSENT.has(outcome)) return outcome;
    const hint = this.hints !== null && isHinted(outcome) ? ctx.hint(frame) : NO_HINT;
    const forbidden = hint !== NO_HINT && forbids(this.hints!, hint);
    const retried = endpoint.idempotent ? this.onIdempotent : this.on;
    if (!forbidden && !retried.has(outcome)) return outcome;
    if (budget !== null) budget.failed();
    if (forbidden || tries >= this.attempts) return outcome;
    const isHintUsed = hint !== NO_HINT && counts(this.hints!, hint);
    const backoffNs = this.backoffNs(frame, word, outcome);
    const delayNs = isHintUsed ? this.hintDelayNs(frame, tries, hint, backoffNs) : backoffNs;
    if (this.isTooLate(frame, delayNs) && !this.waitsForDeadline) return outcome;
    if (this.window !== null && this.window.isOver(frame, ctx.now + delayNs)) return outcome;
    const follows = followed(outcome);
    if (budget !== null && !budget.allow(ctx.now, follows)) {
      ctx.count(frame, EDGE_COUNTER.budgetDenied);
      return outcome;
    }
    if (isHintUsed) ctx.count(frame, EDGE_COUNTER.hinted);
    const restart = isHintUsed && this.hints === 'pushback' ? tries : this.restartIn(word);
    const flags = (restart << RESTART) | follows;
    this.grant(frame, layer, delayNs, ((tries + 1) << TRIES) | flags);
    return HOLD;
  }

  private isTooLate(frame: number, delayNs: Ns): boolean {
    return this.ctx.now + delayNs >= this.ctx.deadline(frame);
  }

  private backoffNs(frame: number, word: number, outcome: Outcome): Ns {
    const { ctx } = this;
    const backoff = kindOf(outcome) === OUTCOME.throttled ? this.throttled : this.backoff;
    if (backoff === null) return 0;
    const tries = this.triesIn(word);
    const restart = this.restartIn(word);
    const a = ctx.lineageA(frame);
    const b = ctx.lineageB(frame);
    if (restart > 0) return backoff.restartedNs(tries - restart, tries, a, b);
    return backoff.delayNs(tries, a, b);
  }

  /** The delay after a hint of the callee, as the library applies it. */
  private hintDelayNs(frame: number, tries: number, hint: Ns, backoffNs: Ns): Ns {
    const { ctx, key } = this;
    const uniform = unit(key.a, key.b, ctx.lineageA(frame), ctx.lineageB(frame), tries);
    return hintedNs(this.hints!, hint, backoffNs, uniform);
  }

  private grant(frame: number, layer: number, delayNs: Ns, word: number): void {
    const ctx = this.ctx;
    ctx.setWord(frame, layer, word | (this.follows ? WAITING : 0));
    if (this.otherInstance) ctx.avoidTried(frame);
    if (this.follows) ctx.after(delayNs, frame, layer);
    else ctx.reenter(frame, layer, delayNs);
  }

  private triesIn(word: number): number {
    return this.hints === 'pushback' ? (word >> TRIES) & FEW_TRIES : word >> TRIES;
  }

  /** Tries made when a pushback restarted the back-off; 0 if none did. */
  private restartIn(word: number): number {
    return this.hints === 'pushback' ? word >> RESTART : 0;
  }
}

function followed(outcome: Outcome): number {
  switch (kindOf(outcome)) {
    case OUTCOME.timeout:
    case OUTCOME.connectTimeout:
      return FOLLOWS.timeout;
    case OUTCOME.throttled:
      return FOLLOWS.throttled;
    default:
      return FOLLOWS.failure;
  }
}

/** Only a budget keeps state between calls. */
export function hasBudget({ budget }: Pick<RetryConfig, 'budget'>): boolean {
  return budget !== undefined;
}

/** Problems common to all kinds of retry. */
export function retryProblems(config: RetryConfig, key: string | null): readonly PolicyProblem[] {
  const { attempts, backoff, on } = config;
  const unspent = (['cancelled', 'deadlineExceeded'] as const).filter((term) => on?.includes(term));
  const most = backoff === undefined || backoff.kind === 'constant' ? undefined : backoff.max;
  return [
    ...problemsOf({
      key:
        key !== null &&
        !hasBudget(config) &&
        'without a budget a retry has no state to split by key: write budget, or remove key',
    }),
    ...unspent.map((term) => ({
      field: 'on',
      message: `${term} is never retried, because no time is left: remove it`,
    })),
    ...problemsOf({
      attempts:
        attempts === Infinity &&
        backoff === undefined &&
        'unlimited attempts without a backoff would retry forever at the same instant: add a ' +
          'backoff',
      'backoff.max':
        backoff !== undefined &&
        most !== undefined &&
        most < backoff.base &&
        'the longest delay is shorter than the first one, base, so every delay would be max: ' +
          'raise max or lower base',
    }),
  ];
}
