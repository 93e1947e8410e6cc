import type { EdgeCounter } from '../../contracts/patterns/policy.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { box, label, widestOf, type Drawing } from '../drawing/draw.js';
import { formatNumber, formatShare } from '../../text/figures.js';
import { listed } from '../base/format.js';
import { markup, shorten, type Markup } from '../base/html-escape.js';
import { linear, niceTicks, type Scale } from '../drawing/scale.js';
import { across, line, plotIn, shaded } from '../drawing/plot.js';
import { byCodeUnit, sortedKeys } from '../../text/order.js';
import { shades, type View } from '../view/view.js';
import { BESIDE_NAMES, spread, timeLabels, timeTicks } from './frame.js';
import { crowdOf } from '../view/crowd.js';

/** An edge with its attempts per call, and by step its attempts sent per call made: those of earlier calls count too. */
export interface AmplifiedEdge {
  readonly edge: string;
  readonly factor: number;
  readonly points: readonly { readonly x: number; readonly y: number | null }[];
}

/** Edges with at least this many attempts per call are shown. */
export const AMPLIFIED = 1.02;

/** The three edges with the most attempts per call, without those below `AMPLIFIED`; by step, attempts sent per call made. */
export function amplifiedEdges(variant: VariantResult): AmplifiedEdge[] {
  const { timeline } = variant;
  return sortedKeys(variant.edges)
    .map((edge) => ({ edge, factor: variant.edges[edge]!.amplification ?? 1 }))
    .filter(({ factor }) => factor >= AMPLIFIED)
    .sort((a, b) => b.factor - a.factor || byCodeUnit(a.edge, b.edge))
    .slice(0, 3)
    .map(({ edge, factor }) => {
      const series = timeline.edges[edge];
      return {
        edge,
        factor,
        points: (series?.attempts ?? []).map((attempts, i) => {
          const calls = series!.calls[i] ?? 0;
          return { x: (i + 0.5) * timeline.step, y: calls > 0 ? attempts / calls : null };
        }),
      };
    });
}

/** Extra attempts on all edges of a variant: `200 retries and 3 hedges`; null if there are none. */
export function extraAttempts(variant: VariantResult): string | null {
  const runs = variant.cascade.verdicts.length;
  const words = (counter: EdgeCounter, one: string, many: string): string[] => {
    const all = sortedKeys(variant.edges).map(
      (edge) => variant.edges[edge]!.counters[counter] ?? 0,
    );
    const mean = all.reduce((sum, count) => sum + count, 0) / runs;
    return mean === 0 ? [] : [`${formatNumber(mean)} ${mean === 1 ? one : many}`];
  };
  const found = [...words('retries', 'retry', 'retries'), ...words('hedges', 'hedge', 'hedges')];
  return found.length === 0 ? null : `${listed(found)}${runs > 1 ? ' in a run' : ''}`;
}

/** Attempts sent per call made, by step, the fault shaded. */
export function amplificationChart(view: View, variant: VariantResult, width: number): Drawing {
  const edges = amplifiedEdges(variant);
  const narrow = width < 400;
  const legend = narrow ? 18 * edges.length : 0;
  const margin = { left: 36, right: endRoom(edges, width), top: 12, bottom: 30 + legend };
  const height = 200 + legend;
  const { duration } = view.result.run;
  const domain: readonly [number, number] = [0, ceiling(edges)];
  const ticks = niceTicks(domain, 4);
  const plot = plotIn(
    { width, height, margin },
    (range) => linear([0, duration], range),
    (range) => linear(domain, range),
  );
  const { x, y, bottom } = plot;
  return {
    width,
    height,
    margin,
    title: `Attempts sent per call made, by step, ${variant.name}`,
    description: edges
      .map((e) => `${e.edge} ${formatNumber(e.factor)} over the whole run`)
      .join(', '),
    body: [
      shaded(plot, shades(view), 'var(--fault)'),
      across(plot, ticks, 'var(--grid)'),
      edges.map(({ points }, i) =>
        line(plot, points, { color: INKS[i]!, width: i === 0 ? 1.8 : 1.4, dash: DASHES[i]! }),
      ),
      ticks.map((at) =>
        label(margin.left - 8, y(at) + 4, factorText(at), { anchor: 'end', size: 11 }),
      ),
      timeLabels(timeTicks(view, 0, duration, width * BESIDE_NAMES), x, bottom + 18),
      narrow
        ? edges.map((edge, i) => edgeName(edge, i, margin.left, bottom + 36 + 18 * i))
        : endNames(edges, y, width - margin.right + 8, margin.top + 4, bottom),
    ],
  };
}

