import type { PolicySetup } from '../../contracts/patterns/policy.js';
import type { RetryTraits } from '../../contracts/patterns/policy-traits.js';
import { longestBackoff, shortestBackoff } from './backoff-bounds.js';
import { OutcomeSet, type OutcomeTerm } from './outcome-terms.js';
import { budgetGrowth } from './retry-budget.js';
import type { RetryConfig, RetryRules } from './retrying.js';
import { hasBudget, Retrying, retryProblems } from './retrying.js';

/** The answers that all kinds of retry give alike. `read`: how the library reads what the user wrote. */
export function retries<Config extends RetryConfig>(
  rules: RetryRules,
  read: (config: Config) => RetryConfig = (config) => config,
) {
  return {
    policy: 'retry',
    isDefault: false,
    level: 'call',
    repeats: true,
    traits: (config: Config) => retryTraits(read(config), rules.on),
    state: 'scoped',
    keyed: 'states',
    remembers: hasBudget,
    create: (config: Config, setup: PolicySetup) => new Retrying(setup, read(config), rules),
    check: (config: Config, _bundle: unknown, key: string | null = null) =>
      retryProblems({ ...config, backoff: config.backoff ?? rules.backoff }, key),
  } as const;
}

/**
 * The traits of a kind of retry. `usual`: the outcomes that it retries by default if the callee is not idempotent. `unwritten`: the library's delays if `backoff` is not set. Their length counts as 0,
 * so that lint does not warn about a default.
 */
export function retryTraits(
  config: RetryConfig,
  usual: readonly OutcomeTerm[],
  unwritten: 'none' | 'jittered' = 'jittered',
): RetryTraits {
  const { attempts, backoff, on, methods, budget, respectRetryAfter } = config;
  const isEqual = backoff !== undefined && 'jitter' in backoff && backoff.jitter.kind === 'none';
  return {
    attempts,
    delays: backoff === undefined ? unwritten : isEqual ? 'equal' : 'jittered',
    shortestBackoffNs: backoff === undefined ? 0 : shortestBackoff(backoff),
    longestBackoffNs: (tries) => (backoff === undefined ? 0 : longestBackoff(backoff, tries)),
    on: outcomeList(on ?? usual),
    isListed: on !== undefined,
    methods: methods?.map((method) => method.toUpperCase()) ?? null,
    budgetGrowth: budget === undefined ? null : budgetGrowth(budget),
    heedsHints: respectRetryAfter !== false,
  };
}

/** A list of outcomes. */
export function outcomeList(terms: readonly OutcomeTerm[]): NonNullable<RetryTraits['on']> {
  const set = new OutcomeSet(terms);
  return { terms, has: (outcome) => set.has(outcome) };
}
