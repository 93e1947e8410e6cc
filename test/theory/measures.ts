import type { HistogramData } from '../../src/stats/histogram.js';
import { JOURNAL } from '../../src/contracts/record/record.js';
import type { ComponentResult } from '../../src/contracts/result/components.js';
import type { Ran } from './program.js';

/** Seconds of the result document in ms. */
export const inMs = (seconds: number | null): number => (seconds ?? NaN) * 1000;

/** Requests in the component: waiting and in service, mean over time. */
export function inSystem(component: ComponentResult): number {
  return component.queue!.mean + component.concurrency!.mean;
}

/** The histogram of the first run in the first segment of a part, `s.serve`. */
export function histogramOf(
  ran: Ran,
  part: string,
  of: 'latency' | 'queueWait',
  variant = 0,
): HistogramData {
  const plan = ran.plans[variant];
  const id = plan.parts.findIndex(
    ({ name, component }) => `${plan.components[component].name}.${name}` === part,
  );
  const segments = ran.records[variant][0].parts[id][of];
  if (segments.length !== 1) throw new Error('a case without faults has one segment');
  return segments[0];
}

/** Share of the values above 0. */
export function shareAboveZero({ index, n, count }: HistogramData): number {
  return index[0] === 0 ? 1 - n[0] / count : 1;
}

/** Share of the measured time in which the one instance of a component was up, neither hung nor paused, in the first run. */
export function upShare(ran: Ran, component: string): number {
  const { components, instances, warmupNs, endNs } = ran.plans[0];
  const own = instances.findIndex((one) => components[one.component].name === component);
  const { timeNs, kind, subject, value, dropped } = ran.records[0][0].journal;
  if (dropped > 0) throw new Error('the journal of the run is not whole');
  // The journal counts from the end of the warm-up.
  const lengthNs = endNs - warmupNs;
  let up = 0;
  let since = 0;
  let isUp = true;
  const until = (now: number): void => {
    if (isUp) up += now - since;
    since = now;
  };
  for (let k = 0; k < timeNs.length; k++) {
    if (kind[k] !== JOURNAL.instance || subject[k] !== own) continue;
    until(timeNs[k]);
    isUp = value[k] === 0;
  }
  until(lengthNs);
  return up / lengthNs;
}

/** Standard deviation in ms, from the middles of the buckets. */
export function deviationMs({ index, n, count, subBits, sum }: HistogramData): number {
  const mean = sum / count;
  let squares = 0;
  index.forEach((bucket, k) => {
    const value = bucket === 0 ? 0 : middle(bucket - 1, subBits);
    squares += n[k] * (value - mean) ** 2;
  });
  return Math.sqrt(squares / count) / 1e6;
}

function middle(key: number, subBits: number): number {
  const octave = Math.floor(key / 2 ** subBits);
  const sub = key - octave * 2 ** subBits;
  return 2 ** octave * (1 + (sub + 0.5) / 2 ** subBits);
}

/** Value of a budget of the file in a variant: the metric with its window, in seconds or per second. */
export function budgetValue(ran: Ran, text: string, variant?: string): number {
  const found = ran.variant(variant).budgets.find((one) => one.text.startsWith(text));
  if (found === undefined) throw new Error(`no budget ${text}`);
  return found.value ?? NaN;
}