/** Share of each component's busy time that was wasted, the worst first, external ones last. */
export function wasteRows(
  view: View,
  variant: VariantResult,
): { readonly name: string; readonly external: boolean; readonly wasted: number }[] {
  return crowdOf(view)
    .all.map((node) => ({
      name: node.name,
      external: node.external,
      wasted: variant.components[node.name]?.wastedWork ?? 0,
    }))
    .sort(
      (a, b) =>
        Number(a.external) - Number(b.external) ||
        b.wasted - a.wasted ||
        byCodeUnit(a.name, b.name),
    )
    .filter(({ wasted }, _, { length }) => wasted > 0 || length <= BARS)
    .slice(0, BARS);
}

const BARS = 8;

/** Bars of wasted work, on one scale from 0 to 100 %. */
export function wasteChart(view: View, variant: VariantResult, width: number): Drawing {
  const rows = wasteRows(view, variant);
  const left = widestOf(rows.map(nameOf), 12) + 12;
  const scale = linear([0, 1], [0, width - left - 74]);
  const bars: Markup[] = rows.map((row, i) => {
    const y = 6 + i * 23;
    return markup`${label(0, y + 12, nameOf(row), { fill: 'var(--ink)' })}${box(left, y + 3, scale(1), 10, 'var(--ok-soft)')}${row.wasted > 0 ? box(left, y + 3, Math.max(1, scale(row.wasted)), 10, 'var(--dead)') : null}${label(width, y + 12, formatShare(row.wasted), { anchor: 'end', fill: row.wasted >= 0.05 ? 'var(--bad)' : 'var(--ink2)', weight: row.wasted >= 0.05 ? 600 : undefined })}`;
  });
  return {
    width,
    height: 10 + rows.length * 23,
    title: `Share of busy time spent on unused results, ${variant.name}`,
    description: rows.map((row) => `${row.name} ${formatShare(row.wasted)}`).join(', '),
    body: bars,
  };
}

function nameOf(row: { readonly name: string; readonly external: boolean }): string {
  return `${shorten(row.name, 18)}${row.external ? ' (external)' : ''}`;
}

const INKS = ['var(--dead)', 'var(--ink2)', 'var(--ok)'] as const;
const DASHES = [null, null, '4 3'] as const;

/** Room for the names at the ends of the lines; on a phone the names are below. */
function endRoom(edges: readonly AmplifiedEdge[], width: number): number {
  if (width < 400) return 18;
  const names = edges.map(({ edge }) => shorten(edge, 24));
  return Math.min(widestOf(names, 12) * 1.08 + 16, width * 0.42);
}

function endNames(
  edges: readonly AmplifiedEdge[],
  y: Scale,
  x: number,
  top: number,
  bottom: number,
): Markup[] {
  const ends = edges.map((edge) => y(lastOf(edge.points)) + 4);
  const places = spread(ends, 15, top, bottom);
  return edges.map((edge, i) => edgeName(edge, i, x, places[i]!));
}

function edgeName(edge: AmplifiedEdge, i: number, x: number, y: number): Markup {
  return label(x, y, shorten(edge.edge, 24), { fill: INKS[i]!, weight: i === 0 ? 600 : undefined });
}

function factorText(at: number): string {
  return at === 0 ? '0' : `×${String(at)}`;
}

function ceiling(edges: readonly AmplifiedEdge[]): number {
  let top = 2;
  for (const edge of edges)
    for (const point of edge.points) top = Math.max(top, (point.y ?? 0) * 1.04);
  return top;
}

function lastOf(points: AmplifiedEdge['points']): number {
  for (let i = points.length - 1; i >= 0; i--) if (points[i]!.y !== null) return points[i]!.y!;
  return 1;
}
