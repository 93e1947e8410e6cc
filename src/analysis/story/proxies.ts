import { meterOf, type MeterOf } from '../measure/meter-of.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import { formatCount } from '../../text/figures.js';
import { bySteps, largestBySteps, type Steps } from '../measure/steps.js';
import type { VariantData } from '../measure/variant-data.js';
import { secondsOf } from './influence.js';
import type { Scene } from './scene.js';
import { BARE, firstSpan } from './unseen.js';

/** The proxies of a service mesh beside the instances of a component, or its waypoint, in one run. */
export interface ProxyLine {
  readonly component: number;
  /** `the proxy of stock`, `the waypoint of stock`. */
  readonly name: string;
  /** Workers of all of them. */
  readonly workers: number;
  /** By step: the share of the workers in use, the mean and the largest number of passes that wait. */
  readonly used: Float64Array;
  readonly queue: Float64Array;
  readonly longest: Float64Array;
  /** The same means by cell, times its length in ns. */
  readonly gauges: { readonly used: Float64Array; readonly queue: Float64Array };
  /** Passes of the measured time that got a worker, and those that wait at its end. */
  readonly served: number;
  readonly left: number;
}

/** All proxies and waypoints with a limited number of workers. */
export function proxyLines(
  { plan }: VariantData,
  record: RunRecord,
  steps: Steps,
): readonly ProxyLine[] {
  const { mesh } = plan;
  if (mesh === null) return [];
  const kinds = [
    { kind: 'proxy', each: mesh.proxy.workers },
    { kind: 'waypoint', each: mesh.waypoint?.workers ?? Infinity },
  ].filter(({ each }) => Number.isFinite(each));
  return kinds.flatMap(({ kind, each }) =>
    plan.components.flatMap(({ name, instances }, component): readonly ProxyLine[] => {
      const used = meterOf(record, 'gauge', `${kind}.utilization`, component);
      const queue = meterOf(record, 'gauge', `${kind}.queue`, component);
      const wait = meterOf(record, 'durations', `${kind}.wait`, component);
      if (used === undefined || queue === undefined || wait === undefined) return [];
      return [
        {
          component,
          name: `the ${kind} of ${name}`,
          workers: each * (kind === 'proxy' ? instances : 1),
          used: meanBySteps(used, steps),
          queue: meanBySteps(queue, steps),
          longest: largestBySteps(queue.max, steps),
          gauges: { used: used.area, queue: queue.area },
          served: wait.segments.reduce((sum, { count }) => sum + count, 0),
          left: queue.end,
        },
      ];
    }),
  );
}

function meanBySteps({ area }: MeterOf<'gauge'>, steps: Steps): Float64Array {
  return bySteps([area], steps).map((sum, step) => sum / steps.lengthNs[step]);
}

/** A pass is short: with fewer workers in use, most find a free one at once. */
const FULL = 0.99;

/** A queue of passes that is empty again sooner is chance. */
const LEAST_NS = 1_000_000_000;

/** Whether all workers of a proxy are in use in a step, while passes wait. */
export function isProxyFull({ used, longest }: ProxyLine, step: number): boolean {
  return used[step] >= FULL && longest[step] >= 1;
}

/** The first time after the first fault that all workers of a proxy are in use. */
export function proxyEvents(scene: Scene, record: RunRecord): readonly StoryEvent[] {
  const { data, steps, baseline } = scene;
  const least = Math.max(2, Math.ceil(LEAST_NS / steps.lengthNs[0]));
  return proxyLines(data, record, steps).flatMap((line) => {
    const isFull = (step: number): boolean => isProxyFull(line, step);
    const span = firstSpan(steps.count, baseline, isFull, least);
    if (span === null) return [];
    const most = Math.max(...line.longest.subarray(...span));
    const kind = 'saturated' as const;
    const subject = data.plan.components[line.component].name;
    const text = `${workersWords(line)} busy, queue up to ${formatCount(most)}`;
    return [{ ...BARE, at: secondsOf(scene, span[0]), kind, subject, text }];
  });
}

/** `1 of 1 workers of the proxy of stock`. */
export function workersWords({ name, workers }: ProxyLine): string {
  const all = formatCount(workers);
  return `${all} of ${all} workers of ${name}`;
}
