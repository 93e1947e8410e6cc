import type { Series, VariantResult } from '../../contracts/result/result.js';
import type { TopologyNode } from '../../contracts/result/topology.js';
import type { HealthState } from '../../contracts/result/cascade.js';
import {
  areaPath,
  dashed,
  boxes,
  drawnOnce,
  linePath,
  stepPoints,
  type Area,
  type Drawing,
  type Point,
} from '../drawing/draw.js';
import {
  formatCount,
  formatNumber,
  formatRate,
  formatSeconds,
  formatShare,
} from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { coordinate } from '../base/format.js';
import { markup, type Markup, type Part } from '../base/html-escape.js';
import {
  clamp,
  linear,
  logarithmic,
  niceCeiling,
  niceFloor,
  roundCeiling,
  type Scale,
} from '../drawing/scale.js';
import { wholeSteps } from '../view/cut-off.js';
import { crowdOf } from '../view/crowd.js';
import { nodeIn } from '../view/nodes.js';
import { statesOf } from '../view/waiting.js';
import type { View } from '../view/view.js';
import { ref, type Token } from '../drawing/theme.js';
import { shading } from './frame.js';

/** Scales that variants share, so that switching between them compares them. */
export interface ServiceScale {
  readonly rateTop: number;
  readonly latency: readonly [number, number];
  /** Largest number of replicas; if an autoscaler changes it, over all variants. */
  readonly replicas: number;
}

/** One row of the services figure. */
export interface ServiceRow {
  /** The node in this variant. */
  readonly node: TopologyNode;
  readonly series: Series | null;
  readonly scale: ServiceScale;
}

/** The rows of a variant, one for each server shown. */
export function serviceRows(view: View, variant: VariantResult): ServiceRow[] {
  const latency = latencyBounds(view);
  return crowdOf(view).shown.map((shown) => {
    const node = nodeIn(variant, shown);
    return {
      node,
      series: variant.timeline.series[node.name] ?? null,
      scale: {
        rateTop: roundCeiling(largestRate(view, variant, node.name)),
        latency,
        replicas: node.scaling === undefined ? node.replicas : mostRunning(view, node.name),
      },
    };
  });
}

/** The largest number of running processes of a component in any variant. */
function mostRunning(view: View, name: string): number {
  const most = view.result.variants.map(({ timeline }) => largest(timeline.series[name]?.up ?? []));
  return Math.max(1, Math.ceil(Math.max(...most)));
}

/** Workers of all replicas, cores where workers are unlimited; null if neither is limited. */
export function slotsOf(node: TopologyNode, replicas = node.replicas): number | null {
  if (node.concurrency !== null) return node.concurrency * replicas;
  const isStore = node.kind === 'database' || node.kind === 'eventStore';
  return isStore && node.cores !== null ? node.cores * replicas : null;
}

/** Whether a component has slots or a number of processes to draw. */
export function hasSlots({ node, series }: ServiceRow): boolean {
  return (
    series !== null &&
    ((slotsOf(node) !== null && series.busy.length > 0) || (series.up ?? []).length > 0)
  );
}

/** Description of a component, below its name. */
export function nodeWords(node: TopologyNode): string {
  const words: string[] = [];
  if (node.external) words.push('external');
  else if (node.kind === 'eventStore') words.push('event store');
  else if (node.kind !== 'service') words.push(node.kind);
  const { scaling } = node;
  if (scaling !== undefined) {
    const { min, max } = scaling;
    words.push(`${min === max ? '' : `${formatCount(min)} to `}${plural(max, 'replica')}`);
  }
  const count = scaling === undefined ? node.replicas : 1;
  const each = scaling === undefined ? '' : ' each';
  const slots = slotsOf(node, count);
  if (slots !== null) {
    words.push(`${plural(slots, node.concurrency === null ? 'core' : 'slot')}${each}`);
  }
  if (node.queueCapacity !== null && node.queueCapacity > 0) {
    words.push(`queue ${formatCount(node.queueCapacity * count)}${each}`);
  }
  return words.join(', ');
}

/** The panels of a row: rates, latency and slots. */
export function serviceCharts(
  view: View,
  row: ServiceRow,
  variant: VariantResult,
): readonly [Drawing, Drawing, Drawing | null] {
  return drawnOnce(view.result, ['service', variant.name, row.node.name], () => [
    rateChart(view, row, variant),
    latencyChart(view, row, variant),
    slotsChart(view, row, variant),
  ]);
}

