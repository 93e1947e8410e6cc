import { OUTCOME_NAMES, OUTCOME, isSuccess, type OutcomeName } from '../../contracts/outcome.js';
import { promTime, selectorText } from './text.js';

/** Matcher of the outcomes that count as a success. */
const SUCCEEDED = `outcome=~"${OUTCOME_NAMES.filter((name: OutcomeName) => isSuccess(OUTCOME[name])).join('|')}"`;

/** Series that count the requests of some subject, or the attempts of a call. */
export interface RequestSeries {
  /** Counter by outcome, and the family of the time without it. */
  readonly counter: string;
  readonly time: string;
  readonly matchers: readonly (readonly [label: string, value: string])[];
  /** Matcher of the successes: callers see outcomes, a server sees the status that it has sent. */
  readonly succeeded: string;
  readonly hasOutcomes: boolean;
}

/** Attempts and requests, seen by the caller or the user. */
export const SEEN_BY_CALLER = { succeeded: SUCCEEDED, hasOutcomes: true } as const;

/** The requests of users: of a workload, or of one of its requests; of all without one. */
export function userSeries(workload: string | null, request: string | null): RequestSeries {
  return {
    counter: 'user_requests_total',
    time: 'user_request_duration_seconds',
    ...SEEN_BY_CALLER,
    matchers: [
      ...(workload === null ? [] : [['workload', workload] as const]),
      ...(request === null ? [] : [['request', request] as const]),
    ],
  };
}

/** Requests per second. The counter of the times has no outcome, so that it misses no first failure of a kind. */
export function rateOf({ time, matchers }: RequestSeries, windowNs: number): string {
  return `sum(rate(${selectorText(`${time}_count`, matchers)}[${promTime(windowNs)}]))`;
}

/** Share of the requests that a matcher chooses, 0 if there is none. */
export function shareOf(series: RequestSeries, matcher: string, windowNs: number): string {
  const { counter, matchers } = series;
  const chosen = selectorText(counter, matchers, matcher);
  return `(sum(rate(${chosen}[${promTime(windowNs)}])) or vector(0)) / ${rateOf(series, windowNs)}`;
}

/**
 * Both windows burn the budget faster than `factor`. Source: Google, The Site Reliability Workbook, chapter 5 (multiwindow,
 * multi-burn-rate alerts).
 */
export function burnExpr(
  series: RequestSeries,
  factor: number,
  objective: number,
  windowsNs: readonly [long: number, short: number],
): string {
  // Written as a product of what the reader knows: the factor and the budget.
  const limit = `(${factor} * ${plain(1 - objective)})`;
  return windowsNs
    .map((window) => `(1 - (${shareOf(series, series.succeeded, window)})) > ${limit}`)
    .map((side) => `(${side})`)
    .join(' and ');
}

/** A number without the last digits of its binary form. */
function plain(value: number): string {
  return String(Number(value.toPrecision(12)));
}
