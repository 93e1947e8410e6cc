import { groupedBy } from '../../text/order.js';
import type { Row, TableCall, TableFacts } from '../tables/read.js';
import { FAMILIES, isOutside, nameIn } from './families.js';
import { quantileOf } from './observe.js';
import type { ReadSeries, Series } from './read.js';
import { gridOf, Growth, type Grid } from './windows.js';

const REQUESTS = 'istio_requests_total';
const TIMES = 'istio_request_duration_milliseconds';
/** Series of one edge. Source: istio.io/latest/docs/reference/config/metrics. */
const KINDS: ReadonlyMap<string, 'requests' | 'sums' | 'counts' | 'buckets'> = new Map([
  [REQUESTS, 'requests'],
  [`${TIMES}_sum`, 'sums'],
  [`${TIMES}_count`, 'counts'],
  [`${TIMES}_bucket`, 'buckets'],
]);
const QUANTILES = [0.5, 0.9, 0.95, 0.99] as const;

/** What is counted between two services. Unit: milliseconds. */
interface Edge {
  readonly from: string;
  readonly to: string;
  readonly requests: Growth;
  readonly failed: Growth;
  readonly sums: Growth;
  readonly counts: Growth;
  /** By upper bound. Unit: seconds. */
  readonly buckets: Map<number, Growth>;
}

/**
 * The requests and times of a mesh as the tables of services and calls have them, with those of each caller apart; null where
 * the series have no sums of times.
 */
export function edgeTables({ series, leftOut }: ReadSeries): TableFacts | null {
  const known = series.filter(({ name, times }) => KINDS.has(name) && times.length > 1);
  const has = (name: string): boolean => known.some((one) => one.name === name);
  const grid = gridOf(known);
  if (grid === null || !has(REQUESTS) || !has(`${TIMES}_sum`)) return null;
  const edges = edgesIn(known, grid);
  const into = groupedBy(edges, ({ to }) => to);
  const services = new Map([...into].map(([name, own]) => [name, rowsOf(own, grid)] as const));
  const outside = new Map<string, number>();
  for (const { from, to, requests } of edges)
    if (isOutside(from)) outside.set(to, (outside.get(to) ?? 0) + requests.total);
  const others = series.filter(({ name }) => !KINDS.has(name) && !isOfProcess(name)).length;
  return {
    services,
    calls: edges.flatMap(callOf),
    outside,
    rows: known.length,
    seconds: grid.length * grid.count,
    leftOut: [
      ...leftOut,
      ...(others > 0
        ? [{ reason: 'series of other metrics than those of the mesh', count: others }]
        : []),
    ],
  };
}

/** Whether a series is about processes, which those of the mesh leave open. */
function isOfProcess(name: string): boolean {
  const fact = FAMILIES.get(name)?.fact;
  return fact !== undefined && !['requests', 'calls', 'times'].includes(fact);
}

/** Edges as their callees report them, or as their callers do where a callee has no proxy. */
function edgesIn(known: readonly Series[], grid: Grid): readonly Edge[] {
  const found = new Map<string, Edge>();
  const reporting = new Set<string>();
  const family = FAMILIES.get(REQUESTS)!;
  const named = known.flatMap((one) => {
    const [from, to] = [nameIn(one, family.caller!), nameIn(one, family.service)];
    if (from === null || to === null) return [];
    const isOwn = one.labels.get('reporter') !== 'source';
    if (isOwn) reporting.add(to);
    return [{ one, from, to, isOwn }];
  });
  for (const { one, from, to, isOwn } of named) {
    if (!isOwn && reporting.has(to)) continue;
    const key = `${from}\n${to}`;
    const edge = found.get(key) ?? emptyEdge(from, to, grid);
    found.set(key, edge);
    addTo(edge, one, grid);
  }
  return [...found.values()].filter(({ requests }) => requests.total > 0);
}

function emptyEdge(from: string, to: string, grid: Grid): Edge {
  const [requests, failed, sums, counts] = Array.from({ length: 4 }, () => new Growth(grid));
  return {
    from,
    to,
    requests: requests!,
    failed: failed!,
    sums: sums!,
    counts: counts!,
    buckets: new Map(),
  };
}

function addTo(edge: Edge, series: Series, grid: Grid): void {
  const gaps = { count: 0, longest: 0, resets: 0 };
  const kind = KINDS.get(series.name)!;
  const code = series.labels.get('response_code') ?? '';
  // Istio writes 0 where no response came.
  if (kind === 'requests' && /^(0|5\d\d)$/.test(code)) edge.failed.add(series, gaps);
  if (kind !== 'buckets') return edge[kind].add(series, gaps);
  const bound = series.labels.get('le') === '+Inf' ? Infinity : Number(series.labels.get('le'));
  const bucket = edge.buckets.get(bound / 1e3) ?? new Growth(grid);
  edge.buckets.set(bound / 1e3, bucket);
  bucket.add(series, gaps);
}

/** Figures of a service in each piece of the time. Its percentiles are those of all requests. */
function rowsOf(edges: readonly Edge[], grid: Grid): ReadonlyMap<number, Row> {
  const buckets = new Map<number, { total: number }>();
  for (const { buckets: own } of edges)
    for (const [bound, { total }] of own)
      buckets.set(bound, { total: total + (buckets.get(bound)?.total ?? 0) });
  const quantiles = new Map(
    QUANTILES.flatMap((share) => {
      const value = quantileOf(buckets, share);
      return value === null ? [] : [[share, value] as const];
    }),
  );
  const rows = new Map<number, Row>();
  for (let piece = 0; piece < grid.count; piece++) {
    const sum = (of: 'requests' | 'failed' | 'sums' | 'counts'): number =>
      edges.reduce((all, edge) => all + (edge[of].rates()[piece]! || 0) * grid.length, 0);
    const [requests, counts] = [sum('requests'), sum('counts')];
    if (requests === 0) continue;
    rows.set(grid.from + piece * grid.length, {
      requests,
      mean: counts > 0 ? sum('sums') / counts / 1e3 : null,
      quantiles,
      failed: Math.min(1, sum('failed') / requests),
    });
  }
  return rows;
}

function callOf({ from, to, requests, sums, counts }: Edge): readonly TableCall[] {
  if (isOutside(from) || from === to) return [];
  const mean = counts.total > 0 ? sums.total / counts.total / 1e3 : null;
  return [{ from, to, requests: requests.total, mean }];
}
