import type { VariantResult } from '../../contracts/result/result.js';
import { boxes, label, widestOf, type Area, type Drawing } from '../drawing/draw.js';
import { formatInstant } from '../../text/figures.js';
import { shorten, type Markup } from '../base/html-escape.js';
import { linear } from '../drawing/scale.js';
import { plural } from '../../text/words.js';
import { byCodeUnit, sortedKeys } from '../../text/order.js';
import { type View } from '../view/view.js';
import { BESIDE_NAMES, shading, timeLabels, timeTicks } from './frame.js';

/** One breaker: an edge, a calling instance, and the intervals in which it is not closed. */
export interface BreakerLane {
  readonly edge: string;
  readonly instance: string;
  /** It is in a dry run. */
  readonly dryRun: boolean;
  readonly intervals: readonly {
    readonly from: number;
    readonly until: number;
    readonly state: string;
  }[];
}

/** At most sixteen breakers of a variant, those that opened first. */
export function breakerLanes(view: View, variant: VariantResult): BreakerLane[] {
  const end = view.result.run.duration;
  const lanes: BreakerLane[] = [];
  for (const edge of sortedKeys(variant.edges)) {
    const { breaker } = variant.edges[edge]!;
    if (breaker === null) continue;
    const instances = [...new Set(breaker.transitions.map((t) => t.instance))].sort(byCodeUnit);
    for (const instance of instances) {
      const changes = breaker.transitions
        .filter((t) => t.instance === instance)
        .sort((a, b) => a.at - b.at);
      const intervals = changes.map((change, i) => ({
        from: Math.max(0, change.at),
        until: Math.min(end, changes[i + 1]?.at ?? end),
        state: change.state,
      }));
      lanes.push({
        edge,
        instance,
        dryRun: breaker.dryRun,
        // A probe that ends immediately has no duration but is kept.
        intervals: intervals.filter(
          (s) =>
            // The warm-up is not shown.
            s.until >= 0 && (s.state === 'halfOpen' || (s.state !== 'closed' && s.until > s.from)),
        ),
      });
    }
  }
  return lanes
    .filter((lane) => lane.intervals.length > 0)
    .sort((a, b) => byCodeUnit(a.edge, b.edge) || byCodeUnit(a.instance, b.instance))
    .slice(0, 16);
}

/** A lane per breaker: thin closed, thick open, amber half-open. */
export function breakerChart(view: View, variant: VariantResult, width: number): Drawing {
  const lanes = breakerLanes(view, variant);
  const window = windowOf(view, lanes);
  const names = lanes.map((lane) => nameOf(lanes, lane));
  const left = Math.min(width * 0.36, widestOf(names, 12) + 16);
  const x = linear(window, [left, width - 14]);
  const bottom = 8 + lanes.length * BREAKER_LANE;
  return {
    width,
    height: bottom + 26,
    title: `Breaker states per calling instance, ${variant.name}`,
    description: lanes.map((lane) => describe(lane)).join('; '),
    body: [
      shading(view, x, window, 2, bottom),
      names.map((name, i) => label(0, 12 + BREAKER_LANE * (i + 0.5), name, { fill: 'var(--ink)' })),
      laneMarks(lanes, x, window),
      timeLabels(timeTicks(view, window[0], window[1], width * BESIDE_NAMES), x, bottom + 18),
    ],
  };
}

/** Height of the lane of a breaker. */
export const BREAKER_LANE = 24;

function nameOf(lanes: readonly BreakerLane[], lane: BreakerLane): string {
  // The name of a breaker on a single called instance contains both instances.
  if (lane.instance.includes('->')) return shorten(lane.instance.replace('->', ' → '), 26);
  const several = new Set(lanes.map((l) => l.edge)).size > 1;
  return shorten(
    several ? `${lane.instance} → ${lane.edge.slice(lane.edge.indexOf('->') + 2)}` : lane.instance,
    26,
  );
}

/** Probes are drawn last: one without duration would be hidden under the next interval. */
function laneMarks(
  lanes: readonly BreakerLane[],
  x: (at: number) => number,
  window: readonly [number, number],
): (Markup | null)[] {
  const y = (lane: number): number => 8 + BREAKER_LANE * (lane + 0.5);
  const across = x(window[1]) - x(window[0]);
  const closed = lanes.map((_, i) => ({
    x: x(window[0]),
    y: y(i) - 1.25,
    width: across,
    height: 2.5,
  }));
  const open: Area[] = [];
  const probing: Area[] = [];
  lanes.forEach((lane, i) => {
    for (const { state, ...interval } of lane.intervals) {
      const isProbe = state === 'halfOpen';
      const from = Math.max(window[0], interval.from);
      const until = Math.min(window[1], interval.until);
      if (until < from || (until === from && !isProbe)) continue;
      const width = Math.max(isProbe ? 2.5 : 1, x(until) - x(from));
      (isProbe ? probing : open).push({ x: x(from), y: y(i) - 6, width, height: 12 });
    }
  });
  return [
    boxes(closed, 'var(--ok)'),
    boxes(open, 'var(--down)'),
    boxes(probing, 'var(--degraded)'),
  ];
}

/** The part of the run in which breakers are not closed, with a margin of an eighth. */
function windowOf(view: View, lanes: readonly BreakerLane[]): [number, number] {
  const end = view.result.run.duration;
  let from = view.headline?.spans[0]?.from ?? end;
  let until = view.headline?.spans[0]?.until ?? 0;
  for (const lane of lanes) {
    for (const interval of lane.intervals) {
      from = Math.min(from, interval.from);
      until = Math.max(until, interval.until);
    }
  }
  const margin = Math.max((until - from) / 8, view.result.run.step * 2);
  const { step } = view.result.run;
  const whole = (at: number): number => Number((Math.round(at / step) * step).toPrecision(12));
  return [Math.max(0, whole(from - margin)), Math.min(end, whole(until + margin))];
}

function describe(lane: BreakerLane): string {
  const opened = lane.intervals.filter((s) => s.state === 'open');
  const first = opened[0]?.from ?? lane.intervals[0]!.from;
  return `${lane.instance}: opens at ${formatInstant(first)}, open ${plural(opened.length, 'time')}, last not closed at ${formatInstant(lane.intervals[lane.intervals.length - 1]!.until)}`;
}
