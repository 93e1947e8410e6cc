import { packed } from '../../browser/readings.js';
import type { MeteredResult } from '../../contracts/result/meters.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { stepPoints, type Drawing } from '../drawing/draw.js';
import {
  exactNumber,
  exactShare,
  formatCount,
  formatRate,
  formatSeconds,
  formatValue,
} from '../../text/figures.js';
import type { Family, FamilyBand, FamilyColumn, FamilyPanel } from '../families/family.js';
import { listed } from '../base/format.js';
import { groupedBy } from '../../text/order.js';
import {
  clamp,
  linear,
  logarithmic,
  niceCeiling,
  roundCeiling,
  type Scale,
} from '../drawing/scale.js';
import type { Markup } from '../base/html-escape.js';
import { across, band, line, plotIn, shaded, upright, type Plot } from '../drawing/plot.js';
import { meteredOf } from '../families/unseen.js';
import { faultMarks, lookOf, type View } from '../view/view.js';

/** The vertical axis of a panel. */
export interface MeterAxis {
  readonly top: number;
  /** The lower end of a logarithmic axis; null if it is linear from 0. */
  readonly floor: number | null;
}

/** Peaks of two variants that differ by more than this factor flatten the lower one on a linear axis. */
const FLATTENING = 20;
/** Shares that all stay below this get an axis of their own if the panel wants one. */
const SMALL_SHARE = 0.5;
/** Decades of a logarithmic axis. */
const DECADES = 1000;

/** The line of a panel: the variants whose values are the same in every step, of which the first one gives the look. */
export interface MeterLine {
  readonly variants: readonly VariantResult[];
  readonly values: readonly (number | null)[];
}

/** The lines of a panel. The winner is drawn last, over the others, and gives the look of a line that it shares. */
export function meterLines(view: View, subject: string, panel: FamilyPanel): readonly MeterLine[] {
  const shown = view.result.variants.filter((variant) => isActive(meteredOf(variant, subject)));
  const isWinner = ({ name }: VariantResult): boolean => name === view.winner;
  // As the page reads them out: a difference that it rounds away is no second line.
  const groups = groupedBy(shown, (variant) => {
    const band = bandIn(variant, subject, panel);
    const bounds = band === null ? [] : [packed(band.low), packed(band.high)];
    return [packed(seriesOf(view, variant, subject, panel)), ...bounds].join(' ');
  });
  return [...groups.values()]
    .map((some) => [...some.filter(isWinner), ...some.filter((one) => !isWinner(one))])
    .sort(([a], [b]) => Number(isWinner(a!)) - Number(isWinner(b!)))
    .map((variants) => ({ variants, values: seriesOf(view, variants[0]!, subject, panel) }));
}

/** `a and b are the same`: names of the lines that several variants share; empty without one. */
export function sharedLines(lines: readonly MeterLine[]): string {
  const shared = lines.filter(({ variants }) => variants.length > 1);
  if (shared.length === 1 && lines.length === 1) return 'the same in every variant';
  return shared
    .map(({ variants }) => `${listed(variants.map(({ name }) => name))} are the same`)
    .join('; ');
}

/** A panel of one subject: a line for every variant with data, all on one scale. */
export function meterChart(
  view: View,
  subject: string,
  panel: FamilyPanel,
  axis: MeterAxis,
  lines: readonly MeterLine[],
): Drawing {
  const size = { width: 1000, height: 100 };
  const { floor, top } = axis;
  const inside = (value: number): number => clamp(value, floor ?? 0, top);
  const marks = faultMarks(view);
  const plot = plotIn(
    { ...size, margin: { left: 0, right: 0, top: 6, bottom: 4 } },
    (range) => linear([0, view.result.run.duration], range),
    () => meterScaleOf(axis),
  );
  return {
    ...size,
    stretch: true,
    title: `${subject}: ${panel.words}`,
    description: lines
      .flatMap(({ variants }) => variants)
      .map((variant) => {
        const most = highest(view, variant, subject, panel);
        return `${variant.name} at most ${formatValue(most, panel.unit)}`;
      })
      .join(', '),
    body: [
      shaded(plot, marks.spans, 'var(--fault)'),
      upright(plot, marks.instants, 'var(--fault-ink)', '2 3'),
      across(plot, gridOf(axis), 'var(--grid)'),
      lines.map(({ variants }) => bandOf(view, plot, variants[0]!, subject, panel, inside)),
      lines.map(({ variants, values }) => {
        const points = stepPoints(values, view.result.run.step, inside);
        return line(plot, points, lookOf(view, variants[0]!.name));
      }),
    ],
  };
}

/** What the panel reads out: each of its lines, by index. */
export function meterReadings(
  { result, readings }: View,
  panel: FamilyPanel,
  lines: readonly MeterLine[],
): readonly number[] {
  return lines.map(({ variants, values }) => {
    const names =
      variants.length === result.variants.length ? ['all'] : variants.map(({ name }) => name);
    return readings.add(result.variants.length > 1 ? listed(names) : '', panel.unit, values);
  });
}

/** A spike above the axis, which ends at its upper edge: the step and the value. */
export function spikeOf(
  lines: readonly MeterLine[],
  { top }: MeterAxis,
): { readonly step: number; readonly value: number } | null {
  let most: { readonly step: number; readonly value: number } | null = null;
  for (const { values } of lines)
    values.forEach((value, step) => {
      if (value !== null && value > top && value > (most?.value ?? 0)) most = { step, value };
    });
  return most;
}

