import type { Series, VariantResult } from '../../spec/result/result.js';
import { stepPoints, type Drawing, type Point } from '../draw.js';
import { formatRate, formatSeconds, formatShare, formatValue } from '../../text/figures.js';
import {
  clamp,
  decadesIn,
  linear,
  logarithmic,
  niceCeiling,
  niceFloor,
  roundCeiling,
  type Scale,
} from '../scale.js';
import { lineLayer, type Layer, type PlotSpec } from '../svg.js';
import { ghostOf } from './ghost.js';
import { wholeSteps } from '../cut-off.js';
import { faultMarks, lookOf, requestLabel, shades, type View } from '../view.js';

/** One small picture over time; all variants show the same panels on the same scales. */
export interface Panel {
  readonly key: string;
  /** The request, or all of them. */
  readonly whose: string;
  /** Description above the picture, which starts with `whose`. */
  readonly words: string;
  readonly request: string;
  readonly metric: 'success' | 'goodRate' | 'p99';
  /** Requests whose arrivals the panel shows, summed; empty for shares and durations. */
  readonly arrivals: readonly string[];
  readonly domain: readonly [number, number];
  /** Lines of the grid, with their labels, top first. */
  readonly grid: readonly { readonly at: number; readonly text: string }[];
}

/** A part of the run, over which a series is averaged. */
export interface Phase {
  readonly name: string;
  readonly from: number;
  readonly until: number;
}

/** The panels of a result: success of up to two requests, arrivals of all, then the p99 of the first one. */
export function panelsOf(view: View): Panel[] {
  const [first, second] = view.requests;
  if (first === undefined) return [];
  return [
    successPanel(view, first),
    ...(second === undefined ? [] : [successPanel(view, second)]),
    ratePanel(view),
    latencyPanel(view, first),
  ];
}

/** A panel of one variant, stretched to its box; lines keep their width. */
export function panelChart(view: View, panel: Panel, variant: VariantResult, id: string): Drawing {
  const look = lookOf(view, variant.name);
  const series = seriesOf(variant, panel.request);
  const line = lineLayer({ ...look, dash: null }, pointsOf(variant, panel));
  const grey = { color: 'var(--ink3)', width: 1.2, dash: null };
  const arrivals = lineLayer(grey, arrivalPoints(variant, panel));
  const band = panel.metric === 'success' && series !== null;
  return {
    width: 1000,
    height: 100,
    stretch: true,
    title: `${panel.words}, ${variant.name}`,
    description: phasesOf(view)
      .map((phase) => `${phase.name} ${phaseText(panel, variant, phase)}`)
      .join(', '),
    body: view.plot(
      id,
      panelSpec(view, panel, [
        ...(band ? [bandOf(variant, series, look.color)] : []),
        ...(panel.arrivals.length > 0 ? [arrivals] : []),
        ...ghostOf(variant, panel),
        line,
      ]),
    ),
  };
}

function panelSpec(view: View, panel: Panel, lines: readonly Layer[]): PlotSpec {
  const domain: readonly [number, number] = [0, view.result.run.duration];
  const marks = faultMarks(view);
  return {
    width: 1000,
    height: 100,
    margin: { left: 0, right: 0, top: 6, bottom: 4 },
    x: { type: 'linear', domain },
    y: { type: panel.metric === 'p99' ? 'log' : 'linear', domain: panel.domain },
    layers: [
      { kind: 'spans', spans: marks.spans, fill: 'var(--fault)' },
      { kind: 'upright', at: marks.instants, stroke: 'var(--fault-ink)', dash: '2 3' },
      { kind: 'across', at: panel.grid.map((g) => g.at), stroke: 'var(--grid)', dash: null },
      { kind: 'across', at: objectives(view, panel), stroke: 'var(--ink)', dash: '4 3' },
      ...lines,
    ],
  };
}

function objectives({ result }: View, panel: Panel): number[] {
  const success = result.report.slo?.success ?? null;
  return panel.metric !== 'success' || success === null ? [] : [success];
}

/** Vertical scale of a panel's 100 units. */
export function panelScale(panel: Panel): Scale {
  return panel.metric === 'p99'
    ? logarithmic(panel.domain, [96, 6])
    : linear(panel.domain, [96, 6]);
}

/** Before, during and after the headline fault; without a fault, the entire run. */
export function phasesOf(view: View): Phase[] {
  const end = view.result.run.duration;
  const spans = shades(view);
  const [first] = spans;
  if (first === undefined) return [{ name: 'whole run', from: 0, until: end }];
  const last = spans[spans.length - 1]!;
  return [
    { name: 'before', from: 0, until: first.from },
    { name: 'during', from: first.from, until: last.until },
    { name: 'after', from: last.until, until: end },
  ].filter((phase) => phase.until > phase.from);
}

/** The mean of a panel's series over a phase; steps without a value do not count. */
export function phaseMean(panel: Panel, variant: VariantResult, phase: Phase): number | null {
  return meanOf(pointsOf(variant, panel), phase);
}

function meanOf(points: readonly Point[], { from, until }: Phase): number | null {
  let sum = 0;
  let count = 0;
  for (const { x, y } of points) {
    if (y === null || x < from || x >= until) continue;
    sum += y;
    count++;
  }
  return count === 0 ? null : sum / count;
}

