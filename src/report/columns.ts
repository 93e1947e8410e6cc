import type { Estimate } from '../spec/result/estimate.js';
import type { Comparison, Result, VariantResult } from '../spec/result/result.js';
import { studentQuantile } from '../stats/student.js';
import { PLAIN_COLUMN, type Column } from './column.js';
import { unseenColumns } from './columns-unseen.js';
import { formatValue } from '../text/figures.js';
import { requestLabel, type View } from './view.js';

/** A value compared with that of the baseline. */
export interface Difference {
  readonly difference: number | null;
  readonly ci95: readonly [number, number] | null;
  readonly verdict: Comparison['verdict'];
}

/** Success, goodput, loss during the fault, recovery, effects that no request shows, load on the system, spread. */
export function outcomeColumns(view: View): Column[] {
  return [...userColumns(view), ...unseenColumns(view), ...costColumns(view)];
}

/** Latency quantiles of successful responses, or of all finished requests. */
export function latencyColumns(view: View, population: 'successLatency' | 'latency'): Column[] {
  return (['p50', 'p95', 'p99', 'p999'] as const).map((quantile) => ({
    ...PLAIN_COLUMN,
    key: `${population}.${quantile}`,
    head: quantile === 'p999' ? 'p99.9' : quantile,
    of: population === 'latency' ? 'all' : 'answered',
    unit: 'seconds',
    pick: (v) => v.summary[population][quantile],
    paths: workloadPaths(view, `${population}.${quantile}`),
  }));
}

/** The difference to the baseline: from the comparisons, else paired over the replications. */
export function differenceOf(view: View, column: Column, variant: VariantResult): Difference {
  for (const path of column.paths) {
    const found = view.result.comparisons.find((c) => c.of === variant.name && c.metric === path);
    if (found !== undefined) return found;
  }
  if (view.result.incomplete !== undefined && (variant.unfinished ?? !hasBaseline(view)))
    return { difference: null, ci95: null, verdict: 'unknown' };
  return pairedDifference(column, variant, view.baseline);
}

/** Whether all replications of the baseline are available for comparison. */
function hasBaseline({ baseline }: View): boolean {
  return baseline.baseline && baseline.unfinished === undefined;
}

/** The best variants of a column: one, or all that do not differ significantly from the best. */
export interface Winner {
  readonly names: readonly string[];
  /** True if the data show that they are equal, not merely that there is too little data. */
  readonly alike: boolean;
}

/** The winner of a column; null if nothing was measured or there is only one variant. */
export function winnerOf(column: Column, variants: readonly VariantResult[]): Winner | null {
  const known = variants.filter((variant) => {
    if (variant.unfinished !== undefined) return false;
    return column.pick(variant).value !== null && neverCount(column, variant) === 0;
  });
  if (known.length === 0 || variants.length < 2) return null;
  const sign = column.better === 'more' ? -1 : 1;
  const [first, ...others] = known
    .slice()
    .sort((a, b) => sign * (column.pick(a).value! - column.pick(b).value!));
  const verdictOver = (other: VariantResult): Difference['verdict'] =>
    pairedDifference(column, first!, other).verdict;
  const level = others.filter((other) => verdictOver(other) !== 'better');
  return {
    names: variants.filter((v) => v === first || level.includes(v)).map((v) => v.name),
    alike: level.every((other) => verdictOver(other) === 'same'),
  };
}

/** The text of a value, with `never` where it has none. */
export function cellText(column: Column, variant: VariantResult): string {
  const { value } = column.pick(variant);
  if (value === null && column.missing !== null && neverCount(column, variant) > 0)
    return column.missing;
  return valueText(column, value);
}

/** A value of a column in its unit. */
export function valueText(column: Column, value: number | null): string {
  if (value === 0 && column.zero !== undefined) return column.zero;
  return formatValue(value, column.unit);
}

/** Number of replications of a variant in which a column's event never happened. */
export function neverCount(column: Column, variant: VariantResult): number {
  return column.never?.(variant) ?? 0;
}

/** Names of the variants with the best text in a column; none if all texts are equal. */
export function bestOf(column: Column, variants: readonly VariantResult[]): ReadonlySet<string> {
  let best: number | null = null;
  for (const variant of variants) {
    const { value } = column.pick(variant);
    if (value === null || neverCount(column, variant) > 0) continue;
    if (variant.unfinished !== undefined) continue;
    if (best === null || (column.better === 'more' ? value > best : value < best)) best = value;
  }
  if (best === null) return new Set();
  const text = valueText(column, best);
  const names = variants
    .filter((one) => one.unfinished === undefined && cellText(column, one) === text)
    .map((variant) => variant.name);
  return new Set(names.length === variants.length ? [] : names);
}

/** The workload, where there is exactly one. */
function onlyWorkload(result: Result): string | null {
  const workloads = result.topology.nodes.filter((node) => node.kind === 'workload');
  return workloads.length === 1 ? workloads[0]!.name : null;
}