/** Arrivals as a line over successful responses as an area, with the state as a ribbon below. */
function rateChart(view: View, row: ServiceRow, variant: VariantResult): Drawing {
  const x = timeScale(view);
  const y = linear([0, row.scale.rateTop], [76, 6]);
  const rate = row.series?.rate ?? [];
  const good = wholeOf(variant, row, 'goodRate');
  const states = row.series === null ? [] : statesOf(variant, row.node.name);
  return {
    ...FRAME,
    title: `${row.node.name}: rates, ${variant.name}`,
    description: `Highest arrival rate ${formatRate(largest(rate))}, lowest success rate ${formatRate(smallest(good))}. ${stateWords(states)}`,
    body: [
      shading(view, x, [0, view.result.run.duration], 0, 76),
      level([76], 'rule'),
      areaOf(points(view, good, x, y), 76),
      line(points(view, rate, x, y), 'dead'),
      ribbon(states, variant.timeline.step, x),
    ],
  };
}

/** p99 of successful responses, log scale, with gaps where nothing succeeded. */
function latencyChart(view: View, row: ServiceRow, variant: VariantResult): Drawing {
  const x = timeScale(view);
  const y = latencyScale(row.scale);
  const p99 = wholeOf(variant, row, 'p99');
  const known = p99.filter((value): value is number => value !== null);
  return {
    ...FRAME,
    title: `${row.node.name}: p99 latency, ${variant.name}`,
    description:
      known.length === 0
        ? 'Nothing succeeded.'
        : `Between ${formatSeconds(smallest(known))} and ${formatSeconds(largest(known))}.`,
    body: [
      shading(view, x, [0, view.result.run.duration], 0, 96),
      level(latencyGrid(row.scale).map(y), 'grid'),
      line(points(view, p99, x, y), 'ink'),
    ],
  };
}

/**
 * Slots in use as a line and the queue as an amber area, both as shares of their capacity. If not all processes run
 * throughout, the share of those that do is a dashed line.
 */
export function slotsChart(view: View, row: ServiceRow, variant: VariantResult): Drawing | null {
  if (!hasSlots(row)) return null;
  const { replicas } = row.scale;
  const slots = slotsOf(row.node, replicas);
  const up = row.series?.up ?? [];
  const busy = slots === null ? [] : (row.series?.busy ?? []);
  const queue = slots === null ? [] : (row.series?.queue ?? []);
  const x = timeScale(view);
  const running = linear([0, replicas], [94, 8]);
  const words = [
    busy.length === 0
      ? 'No limit of slots.'
      : `At most ${formatShare(Math.min(1, largest(busy) / slots!))} of ${formatCount(slots!)} in use, at most ${formatCount(largest(queue))} queued.`,
    up.length === 0
      ? ''
      : ` At least ${formatNumber(smallest(up))} of ${formatCount(replicas)} processes run.`,
  ];
  const room = queueRoom(row);
  const inUse = linear([0, slots ?? 1], [94, 8]);
  const queued = linear([0, room], [94, 8]);
  return {
    ...FRAME,
    title: `${row.node.name}: slots, ${variant.name}`,
    description: words.join(''),
    body: [
      shading(view, x, [0, view.result.run.duration], 0, 96),
      level([94], 'rule'),
      level([8], 'grid'),
      largest(queue) > 0 ? areaOf(points(view, queue, x, queued), 94, 'var(--queue)', 0.6) : null,
      up.length === 0 ? null : line(points(view, up, x, running), 'ink2', dashed('3 2')),
      busy.length === 0 ? null : line(points(view, busy, x, inUse), 'ink'),
    ],
  };
}

/** Queue length that fills the panel: the capacity or, where there is none, the longest queue. */
export function queueRoom(row: ServiceRow): number {
  const { queueCapacity } = row.node;
  const capacity = queueCapacity === null ? 0 : queueCapacity * row.scale.replicas;
  return capacity > 0 ? capacity : Math.max(1, largest(row.series?.queue ?? []));
}

/** Vertical scale of a latency panel's 100 units. */
export function latencyScale(scale: ServiceScale): Scale {
  return logarithmic(scale.latency, [92, 6]);
}

/** Decades inside the latency axis. */
export function latencyGrid(scale: ServiceScale): number[] {
  const grid = DECADES.filter((at) => at >= scale.latency[0] && at <= scale.latency[1]);
  const every = Math.ceil(grid.length / 3);
  return grid.filter((_, i) => (grid.length - 1 - i) % every === 0);
}

