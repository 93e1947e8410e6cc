import { box, label, stroke } from '../draw.js';
import { coordinate, formatCount, NARROW } from '../format.js';
import type { Markup } from '../html-escape.js';
import { niceTicks, type Scale } from '../scale.js';
import { shades, type View } from '../view.js';

/** Instants worth a label on a time axis: start, both ends of the fault where there is room, the end of the run. */
export function timeTicks(view: View, from: number, until: number): number[] {
  const span = until - from;
  const marks = shades(view)
    .slice(0, 1)
    .flatMap((s) => [s.from, s.until]);
  const wanted =
    marks.length > 0 ? [until, ...marks, from] : [from, until, ...niceTicks([from, until], 4)];
  const kept: number[] = [];
  for (const at of wanted) {
    if (at < from || at > until) continue;
    if (kept.every((other) => Math.abs(other - at) > span * 0.1)) kept.push(at);
  }
  return kept.sort((a, b) => a - b);
}

/** Labels under a time axis, the unit at the last one only. */
export function timeLabels(ticks: readonly number[], x: Scale, y: number): Markup[] {
  return ticks.map((at, i) =>
    label(x(at), y, i === ticks.length - 1 ? `${tickText(at)}${NARROW}s` : tickText(at), {
      anchor: 'middle',
      size: 11,
    }),
  );
}

/** The text of an instant on an axis. */
export function tickText(at: number): string {
  return Math.abs(at - Math.round(at)) < 1e-9 ? formatCount(at) : String(Number(at.toFixed(2)));
}

/** The shaded spans of the headline fault, cut to a window. */
export function shading(
  view: View,
  x: Scale,
  window: readonly [number, number],
  top: number,
  bottom: number,
): Markup[] {
  return shades(view)
    .map((s) => ({ from: Math.max(window[0], s.from), until: Math.min(window[1], s.until) }))
    .filter((s) => s.until > s.from)
    .map((s) => box(x(s.from), top, x(s.until) - x(s.from), bottom - top, 'var(--fault)'));
}

/** A hairline from one x to another. */
export function gridLine(x1: number, x2: number, y: number, color = 'var(--grid)'): Markup {
  return stroke(`M${coordinate(x1)} ${coordinate(y)}H${coordinate(x2)}`, color, 1);
}

/** Moves labels apart by a distance, their order kept, all of them inside bounds. */
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
