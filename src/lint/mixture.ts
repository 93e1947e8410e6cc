import type { Ns } from '../kernel/time.js';
import type { Subject } from './subject.js';

/** A part of a component, and its share of the component's requests without failures. */
export interface Share {
  readonly part: string;
  readonly weight: number;
}

/** The parts of a component that receive requests. */
export function partsOf({ traffic }: Subject, component: string): readonly Share[] {
  const own = (traffic.parts.get(component) ?? [])
    .map((part) => ({ part, rate: traffic.requests.get(part)! }))
    .filter(({ rate }) => rate > 0 && rate < Infinity);
  const total = own.reduce((sum, { rate }) => sum + rate, 0);
  return own.map(({ part, rate }) => ({ part, weight: rate / total }));
}

/** Mean number of requests per second of a component, without failures. */
export function rateIn({ traffic }: Subject, component: string): number {
  let rate = 0;
  for (const part of traffic.parts.get(component) ?? []) rate += traffic.requests.get(part)!;
  return rate;
}

/** Mean time of one request of a component, without queueing. */
export function meanDemand(
  subject: Subject,
  component: string,
): { readonly holdNs: Ns; readonly workNs: Ns } {
  let holdNs = 0;
  let workNs = 0;
  for (const { part, weight } of partsOf(subject, component)) {
    holdNs += weight * subject.demands.holdNs(part);
    workNs += weight * subject.demands.of(part).workNs;
  }
  return { holdNs, workNs };
}
