import type { Series, VariantResult } from '../../spec/result/result.js';
import type { Drawing } from '../draw.js';
import { formatRate, formatSeconds, formatShare, formatValue } from '../../text/figures.js';
import {
  linear,
  logarithmic,
  niceCeiling,
  niceFloor,
  oneTwoFive,
  roundCeiling,
  type Scale,
} from '../scale.js';
import type { Layer, PlotSpec } from '../svg.js';
import { ghostOf } from './ghost.js';
import { faultMarks, lookOf, requestLabel, shades, type View } from '../view.js';

/** One small picture over time; all variants show the same panels on the same scales. */
export interface Panel {
  readonly key: string;
  /** Description above the picture. */
  readonly words: string;
  readonly request: string;
  readonly metric: 'success' | 'goodRate' | 'p99';
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

/** The panels of a result: success of up to two requests, then the p99 of the first one. */
export function panelsOf(view: View): Panel[] {
  const [first, second] = view.requests;
  if (first === undefined) return [];
  const panels = [successPanel(view, first)];
  panels.push(second === undefined ? ratePanel(view, first) : successPanel(view, second));
  panels.push(latencyPanel(view, first));
  return panels;
}

/** A panel of one variant, stretched to its box; lines keep their width. */
export function panelChart(view: View, panel: Panel, variant: VariantResult, id: string): Drawing {
  const look = lookOf(view, variant.name);
  const series = seriesOf(variant, panel.request);
  const line: Layer = {
    kind: 'line',
    points: pointsOf(view, series, panel),
    stroke: look.color,
    width: look.width,
    dash: null,
  };
  return {
    width: 1000,
    height: 100,
    stretch: true,
    title: `${panel.words}, ${variant.name}`,
    description: phasesOf(view)
      .map((phase) => `${phase.name} ${phaseText(view, panel, variant, phase)}`)
      .join(', '),
    body: view.plot(
      panelSpec(view, panel, series, look.color, [...ghostOf(variant, panel), line], {
        width: 1000,
        height: 100,
      }),
      id,
    ),
  };
}

/** The same panel for a file, with its grid labels and a fixed size. */
export function panelSpec(
  view: View,
  panel: Panel,
  series: Series | null,
  color: string,
  lines: readonly Layer[],
  size: { readonly width: number; readonly height: number },
): PlotSpec {
  const domain: readonly [number, number] = [0, view.result.run.duration];
  const marks = faultMarks(view);
  return {
    ...size,
    margin: { left: 0, right: 0, top: 6, bottom: 4 },
    x: { type: 'linear', domain },
    y: { type: panel.metric === 'p99' ? 'log' : 'linear', domain: panel.domain },
    layers: [
      { kind: 'spans', spans: marks.spans, fill: 'var(--fault)' },
      { kind: 'upright', at: marks.instants, stroke: 'var(--fault-ink)', dash: '2 3' },
      { kind: 'across', at: panel.grid.map((g) => g.at), stroke: 'var(--grid)', dash: null },
      { kind: 'across', at: objectives(view, panel), stroke: 'var(--ink)', dash: '4 3' },
      ...(panel.metric === 'success' && series !== null ? [bandOf(view, series, color)] : []),
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
export function phaseMean(
  view: View,
  panel: Panel,
  variant: VariantResult,
  phase: Phase,
): number | null {
  const series = seriesOf(variant, panel.request);
  if (series === null) return null;
  const { step } = variant.timeline;
  let sum = 0;
  let count = 0;
  pointsOf(view, series, panel).forEach((point, i) => {
    if (point.y === null || (i + 0.5) * step < phase.from || (i + 0.5) * step >= phase.until)
      return;
    sum += point.y;
    count++;
  });
  return count === 0 ? null : sum / count;
}

/** The same, as text in the panel's unit. */
export function phaseText(view: View, panel: Panel, variant: VariantResult, phase: Phase): string {
  const mean = phaseMean(view, panel, variant, phase);
  const unit =
    panel.metric === 'success' ? 'share' : panel.metric === 'p99' ? 'seconds' : 'perSecond';
  return mean === null ? 'nothing answered' : formatValue(mean, unit);
}

/** Series of a request or component of a variant. */
export function seriesOf(variant: VariantResult, subject: string): Series | null {
  return variant.timeline.series[subject] ?? null;
}

/** The line of a panel, points at the middle of their steps. */
export function pointsOf(
  view: View,
  series: Series | null,
  panel: Panel,
): { x: number; y: number | null }[] {
  if (series === null) return [];
  const { step } = view.result.variants[0]!.timeline;
  const [low, high] = panel.domain;
  return series[panel.metric].map((value, i) => ({
    x: (i + 0.5) * step,
    y:
      value === null || (panel.metric === 'p99' && value <= 0)
        ? null
        : Math.min(high, Math.max(low, value)),
  }));
}

function successPanel(view: View, request: string): Panel {
  const domain: readonly [number, number] = [0, 1];
  const aim = view.result.report.slo?.success ?? null;
  const aimed = aim === null ? '' : ` (dashed: the objective of ${formatShare(aim)})`;
  return {
    key: `success-${view.requests.indexOf(request)}`,
    words: `${requestLabel(view, request)}: share that succeeds${aimed}`,
    request,
    metric: 'success',
    domain,
    grid: [1, 0].map((at) => ({ at, text: formatShare(at) })),
  };
}

function ratePanel(view: View, request: string): Panel {
  const top = roundCeiling(maximum(view, request, 'goodRate'));
  return {
    key: 'good',
    words: `${requestLabel(view, request)}: successes per second`,
    request,
    metric: 'goodRate',
    domain: [0, top],
    grid: [top, 0].map((at) => ({ at, text: at === 0 ? '0' : formatRate(at) })),
  };
}

function latencyPanel(view: View, request: string): Panel {
  const top = niceCeiling(maximum(view, request, 'p99'));
  const low = Math.min(niceFloor(minimum(view, request)), top / 10);
  const decades = oneTwoFive(low, top).filter((tick) => tick.toExponential().startsWith('1'));
  return {
    key: 'p99',
    words: `${requestLabel(view, request)}: p99 of answers, log`,
    request,
    metric: 'p99',
    domain: [low, top],
    grid: decades.reverse().map((at) => ({ at, text: formatSeconds(at) })),
  };
}

function maximum(view: View, request: string, metric: 'p99' | 'goodRate'): number {
  let top = 0;
  for (const variant of view.result.variants) {
    for (const value of seriesOf(variant, request)?.[metric] ?? []) top = Math.max(top, value ?? 0);
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

function bandOf(view: View, series: Series, color: string): Layer {
  const { step } = view.result.variants[0]!.timeline;
  return {
    kind: 'band',
    points: series.successBand.map((band, i) => ({
      x: (i + 0.5) * step,
      low: band?.[0] ?? null,
      high: band?.[1] ?? null,
    })),
    fill: color,
    opacity: 0.14,
  };
}
