import { box, label, stroke, textWidth, attribute } from '../../drawing/draw.js';
import type { Unit } from '../../../text/figures.js';
import { coordinate } from '../../base/format.js';
import { markup, shorten, type Markup } from '../../base/html-escape.js';
import type { Scale } from '../../drawing/scale.js';
import { across, band, line, plotIn, type Plot } from '../../drawing/plot.js';
import type { Look } from '../../drawing/theme.js';
import { spread } from '../../charts/frame.js';
import { statusMark } from '../looks.js';
import type { BudgetStatus } from '../cases.js';
import { scaleOf, tickLabel, within, type Extent } from './chart.js';

/** A variant at a position on the x axis. */
export interface XyPoint {
  readonly x: number;
  /** Null = there is no figure; `word` gives the reason. */
  readonly value: number | null;
  readonly ci95: readonly [number, number] | null;
  readonly word: string | null;
  readonly status: BudgetStatus;
}

/** The points of a variant, ascending in x. */
export interface XySeries {
  readonly look: Look;
  readonly points: readonly XyPoint[];
}

/** A chart of figures over one axis. Sizes in px. */
export interface XySpec {
  readonly width: number;
  readonly height: number;
  readonly unit: Unit;
  readonly x: Extent;
  readonly y: Extent;
  /** Labels under the axis; the first ones get room first. */
  readonly xLabels: readonly { readonly at: number; readonly text: string }[];
  readonly path: string;
  readonly series: readonly XySeries[];
  /** Points are joined by lines and named at their ends; else they are dots. */
  readonly isJoined: boolean;
  readonly limit: { readonly at: number; readonly text: string } | null;
  readonly zones: readonly { readonly from: number; readonly to: number; readonly look: Look }[];
}

/** From this number of points, a line gets a band of intervals instead of a whisker at each point. */
export const BAND_FROM = 13;
const SIZE = 11;
const BOTTOM = 40;

/** The body of a chart of figures over one axis. */
export function xyBody(spec: XySpec): Markup {
  const rows = missingRows(spec);
  const margin = marginOf(spec, rows.length);
  const { width, height } = spec;
  const plot = plotIn(
    { width, height, margin },
    (range) => scaleOf(spec.x, range),
    (range) => scaleOf(spec.y, range),
  );
  const { x, y } = plot;
  const zones = spec.zones.map(({ from, to, look }) => {
    const [left, right] = [x(from), x(to)].sort((a, b) => a - b) as [number, number];
    const wide = Math.max(3, right - left);
    const middle = (left + right) / 2;
    const extra = markup`fill-opacity="0.18"`;
    return box(
      middle - wide / 2,
      margin.top,
      wide,
      height - margin.top - margin.bottom,
      look.color,
      extra,
    );
  });
  const drawn = [
    across(plot, spec.y.ticks, 'var(--grid)'),
    spec.limit && across(plot, [spec.limit.at], 'var(--failing)', '4 3'),
    spec.isJoined && spec.series.map((series) => joined(plot, series, spec.y)),
  ];
  return markup`${zones}${drawn}${spec.series.map((series) => pointMarks(series, x, y, spec.y))}${rows.map((row, i) => missingMarks(row, x, margin.top - 8 - 14 * (rows.length - 1 - i), margin.left))}${limitLabel(spec, y, margin.left)}${axisLabels(spec, x, y, margin.left)}${spec.isJoined && names(spec, y, margin)}`;
}

/** Labels of an axis that do not overlap; the first ones have precedence. */
export function clearLabels(
  labels: XySpec['xLabels'],
  x: Scale,
): readonly { readonly at: number; readonly text: string }[] {
  const kept: { readonly at: number; readonly text: string }[] = [];
  for (const one of labels) {
    const half = textWidth(one.text, SIZE) / 2;
    const isClear = kept.every(
      (other) => Math.abs(x(other.at) - x(one.at)) > half + textWidth(other.text, SIZE) / 2 + 8,
    );
    if (isClear) kept.push(one);
  }
  return kept;
}

function marginOf(spec: XySpec, missing: number) {
  const ticks = spec.y.ticks.map((at) => textWidth(tickLabel(at, spec.unit), SIZE));
  const named = spec.isJoined && spec.series.length > 1;
  const names = named ? spec.series.map(({ look }) => textWidth(nameOf(look, spec), 12) + 14) : [];
  const last = spec.xLabels.map(({ text }) => textWidth(text, SIZE) / 2);
  return {
    left: Math.max(34, ...ticks.map((size) => size + 16)),
    right: Math.max(14, ...names, Math.min(44, Math.max(0, ...last))),
    top: (spec.limit === null ? 14 : 22) + 14 * missing,
    bottom: BOTTOM,
  };
}

function nameOf(look: Look, { width }: XySpec): string {
  return shorten(look.name, width < 500 ? 12 : 22);
}