/** The same, as text in the panel's unit. */
export function phaseText(panel: Panel, variant: VariantResult, phase: Phase): string {
  const mean = phaseMean(panel, variant, phase);
  if (panel.metric === 'goodRate') {
    const arrived = meanOf(arrivalPoints(variant, panel), phase);
    return `${formatRate(mean ?? 0)} of ${formatRate(arrived ?? 0)}`;
  }
  const unit = panel.metric === 'success' ? 'share' : 'seconds';
  return mean === null ? 'nothing answered' : formatValue(mean, unit);
}

/** Series of a request or component of a variant. */
export function seriesOf(variant: VariantResult, subject: string): Series | null {
  return variant.timeline.series[subject] ?? null;
}

/** The line of a panel, points at the middle of their steps; steps that the end of the run cuts off have none. */
export function pointsOf(variant: VariantResult, panel: Panel): Point[] {
  const values =
    panel.arrivals.length > 0 ? summed(variant, panel, 'goodRate') : ownValues(variant, panel);
  return stepPoints(values, variant.timeline.step, (value) =>
    panel.metric === 'p99' && value <= 0 ? null : clamp(value, ...panel.domain),
  );
}

/** Arrivals of a panel. They are complete up to the end of the run. */
function arrivalPoints(variant: VariantResult, panel: Panel): Point[] {
  return stepPoints(summed(variant, panel, 'rate'), variant.timeline.step, (value) => value);
}

function ownValues(variant: VariantResult, panel: Panel): (number | null)[] {
  const series = seriesOf(variant, panel.request);
  return series === null ? [] : wholeSteps(variant, series, series[panel.metric]);
}

/** Sum over the requests of a panel; null where one of them is cut off. */
function summed(
  variant: VariantResult,
  { arrivals }: Panel,
  metric: 'rate' | 'goodRate',
): (number | null)[] {
  const all = arrivals.flatMap((request) => {
    const series = seriesOf(variant, request);
    if (series === null) return [];
    return [metric === 'rate' ? series.rate : wholeSteps(variant, series, series.goodRate)];
  });
  return (all[0] ?? []).map((_, i) =>
    all.reduce<number | null>((sum, one) => {
      const value = one[i] ?? null;
      return sum === null || value === null ? null : sum + value;
    }, 0),
  );
}

function successPanel(view: View, request: string): Panel {
  const domain: readonly [number, number] = [0, 1];
  const aim = view.result.report.slo?.success ?? null;
  const aimed = aim === null ? '' : ` (dashed: the objective of ${formatShare(aim)})`;
  return {
    key: `success-${view.requests.indexOf(request)}`,
    whose: requestLabel(view, request),
    words: `${requestLabel(view, request)}: share that succeeds${aimed}`,
    request,
    metric: 'success',
    arrivals: [],
    domain,
    grid: [1, 0].map((at) => ({ at, text: formatShare(at) })),
  };
}

function ratePanel(view: View): Panel {
  const [first, ...others] = view.requests;
  const whose = others.length === 0 ? requestLabel(view, first!) : 'all requests';
  const every: Omit<Panel, 'domain' | 'grid'> = {
    key: 'good',
    whose,
    words: `${whose}: arrivals (grey) and successes per second`,
    request: first!,
    metric: 'goodRate',
    arrivals: view.requests,
  };
  const panel: Panel = { ...every, domain: [0, 1], grid: [] };
  const top = roundCeiling(
    view.result.variants.reduce(
      (most, variant) =>
        arrivalPoints(variant, panel).reduce((high, { y }) => Math.max(high, y ?? 0), most),
      0,
    ),
  );
  return {
    ...every,
    domain: [0, top],
    grid: [top, 0].map((at) => ({ at, text: at === 0 ? '0' : formatRate(at) })),
  };
}

function latencyPanel(view: View, request: string): Panel {
  const top = niceCeiling(maximum(view, request));
  const low = Math.min(niceFloor(minimum(view, request)), top / 10);
  return {
    key: 'p99',
    whose: requestLabel(view, request),
    words: `${requestLabel(view, request)}: p99 of answers, log`,
    request,
    metric: 'p99',
    arrivals: [],
    domain: [low, top],
    grid: decadesIn(low, top)
      .reverse()
      .map((at) => ({ at, text: formatSeconds(at) })),
  };
}

function maximum(view: View, request: string): number {
  let top = 0;
  for (const variant of view.result.variants) {
    for (const value of seriesOf(variant, request)?.p99 ?? []) top = Math.max(top, value ?? 0);
  }
  return top > 0 ? top : 1;
}

function minimum(view: View, request: string): number {
  let low = Infinity;
  for (const variant of view.result.variants) {
    for (const value of seriesOf(variant, request)?.p99 ?? [])
      if (value !== null && value > 0) low = Math.min(low, value);
  }
  return Number.isFinite(low) ? low : 0.001;
}

function bandOf(variant: VariantResult, series: Series, color: string): Layer {
  const { step } = variant.timeline;
  return {
    kind: 'band',
    points: wholeSteps(variant, series, series.successBand).map((band, i) => ({
      x: (i + 0.5) * step,
      low: band?.[0] ?? null,
      high: band?.[1] ?? null,
    })),
    fill: color,
    opacity: 0.14,
  };
}
