import { DESIGNED, OUTCOME_NAMES, type OutcomeName } from '../../contracts/outcome.js';
import { sumOf } from '../../stats/sums.js';
import { listed } from '../base/format.js';

/** Part of the failed requests from which they are refused, and do not fail. */
const NEARLY_ALL = 0.95;

const WORDS: ReadonlyMap<OutcomeName, string> = new Map([
  ['clientError', 'client errors'],
  ['throttled', 'throttled'],
  ['rejectedRateLimit', 'over a rate limit'],
]);

/** Requests of some kind, by outcome. */
interface Requests {
  readonly outcomes: Readonly<Record<string, number>>;
}

/**
 * How requests are refused, by their outcomes: `throttled`. A quota that is used up, a rate limit or a request that is wrong is
 * an answer, and no failure of a component. null if other requests fail too, or none does.
 */
export function refusalWords(requests: readonly Requests[]): string | null {
  const count = (name: string): number =>
    sumOf(requests.map(({ outcomes }) => outcomes[name] ?? 0));
  const failed = sumOf(FAILURES.map(count));
  const own = DESIGNED.filter((name) => count(name) > 0);
  if (own.length === 0 || sumOf(own.map(count)) < NEARLY_ALL * failed) return null;
  return listed(own.map((name) => WORDS.get(name)!));
}

const FAILURES = OUTCOME_NAMES.filter((name) => !['ok', 'degraded', 'unfinished'].includes(name));