/** Vertical scale of a panel's 100 units. */
export function meterScaleOf({ top, floor }: MeterAxis): Scale {
  return floor === null ? linear([0, top], [96, 6]) : logarithmic([floor, top], [96, 6]);
}

/** Positions of a panel's labels: top and bottom, and the decades between them. */
export function gridOf({ top, floor }: MeterAxis): number[] {
  if (floor === null) return [top, 0];
  const grid: number[] = [top];
  // Labels of lines closer than this would overlap.
  for (let at = floor; at * 3 <= top; at *= 10) grid.push(at);
  return grid;
}

/** The axis of a panel: up to the largest value of any variant, logarithmic where a linear one would hide some. */
export function axisOf(view: View, subject: string, panel: FamilyPanel): MeterAxis {
  if (panel.unit === 'share' && panel.fits !== true) return { top: 1, floor: null };
  const all = peaksIn(view, subject, panel, 0);
  // A spike before the first fault does not flatten what the faults do.
  const first = Math.min(Infinity, ...faultMarks(view).spans.map(({ from }) => from));
  const late = peaksIn(view, subject, panel, Math.floor(first / view.result.run.step));
  const isSpike = late.length > 0 && Math.max(...all) > SPIKE * Math.max(...late);
  const peaks = isSpike ? late : all;
  const most = Math.max(0, ...peaks);
  if (most === 0) return { top: 1, floor: null };
  const top = roundCeiling(most);
  if (panel.unit === 'share') return { top: top < SMALL_SHARE ? top : 1, floor: null };
  const isHidden = panel.band !== undefined && Math.min(...peaks) * FLATTENING < most;
  if (!isHidden) return { top, floor: null };
  return {
    top: panel.unit === 'seconds' ? niceCeiling(most) : top,
    floor: decadeBelow(top / DECADES),
  };
}

/** A peak before the first fault that is this many times as high as all later ones is cut off. */
const SPIKE = 2;

/** The highest values of the variants from a step on, without those that have none. */
function peaksIn(view: View, subject: string, panel: FamilyPanel, from: number): number[] {
  return view.result.variants
    .map((variant) => highest(view, variant, subject, panel, from))
    .filter((peak) => peak > 0);
}

/** True if any variant has data for the panel. */
export function isDrawn(view: View, subject: string, panel: FamilyPanel): boolean {
  return view.result.variants.some((variant) => {
    const own = meteredOf(variant, subject);
    const isShown = own !== null && (panel.when?.(own) ?? true);
    return isShown && highest(view, variant, subject, panel) > 0;
  });
}

/** A label of the axis; the lower end of a logarithmic one includes all smaller values. */
export function axisText(value: number, panel: FamilyPanel, { floor }: MeterAxis): string {
  return value === floor ? `≤${valueText(value, panel)}` : valueText(value, panel);
}

function valueText(value: number, panel: FamilyPanel): string {
  if (value === 0) return '0';
  if (panel.unit === 'share') return exactShare(value);
  if (panel.unit === 'seconds') return formatSeconds(value);
  if (panel.unit === 'perSecond') return formatRate(value);
  return value < 10_000 ? exactNumber(value) : `${formatCount(value / 1000)}k`;
}

/** A figure of a subject in a variant, 0 if it has none. */
export function worstOf(variant: VariantResult, subject: string, column: FamilyColumn): number {
  const own = meteredOf(variant, subject);
  return own === null ? 0 : (column.value(own) ?? 0);
}

/** Variants for which some subject of a family is drawn. */
export function drawnVariants(
  view: View,
  family: Family,
  subjects: readonly string[],
): readonly VariantResult[] {
  return view.result.variants.filter((variant) =>
    subjects.some((subject) => family.panels.length > 0 && isActive(meteredOf(variant, subject))),
  );
}

function bandOf(
  view: View,
  plot: Plot,
  variant: VariantResult,
  subject: string,
  panel: FamilyPanel,
  inside: (value: number) => number,
): Markup | null {
  const own = bandIn(variant, subject, panel);
  if (own === null) return null;
  const points = own.low.map((low, i) => ({
    x: (i + 0.5) * view.result.run.step,
    low: inside(low),
    high: inside(own.high[i]!),
  }));
  return band(plot, points, lookOf(view, variant.name).color);
}

function bandIn(variant: VariantResult, subject: string, panel: FamilyPanel): FamilyBand | null {
  const own = meteredOf(variant, subject);
  return own === null ? null : (panel.band?.(own) ?? null);
}

/** Whether anything was counted: variants that do not use a subject get no line along the bottom. */
function isActive(own: MeteredResult | null): boolean {
  return Object.values(own?.meters ?? {}).some(
    (meter) =>
      (meter.form === 'counter' && meter.total > 0) || (meter.form === 'gauge' && meter.max > 0),
  );
}

/** The highest point of a line, or of its band. */
function highest(
  view: View,
  variant: VariantResult,
  subject: string,
  panel: FamilyPanel,
  from = 0,
): number {
  const values = bandIn(variant, subject, panel)?.high ?? seriesOf(view, variant, subject, panel);
  return values.slice(from).reduce<number>((top, value) => Math.max(top, value ?? 0), 0);
}

function seriesOf(
  view: View,
  variant: VariantResult,
  subject: string,
  panel: FamilyPanel,
): readonly (number | null)[] {
  const own = meteredOf(variant, subject);
  return own === null ? [] : panel.series(own, view.result.run.step);
}

function decadeBelow(value: number): number {
  let decade = 1;
  while (decade > value) decade /= 10;
  while (decade * 10 <= value) decade *= 10;
  return Number(decade.toPrecision(1));
}
