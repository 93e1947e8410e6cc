import type { VariantResult } from '../../contracts/result/result.js';
import { drawnOnce } from '../drawing/draw.js';
import { logSteps, niceCeiling, niceFloor } from '../drawing/scale.js';
import type { View } from '../view/view.js';

export type Bounds = readonly [number, number];

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
    const { finished, bins } = answersOf(view, variant);
    let [next, count] = [0, 0];
    return logSteps(domain).map((seconds) => {
      while (next < bins.length && bins[next]![0] <= seconds * (1 + 1e-9))
        count += bins[next++]![1];
      return { seconds, share: finished === 0 ? 1 : 1 - count / finished };
    });
  });
}

/** What the picture reads out: the share of each variant at equal steps of the axis, by index. */
export function lossReadings(view: View): readonly number[] {
  const { variants } = view.result;
  const domain = latencyDomain(view);
  return variants.map((variant) => {
    const shares = lossPoints(view, variant, domain).map(({ share }) => share);
    return view.readings.add(variants.length > 1 ? variant.name : '', 'share', shares);
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
  const { succeeded, finished } = answersOf(view, variant);
  return finished === 0 ? 1 : (finished - succeeded) / finished;
}

/** The requests of all users of a variant. */
interface Answers {
  readonly finished: number;
  readonly succeeded: number;
  /** Times of the successful ones, ascending, with their counts. */
  readonly bins: readonly (readonly [number, number])[];
}

function answersOf({ result }: View, variant: VariantResult): Answers {
  return drawnOnce(result, ['answers', variant.name], () => {
    const users = result.topology.nodes.filter(({ kind }) => kind === 'workload');
    const bins: [number, number][] = [];
    let [finished, succeeded] = [0, 0];
    for (const { name } of users) {
      const component = variant.components[name];
      if (component === undefined) continue;
      finished += component.latency.count;
      succeeded += component.successLatency.count;
      const { histogram } = component.successLatency;
      histogram?.upTo.forEach((at, i) => bins.push([at, histogram.n[i]!]));
    }
    bins.sort((a, b) => a[0] - b[0]);
    return { finished, succeeded, bins };
  });
}