const DECADES = Array.from({ length: 15 }, (_, i) => Number(`1e${i - 9}`));

/** Largest of a list, 0 if it is empty. */
export function largest(values: readonly (number | null)[]): number {
  return values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0);
}

/** Thickness of a state's bar of 16: worse is thicker. */
export const THICKNESS: Readonly<Record<HealthState, number>> = {
  ok: 2.5,
  degraded: 7,
  failing: 12,
  down: 16,
};

const FRAME = { width: 1000, height: 100, stretch: true } as const;

/** A series without the steps that the end of the run cuts off. */
function wholeOf(
  variant: VariantResult,
  { series }: ServiceRow,
  metric: 'goodRate' | 'p99',
): (number | null)[] {
  return series === null ? [] : wholeSteps(variant, series, series[metric]);
}

function smallest(values: readonly (number | null)[]): number {
  const known = values.filter((value): value is number => value !== null);
  return known.length === 0 ? 0 : known.reduce((low, value) => Math.min(low, value), Infinity);
}

function timeScale(view: View): Scale {
  return linear([0, view.result.run.duration], [0, 1000]);
}

function points(view: View, values: readonly (number | null)[], x: Scale, y: Scale): Point[] {
  const { step } = view.result.variants[0]!.timeline;
  return stepPoints(values, step, (value) => clamp(y(value), 2, 98), x);
}

function line(points: readonly Point[], token: Token, extra: Part = null): Markup {
  return markup`<path d="${linePath(points)}" stroke="${ref(token)}"${extra} />`;
}

/** Hairlines across a panel. */
function level(at: readonly number[], token: Token): Markup | null {
  if (at.length === 0) return null;
  const path = at.map((y) => `M0 ${coordinate(y)}h1000`).join('');
  return markup`<path d="${path}" stroke="${ref(token)}" stroke-width="1" />`;
}

function areaOf(line: readonly Point[], base: number, fill = 'var(--ok)', opacity = 0.45): Markup {
  return { markup: `<path d="${areaPath(line, base)}" fill="${fill}" fill-opacity="${opacity}"/>` };
}

function ribbon(states: readonly HealthState[], step: number, x: Scale): (Markup | null)[] {
  const bars = new Map<HealthState, Area[]>();
  for (let from = 0; from < states.length;) {
    let until = from + 1;
    while (until < states.length && states[until] === states[from]) until++;
    const state = states[from]!;
    const height = THICKNESS[state] * 0.9;
    const width = x(until * step) - x(from * step);
    const bar = { x: x(from * step), y: 90 - height / 2, width, height };
    bars.set(state, [...(bars.get(state) ?? []), bar]);
    from = until;
  }
  return [...bars].map(([state, areas]) => boxes(areas, `var(--${state})`));
}

function stateWords(states: readonly HealthState[]): string {
  const worst = (['down', 'failing', 'degraded'] as const).find((state) => states.includes(state));
  return worst === undefined ? 'Healthy throughout.' : `At worst ${worst}.`;
}

/** Largest rate over all variants, without those that would flatten this one. */
function largestRate(view: View, variant: VariantResult, name: string): number {
  const rateOf = (v: VariantResult): number => largest(v.timeline.series[name]?.rate ?? []);
  const own = rateOf(variant);
  return view.result.variants
    .map(rateOf)
    .filter((rate) => rate <= own * FLATTENING)
    .reduce((top, rate) => Math.max(top, rate), own);
}

/** True if every variant draws a component's rates to the same scale. */
export function sharesScales(view: View): boolean {
  const { variants } = view.result;
  return crowdOf(view).shown.every(
    ({ name }) =>
      new Set(variants.map((variant) => roundCeiling(largestRate(view, variant, name)))).size === 1,
  );
}

const FLATTENING = 25;

function latencyBounds(view: View): readonly [number, number] {
  const known = BOUNDS.get(view.result);
  if (known !== undefined) return known;
  let low = Infinity;
  let high = 0;
  for (const variant of view.result.variants) {
    for (const node of crowdOf(view).shown) {
      for (const value of variant.timeline.series[node.name]?.p99 ?? []) {
        if (value === null || value <= 0) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
  }
  const top = niceCeiling(high);
  const bounds =
    high === 0 ? ([0.001, 1] as const) : ([Math.min(niceFloor(low), top / 100), top] as const);
  BOUNDS.set(view.result, bounds);
  return bounds;
}

const BOUNDS = new WeakMap<View['result'], readonly [number, number]>();
