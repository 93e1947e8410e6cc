import type { VariantResult } from '../../contracts/result/result.js';
import { drawnOnce } from '../draw.js';
import { logSteps, niceCeiling, niceFloor } from '../scale.js';
import type { View } from '../view.js';

export type Bounds = readonly [number, number];
export type Population = 'latency' | 'successLatency';

/** Share of requests without a successful response after a time. */
export interface LossPoint {
  readonly seconds: number;
  readonly share: number;
}

/** Share of all finished requests that still wait for a successful response or never get one, by log-spaced time. */
export function lossPoints(
  view: View,
  variant: VariantResult,
  domain: Bounds,
): readonly LossPoint[] {
  return drawnOnce(view.result, ['loss points', variant.name, ...domain], () => {
    const { finished, bins } = pooled(view, variant, 'successLatency');
    return countsUpTo(bins, domain).map(({ seconds, count }) => ({
      seconds,
      share: finished === 0 ? 1 : 1 - count / finished,
    }));
  });
}

/** Share of a population that finished within a time. */
export function cumulativePoints(
  view: View,
  variant: VariantResult,
  population: Population,
  domain: Bounds,
): readonly LossPoint[] {
  return drawnOnce(view.result, ['points', population, variant.name, ...domain], () => {
    const { own, bins } = pooled(view, variant, population);
    if (own === 0) return [];
    return countsUpTo(bins, domain).map(({ seconds, count }) => ({ seconds, share: count / own }));
  });
}

/** What the pictures read out: the share of each variant at equal steps of the axis, by index. */
export function lossReadings(view: View): readonly number[] {
  const domain = latencyDomain(view);
  return readingsOf(view, (variant) => lossPoints(view, variant, domain));
}

/** The same of the cumulative picture of a population. */
export function cumulativeReadings(view: View, population: Population): readonly number[] {
  const domain = latencyDomain(view);
  return readingsOf(view, (variant) => cumulativePoints(view, variant, population, domain));
}

function readingsOf(
  { result: { variants }, readings }: View,
  pointsOf: (variant: VariantResult) => readonly LossPoint[],
): readonly number[] {
  return variants.map((variant) => {
    const shares = pointsOf(variant).map(({ share }) => share);
    return readings.add(variants.length > 1 ? variant.name : '', 'share', shares);
  });
}

/** Bounds of the latency axis that fit every variant, at 1, 2 or 5 times a power of ten. */
export function latencyDomain(view: View): [number, number] {
  let low = Infinity;
  let high = 0;
  for (const variant of view.result.variants) {
    const { latency } = variant.summary;
    const start = variant.summary.successLatency.p50.value ?? latency.p50.value;
    if (start !== null) low = Math.min(low, start / 5);
    high = Math.max(high, latency.p999.value ?? 0, latency.p99.value ?? 0);
  }
  if (!(low > 0) || !Number.isFinite(low)) low = 1e-3;
  return [niceFloor(low), Math.max(niceCeiling(high), niceFloor(low) * 10)];
}

/** Share of requests that never succeed. */
export function lostShare(view: View, variant: VariantResult): number {
  const { own, finished } = pooled(view, variant, 'successLatency');
  return finished === 0 ? 1 : (finished - own) / finished;
}

/** All requests of users of a variant: their number, that of a population, and its times, ascending, with counts. */
interface Pooled {
  readonly finished: number;
  readonly own: number;
  readonly bins: readonly (readonly [number, number])[];
}

function pooled({ result }: View, variant: VariantResult, population: Population): Pooled {
  return drawnOnce(result, [population, variant.name], () => pooledOf(result, variant, population));
}

function pooledOf(
  { topology }: View['result'],
  variant: VariantResult,
  population: Population,
): Pooled {
  const bins: [number, number][] = [];
  let finished = 0;
  let own = 0;
  for (const node of topology.nodes) {
    const component = node.kind === 'workload' ? variant.components[node.name] : undefined;
    if (component === undefined) continue;
    finished += component.latency.count;
    own += component[population].count;
    const { histogram } = component[population];
    histogram?.upTo.forEach((at, i) => bins.push([at, histogram.n[i]!]));
  }
  bins.sort((a, b) => a[0] - b[0]);
  return { finished, own, bins };
}

/** How many are done at each step of a time axis. */
function countsUpTo(
  bins: Pooled['bins'],
  domain: Bounds,
): readonly { readonly seconds: number; readonly count: number }[] {
  let [next, count] = [0, 0];
  return logSteps(domain).map((seconds) => {
    while (next < bins.length && bins[next]![0] <= seconds * (1 + 1e-9)) count += bins[next++]![1];
    return { seconds, count };
  });
}
