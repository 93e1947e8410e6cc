import { boxes, dashed, label, stroke, type Area } from '../drawing/draw.js';
import { exactNumber } from '../../text/figures.js';
import { coordinate } from '../base/format.js';
import type { Markup } from '../base/html-escape.js';
import { niceTicks, type Scale } from '../drawing/scale.js';
import { faultMarks, shades, type View } from '../view/view.js';

/**
 * Instants with a label on a time axis, in order of precedence: the end of the run, the ends of the headline fault,
 * the start, the ends of other faults, then round ones where there is room. `gap`: the smallest distance, as a share
 * of the axis.
 */
export function timeTicks(view: View, from: number, until: number, gap = 0.1): number[] {
  const span = until - from;
  const edges = (all: readonly { from: number; until: number }[]): number[] =>
    all.flatMap((one) => [one.from, one.until]);
  const { spans, instants } = faultMarks(view);
  const marked = [until, ...edges(shades(view).slice(0, 1)), from, ...instants, ...edges(spans)];
  const kept: number[] = [];
  const keep = (at: number, room: number): void => {
    if (at < from || at > until) return;
    if (kept.every((other) => Math.abs(other - at) > span * room)) kept.push(at);
  };
  for (const at of marked) keep(at, gap);
  for (const at of niceTicks([from, until], 4)) keep(at, Math.max(gap, ROUND_GAP));
  return kept.sort((a, b) => a - b);
}

/** Round instants between those of faults need this distance. */
const ROUND_GAP = 0.18;

/** Labels under a time axis; only the last one has the unit. */
export function timeLabels(ticks: readonly number[], x: Scale, y: number): Markup[] {
  return ticks.map((at, i) =>
    label(x(at), y, i === ticks.length - 1 ? `${tickText(at)} s` : tickText(at), {
      anchor: 'middle',
      size: 11,
    }),
  );
}

/** The text of an instant on an axis; that of a fault may have any number of digits. */
export function tickText(at: number): string {
  return exactNumber(Math.abs(at) < 0.1 ? Number(at.toPrecision(2)) : Math.round(at * 100) / 100);
}

/** The spans of the headline fault within a window: for the small charts of each service. */
export function shading(
  view: View,
  x: Scale,
  window: readonly [number, number],
  top: number,
  bottom: number,
): Markup | null {
  return boxes(spansIn(shades(view), x, window, top, bottom), 'var(--fault)');
}

/** All faults within a window: their spans shaded, an upright line for one that is over at once. */
export function faultShading(
  view: View,
  x: Scale,
  window: readonly [number, number],
  top: number,
  bottom: number,
): readonly (Markup | null)[] {
  const marks = faultMarks(view);
  const spans = spansIn(joinedSpans(marks.spans), x, window, top, bottom);
  const lines = marks.instants
    .filter((at) => at >= window[0] && at <= window[1])
    .map((at) => `M${coordinate(x(at))} ${coordinate(top)}V${coordinate(bottom)}`);
  return [
    boxes(spans, 'var(--fault)'),
    lines.length === 0 ? null : stroke(lines.join(''), 'var(--fault-ink)', 1, dashed('2 3')),
  ];
}

function spansIn(
  spans: readonly { readonly from: number; readonly until: number }[],
  x: Scale,
  window: readonly [number, number],
  top: number,
  bottom: number,
): Area[] {
  return spans
    .map((s) => ({ from: Math.max(window[0], s.from), until: Math.min(window[1], s.until) }))
    .filter((s) => s.until > s.from)
    .map((s) => ({ x: x(s.from), y: top, width: x(s.until) - x(s.from), height: bottom - top }));
}

/** Spans without those parts that another one covers. */
function joinedSpans(
  spans: readonly { readonly from: number; readonly until: number }[],
): readonly { readonly from: number; readonly until: number }[] {
  const all: { from: number; until: number }[] = [];
  for (const { from, until } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last !== undefined && from <= last.until) last.until = Math.max(last.until, until);
    else all.push({ from, until });
  }
  return all;
}

/** A hairline from one x to another. */
export function gridLine(x1: number, x2: number, y: number, color = 'var(--grid)'): Markup {
  return stroke(`M${coordinate(x1)} ${coordinate(y)}H${coordinate(x2)}`, color, 1);
}

/** Moves labels apart to a minimal distance, in the same order and within bounds. */
export function spread(
  positions: readonly number[],
  distance: number,
  low: number,
  high: number,
): number[] {
  const order = positions.map((_, i) => i).sort((a, b) => positions[a]! - positions[b]! || a - b);
  const placed = positions.slice();
  let last = -Infinity;
  for (const i of order) {
    placed[i] = Math.max(placed[i]!, last + distance, low);
    last = placed[i]!;
  }
  let next = high;
  for (const i of order.reverse()) {
    placed[i] = Math.min(placed[i]!, next);
    next = placed[i]! - distance;
  }
  return placed;
}