/** The line of a variant; of many points, on a band of their intervals. */
function joined(plot: Plot, { look, points }: XySeries, extent: Extent): Markup {
  const intervals = points.map(({ x, ci95 }) => {
    const [low, high] = ci95 === null ? [null, null] : within(ci95, extent);
    return { x, low, high };
  });
  const drawn = points.map(({ x, value }) => ({ x, y: value }));
  return markup`${points.length >= BAND_FROM && band(plot, intervals, look.color)}${line(plot, drawn, look)}`;
}

/** A mark for every point, with a whisker of its interval if no band shows it. */
function pointMarks({ look, points }: XySeries, x: Scale, y: Scale, extent: Extent): Markup[] {
  const isBand = points.length >= BAND_FROM;
  return points.flatMap((point) => {
    if (point.value === null) return [];
    const [px, py] = [x(point.x), y(point.value)];
    const [low, high] = within(point.ci95 ?? [point.value, point.value], extent);
    const whisker =
      !isBand && point.ci95 !== null
        ? stroke(
            `M${coordinate(px)} ${coordinate(y(low))}V${coordinate(y(high))}`,
            look.color,
            1.6,
            markup`stroke-opacity="0.7"`,
          )
        : null;
    return [markup`${whisker}${statusMark(look, point.status, px, py)}`];
  });
}

/** A range of positions without a figure. */
interface Missing {
  readonly look: Look;
  readonly word: string;
  readonly from: number;
  readonly to: number;
}

/** Ranges in which a variant has no figure, with one line of the picture for each variant. */
function missingRows({ series }: XySpec): Missing[][] {
  return series.flatMap(({ look, points }) => {
    const row: { -readonly [K in keyof Missing]: Missing[K] }[] = [];
    let open = false;
    for (const point of points) {
      if (point.value !== null || point.word === null) {
        open = false;
        continue;
      }
      const last = row[row.length - 1];
      if (open && last?.word === point.word) last.to = point.x;
      else row.push({ look, word: point.word, from: point.x, to: point.x });
      open = true;
    }
    return row.length === 0 ? [] : [row];
  });
}

function missingMarks(row: readonly Missing[], x: Scale, y: number, left: number): Markup[] {
  return row.map(({ look, word, from, to }, i) => {
    const [x1, x2] = [x(from), x(to)];
    const bar = stroke(
      `M${coordinate(x1 - 3)} ${coordinate(y)}H${coordinate(x2 + 3)}`,
      look.color,
      3,
      look.dash !== null && attribute('stroke-dasharray', '3 2'),
    );
    const room = x1 - (i === 0 ? left : x(row[i - 1]!.to)) - 12;
    const text = shorten(word, 22);
    const isClear = textWidth(text, SIZE) < room;
    return markup`${bar}${isClear && label(x1 - 7, y + 4, text, { anchor: 'end', size: SIZE, fill: look.ink })}`;
  });
}

function limitLabel({ limit, y: { domain } }: XySpec, y: Scale, left: number): Markup | null {
  if (limit === null) return null;
  // Above all lines if it is close to the upper end of the axis.
  const top = y(domain[1]);
  const at = y(limit.at) - top < 16 ? top : y(limit.at);
  return label(left + 8, at - 6, limit.text, {
    size: SIZE,
    fill: 'var(--fault-ink)',
    halo: true,
  });
}

function axisLabels(spec: XySpec, x: Scale, y: Scale, left: number): Markup {
  const { height, width } = spec;
  const ticks = spec.y.ticks.map((at) =>
    label(left - 10, y(at) + 4, tickLabel(at, spec.unit), { anchor: 'end', size: SIZE }),
  );
  const labels = clearLabels(spec.xLabels, x).map(({ at, text }) =>
    label(x(at), height - 23, text, { anchor: 'middle', size: SIZE }),
  );
  const log = spec.x.type === 'log' ? ', log' : '';
  const path = `${shorten(spec.path, Math.floor((width - left) / 6.8))}${log}`;
  return markup`${ticks}${labels}${label(left, height - 5, path, { size: SIZE })}`;
}

/** The variants' names at the ends of their lines. */
function names(
  spec: XySpec,
  y: Scale,
  margin: { readonly right: number; readonly top: number; readonly bottom: number },
): Markup[] {
  if (spec.series.length < 2) return [];
  const ends = spec.series.flatMap(({ look, points }) => {
    const last = points.at(-1);
    if (last === undefined) return [];
    if (last.value !== null) return [{ look, at: y(last.value) + 4 }];
    return last.word === null ? [] : [{ look, at: margin.top - 8 }];
  });
  const places = ends.map(({ at }) => at);
  const ys = spread(places, 14, 12, spec.height - margin.bottom + 4);
  return ends.map(({ look }, i) =>
    label(spec.width - margin.right + 9, ys[i]!, nameOf(look, spec), {
      fill: look.ink,
      weight: 600,
      halo: true,
    }),
  );
}
