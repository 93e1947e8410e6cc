import { invariant } from '../../kernel/invariant.js';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { PolicyProblem } from '../../contracts/patterns/policy.js';

/** A rate as whole numbers: `events` events take exactly `spanNs` ns. */
export interface RationalRate {
  readonly events: number;
  readonly spanNs: Ns;
}

/** Above this rate, exact arithmetic would need more than 53 bits. */
const RATE_MAX_PER_SECOND = 1e7;
/** Lengths in seconds of the units of rates: second, minute, hour and day. */
const UNIT_SECONDS = [1, 60, 3_600, 86_400] as const;
/** events * spanNs stays below 2^52, so that products of a count and a span are exact. */
const PRODUCT_MAX = 4_503_599_627_370_496;

/**
 * The rate as a fraction, so that refills add up without drift: exact for whole numbers per second,
 * minute, hour or day; else the nearest with a span of about 2 s, off by less than one part in
 * 10^9.
 */
export function rationalRate(perSecond: number): RationalRate {
  invariant(perSecond > 0 && perSecond <= RATE_MAX_PER_SECOND, 'rate-out-of-range');
  for (const seconds of UNIT_SECONDS) {
    const events = Math.round(perSecond * seconds);
    if (events === 0 || Math.abs(events / seconds - perSecond) > perSecond * 1e-15) continue;
    const span = seconds * NS_PER_SECOND;
    const common = greatestCommonDivisor(events, span);
    const reduced = { events: events / common, spanNs: span / common };
    if (reduced.events * reduced.spanNs <= PRODUCT_MAX) return reduced;
  }
  const seconds = Math.min(2, Math.sqrt(PRODUCT_MAX / NS_PER_SECOND / perSecond));
  const events = Math.max(1, Math.floor(perSecond * seconds));
  return { events, spanNs: Math.round((events * NS_PER_SECOND) / perSecond) };
}

/** A number of events per span of ns, as a fraction: exact unless it overflows the arithmetic. */
export function rateOver(events: number, spanNs: Ns): RationalRate {
  const common = greatestCommonDivisor(events, spanNs);
  const reduced = { events: events / common, spanNs: spanNs / common };
  if (reduced.events * reduced.spanNs <= PRODUCT_MAX) return reduced;
  return rationalRate((events / spanNs) * NS_PER_SECOND);
}

/** The problem of a rate that the arithmetic cannot represent. */
export function rateProblems(perSecond: number): readonly PolicyProblem[] {
  if (perSecond <= RATE_MAX_PER_SECOND) return [];
  return [{ field: 'rate', message: 'a limit above 10000/ms has no effect: lower or remove it' }];
}

/** Time of the nth event when event 0 is at 0, rounded up to whole ns. */
export function timeOfEvent(rate: RationalRate, nth: number): Ns {
  const spans = Math.floor(nth / rate.events);
  const rest = nth - spans * rate.events;
  return spans * rate.spanNs + Math.ceil((rest * rate.spanNs) / rate.events);
}

/** Events after 0 and up to this time; the event at 0 does not count. */
export function eventsUntil(rate: RationalRate, time: Ns): number {
  const spans = Math.floor(time / rate.spanNs);
  const rest = time - spans * rate.spanNs;
  return spans * rate.events + Math.floor((rest * rate.events) / rate.spanNs);
}

function greatestCommonDivisor(first: number, second: number): number {
  let a = first;
  let b = second;
  while (b > 0) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}