function userColumns(view: View): Column[] {
  const columns: Column[] = [
    {
      ...PLAIN_COLUMN,
      key: 'success',
      head: 'Success',
      of: 'whole run',
      unit: 'share',
      better: 'more',
      pick: (v) => v.summary.success,
      paths: workloadPaths(view, 'success'),
    },
    {
      ...PLAIN_COLUMN,
      key: 'goodput',
      head: 'Goodput',
      of: 'whole run',
      unit: 'perSecond',
      better: 'more',
      pick: (v) => v.summary.goodput,
      paths: workloadPaths(view, 'goodput'),
    },
  ];
  const { headline } = view;
  if (headline === null) return columns;
  columns.push(...duringColumns(view, headline.id), {
    ...PLAIN_COLUMN,
    key: 'recovery',
    head: 'Recovery',
    of: 'after fault',
    unit: 'seconds',
    pick: (v) => v.summary.recovery,
    paths: workloadPaths(view, `recovery after ${headline.id}`),
    missing: 'never',
    never: (v) => v.summary.recovery.never,
  });
  return columns;
}

function duringColumns(view: View, fault: string): Column[] {
  const { during } = view.baseline.summary;
  const requests = view.requests.filter((request) =>
    during.some((d) => d.request === request && d.fault === fault),
  );
  return requests.slice(0, 3).map((request) => ({
    ...PLAIN_COLUMN,
    key: `during.${request}`,
    head: capital(requestLabel(view, request)),
    of: 'during fault',
    unit: 'share',
    better: 'more',
    pick: (v) =>
      v.summary.during.find((d) => d.request === request && d.fault === fault)?.success ?? NOTHING,
    paths: [`${request}.success during ${fault}`],
  }));
}

function costColumns(view: View): Column[] {
  const edge = amplifiedEdge(view.result);
  const calls: Column[] = [
    {
      ...PLAIN_COLUMN,
      key: 'attempts',
      head: 'Attempts',
      of: 'per request',
      pick: (v) => v.summary.attemptsPerRequest,
      paths: ['attemptsPerRequest'],
      note: 'Attempts: on edges between components, per user request.',
    },
    {
      ...PLAIN_COLUMN,
      key: 'amplification',
      head: 'Amplified',
      of: 'worst edge',
      pick: (v) => v.summary.amplification,
      paths: edge === null ? [] : [`${edge}.amplification`],
    },
  ];
  // If no component calls another, nothing can be amplified.
  const calling = view.result.variants.some((v) => (v.summary.attemptsPerRequest.value ?? 0) > 0);
  const columns: Column[] = [
    ...pricedColumns(view),
    ...(calling ? calls : []),
    {
      ...PLAIN_COLUMN,
      key: 'wasted',
      head: 'Wasted',
      of: 'of work',
      unit: 'share',
      pick: (v) => v.summary.wasted,
      paths: ['wastedWork'],
    },
  ];
  if (view.headline === null) return columns;
  columns.push({
    ...PLAIN_COLUMN,
    key: 'blastRadius',
    head: 'Blast',
    of: 'components',
    pick: (v) => v.summary.blastRadius,
    paths: ['cascade.blastRadius'],
    note: 'Blast: components that degraded and that no fault hit directly.',
  });
  return columns;
}

function pricedColumns({ result }: View): Column[] {
  if (result.variants.every((v) => v.summary.costPerMillion === undefined)) return [];
  return [
    {
      ...PLAIN_COLUMN,
      key: 'cost',
      head: 'Cost',
      of: 'per million',
      pick: (v) => v.summary.costPerMillion ?? NOTHING,
      paths: ['run.costPerMillion'],
      note: 'Cost: of all components, per million successful requests, by report.prices.',
    },
  ];
}

/**
 * The path of a user metric: that of the only workload. With several workloads there is no comparison over all of
 * them.
 */
function workloadPaths(view: View, name: string): string[] {
  const workload = onlyWorkload(view.result);
  return workload === null ? [] : [`${workload}.${name}`];
}

function amplifiedEdge(result: Result): string | null {
  const edges = new Set(result.variants.map((variant) => variant.summary.amplification.edge));
  return edges.size === 1 ? [...edges][0]! : null;
}

/** Student's t on the differences of replications, centred on the difference of the pooled values. */
export function pairedDifference(
  column: Column,
  variant: VariantResult,
  baseline: VariantResult,
): Difference {
  const one = column.pick(variant);
  const two = column.pick(baseline);
  if (one.value === null || two.value === null)
    return { difference: null, ci95: null, verdict: 'unknown' };
  const difference = one.value - two.value;
  const pairs: number[] = [];
  one.each.forEach((value, i) => {
    const other = two.each[i];
    if (value !== null && other !== null && other !== undefined) pairs.push(value - other);
  });
  if (pairs.length < 2)
    return { difference, ci95: null, verdict: difference === 0 ? 'same' : 'unknown' };
  const mean = pairs.reduce((a, b) => a + b, 0) / pairs.length;
  const variance = pairs.reduce((a, b) => a + (b - mean) * (b - mean), 0) / (pairs.length - 1);
  const half = studentQuantile(0.975, pairs.length - 1) * Math.sqrt(variance / pairs.length);
  const ci95: readonly [number, number] = [difference - half, difference + half];
  const alike = Math.abs(two.value) * ALIKE;
  if (ci95[0] >= -alike && ci95[1] <= alike) return { difference, ci95, verdict: 'same' };
  if (ci95[0] <= 0 && ci95[1] >= 0) return { difference, ci95, verdict: 'unknown' };
  return {
    difference,
    ci95,
    verdict: difference > 0 === (column.better === 'more') ? 'better' : 'worse',
  };
}

/** First letter in upper case. */
export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** An interval within this share of the baseline is no difference. */
const ALIKE = 0.01;

const NOTHING: Estimate = { value: null, ci95: null, each: [] };
