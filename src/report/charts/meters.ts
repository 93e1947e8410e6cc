import type { MeteredResult } from '../../contracts/result/meters.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { stepPoints, type Drawing } from '../draw.js';
import {
  exactNumber,
  exactShare,
  formatCount,
  formatRate,
  formatSeconds,
  formatValue,
} from '../../text/figures.js';
import type { Family, FamilyBand, FamilyColumn, FamilyPanel } from '../family.js';
import { clamp, linear, logarithmic, niceCeiling, roundCeiling, type Scale } from '../scale.js';
import type { Markup } from '../html-escape.js';
import { across, band, line, plotIn, shaded, upright, type Plot } from '../plot.js';
import { meteredOf } from '../unseen.js';
import { faultMarks, lookOf, type View } from '../view.js';

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

/** A panel of one subject: a line for every variant with data, all on one scale. */
export function meterChart(
  view: View,
  subject: string,
  panel: FamilyPanel,
  axis: MeterAxis,
): Drawing {
  const size = { width: 1000, height: 100 };
  const { floor, top } = axis;
  const inside = (value: number): number => clamp(value, floor ?? 0, top);
  // The winner is drawn last, over the others.
  const shown = view.result.variants.filter((variant) => isActive(meteredOf(variant, subject)));
  const ordered = [
    ...shown.filter(({ name }) => name !== view.winner),
    ...shown.filter(({ name }) => name === view.winner),
  ];
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
    description: shown
      .map((variant) => {
        const most = highest(view, variant, subject, panel);
        return `${variant.name} at most ${formatValue(most, panel.unit)}`;
      })
      .join(', '),
    body: [
      shaded(plot, marks.spans, 'var(--fault)'),
      upright(plot, marks.instants, 'var(--fault-ink)', '2 3'),
      across(plot, gridOf(axis), 'var(--grid)'),
      ordered.map((variant) => bandOf(view, plot, variant, subject, panel, inside)),
      ordered.map((variant) => {
        const series = seriesOf(view, variant, subject, panel);
        const points = stepPoints(series, view.result.run.step, inside);
        return line(plot, points, lookOf(view, variant.name));
      }),
    ],
  };
}

/** What the panel reads out: the line of each variant, by index. */
export function meterReadings(view: View, subject: string, panel: FamilyPanel): readonly number[] {
  return view.result.variants
    .filter((variant) => isActive(meteredOf(variant, subject)))
    .map((variant) =>
      view.readings.add(
        view.result.variants.length > 1 ? variant.name : '',
        panel.unit,
        seriesOf(view, variant, subject, panel),
      ),
    );
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
  const peaks = view.result.variants
    .map((variant) => highest(view, variant, subject, panel))
    .filter((peak) => peak > 0);
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
function highest(view: View, variant: VariantResult, subject: string, panel: FamilyPanel): number {
  const values = bandIn(variant, subject, panel)?.high ?? seriesOf(view, variant, subject, panel);
  return values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0);
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
