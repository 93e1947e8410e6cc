import type { VariantResult } from '../../spec/result.js';
import { box, label, textWidth, type Drawing } from '../draw.js';
import { formatNumber, formatShare } from '../format.js';
import { markup, shorten, type Markup } from '../html-escape.js';
import { linear, niceTicks } from '../scale.js';
import type { Layer } from '../svg.js';
import { byCodeUnit, shades, sortedKeys, type View } from '../view.js';
import { spread, timeLabels, timeTicks } from './frame.js';
import { serverNodes } from './services.js';

/** An edge and its attempts per call over time. */
export interface AmplifiedEdge {
  readonly edge: string;
  readonly factor: number;
  readonly points: readonly { readonly x: number; readonly y: number | null }[];
}

/** The three edges that multiply calls most, those below 1.02 left out; attempts per call by step. */
export function amplifiedEdges(variant: VariantResult): AmplifiedEdge[] {
  const { timeline } = variant;
  return sortedKeys(variant.edges)
    .map((edge) => ({ edge, factor: variant.edges[edge]!.amplification ?? 1 }))
    .filter(({ factor }) => factor >= 1.02)
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

/** Attempts per call over time, the fault shaded. */
export function amplificationChart(
  view: View,
  variant: VariantResult,
  id: string,
  width: number,
): Drawing {
  const edges = amplifiedEdges(variant);
  const narrow = width < 400;
  const labels = edges.map((e) => shorten(e.edge, 24));
  const room = narrow
    ? 10
    : labels.reduce((most, text) => Math.max(most, textWidth(text, 12)), 0) + 14;
  const margin = {
    left: 36,
    right: Math.min(room, width * 0.42),
    top: 12,
    bottom: narrow ? 34 + 18 * edges.length : 30,
  };
  const height = 200 + (narrow ? 18 * edges.length : 0);
  const top = ceiling(edges);
  const ticks = niceTicks([0, top], 4);
  const x = linear([0, view.result.run.duration], [margin.left, width - margin.right]);
  const y = linear([0, top], [height - margin.bottom, margin.top]);
  const ends = edges.map((e) => y(lastOf(e.points)));
  const places = spread(
    ends.map((at) => at + 4),
    15,
    margin.top + 4,
    height - margin.bottom,
  );
  const layers: Layer[] = [
    { kind: 'spans', spans: shades(view), fill: 'var(--fault)' },
    { kind: 'across', at: ticks, stroke: 'var(--grid)', dash: null },
    ...edges.map((e, i): Layer => ({
      kind: 'line',
      points: e.points.map((p) => ({ x: p.x, y: p.y === null ? null : Math.min(p.y, top) })),
      stroke: INKS[i]!,
      width: i === 0 ? 1.8 : 1.4,
      dash: DASHES[i]!,
    })),
  ];
  return {
    width,
    height,
    title: `Attempts per call over time, ${variant.name}`,
    description: edges
      .map((e) => `${e.edge} ${formatNumber(e.factor)} over the whole run`)
      .join(', '),
    body: [
      view.plot(
        {
          width,
          height,
          margin,
          x: { type: 'linear', domain: [0, view.result.run.duration] },
          y: { type: 'linear', domain: [0, top] },
          layers,
        },
        id,
      ),
      ticks.map((at) =>
        label(
          margin.left - 8,
          y(at) + 4,
          at === 0 ? '0' : `×${formatNumber(at).replace(/\.?0+$/, '')}`,
          { anchor: 'end', size: 11 },
        ),
      ),
      timeLabels(timeTicks(view, 0, view.result.run.duration), x, height - margin.bottom + 18),
      labels.map((text, i) =>
        narrow
          ? label(margin.left, height - 18 * (edges.length - i) + 14, text, {
              fill: INKS[i]!,
              weight: 600,
            })
          : label(width - margin.right + 8, places[i]!, text, {
              fill: INKS[i]!,
              weight: i === 0 ? 600 : undefined,
            }),
      ),
    ],
  };
}

/** Share of each component's busy time that nobody used, the worst first. */
export function wasteRows(
  view: View,
  variant: VariantResult,
): { readonly name: string; readonly wasted: number }[] {
  return serverNodes(view)
    .map((node) => ({ name: node.name, wasted: variant.components[node.name]?.wastedWork ?? 0 }))
    .sort((a, b) => b.wasted - a.wasted || byCodeUnit(a.name, b.name))
    .slice(0, 8);
}

/** Bars of work done in vain, on one scale from 0 to 100 %. */
export function wasteChart(view: View, variant: VariantResult, width: number): Drawing {
  const rows = wasteRows(view, variant);
  const left =
    rows.reduce((most, row) => Math.max(most, textWidth(shorten(row.name, 18), 12)), 0) + 12;
  const scale = linear([0, 1], [0, width - left - 62]);
  const bars: Markup[] = rows.map((row, i) => {
    const y = 6 + i * 23;
    return markup`${label(0, y + 12, shorten(row.name, 18), { fill: 'var(--ink)' })}${box(left, y + 3, scale(1), 10, 'var(--ok-soft)')}${row.wasted > 0 ? box(left, y + 3, Math.max(1, scale(row.wasted)), 10, 'var(--dead)') : null}${label(width, y + 12, formatShare(row.wasted), { anchor: 'end', fill: row.wasted >= 0.05 ? 'var(--bad)' : 'var(--ink2)', weight: row.wasted >= 0.05 ? 600 : undefined })}`;
  });
  return {
    width,
    height: 10 + rows.length * 23,
    title: `Share of busy time spent on results nobody used, ${variant.name}`,
    description: rows.map((row) => `${row.name} ${formatShare(row.wasted)}`).join(', '),
    body: bars,
  };
}

const INKS = ['var(--dead)', 'var(--ink2)', 'var(--ok)'] as const;
const DASHES = [null, null, '4 3'] as const;

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
