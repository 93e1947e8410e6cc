import { boxes, dashed, label, stroke, textWidth, type Area } from '../drawing/draw.js';
import { exactNumber, formatInstant } from '../../text/figures.js';
import { byCodeUnit } from '../../text/order.js';
import { plural } from '../../text/words.js';
import { coordinate } from '../base/format.js';
import type { Markup } from '../base/html-escape.js';
import { niceTicks, type Scale } from '../drawing/scale.js';
import { activeWords, faultMarks, shades, type View } from '../view/view.js';

/**
 * Instants with a label on a time axis `width` px long, in order of precedence: the end and the start, the ends of the
 * headline fault, those of other faults, then round ones. One is left out only where its text would touch
 * another one. `isInside`: texts at both ends do not leave the axis.
 */
export function timeTicks(
  view: View,
  from: number,
  until: number,
  width: number,
  isInside = false,
): number[] {
  const span = until - from;
  const edges = (all: readonly { from: number; until: number }[]): number[] =>
    all.flatMap((one) => [one.from, one.until]);
  const { spans, instants } = faultMarks(view);
  // Both ends of the run; those of a part of it only if they are round.
  const ends = [until, from].filter(
    (at) => at === 0 || at === view.result.run.duration || isRound(at),
  );
  const marked = [...edges(shades(view).slice(0, 1)), ...instants, ...edges(spans)];
  const kept: number[] = [];
  const middle = (at: number): number => {
    const x = ((at - from) / span) * width;
    const half = roomOf(at, until) / 2;
    return isInside ? Math.min(width - half, Math.max(half, x)) : x;
  };
  const isFree = (at: number): boolean =>
    kept.every(
      (other) =>
        Math.abs(middle(other) - middle(at)) >=
        (roomOf(other, until) + roomOf(at, until)) / 2 + BETWEEN,
    );
  const keep = (at: number, least: number): void => {
    if (at < from || at > until || !isFree(at)) return;
    if (kept.every((other) => Math.abs(other - at) > span * least)) kept.push(at);
  };
  for (const at of [...ends, ...marked]) keep(at, 0);
  for (const at of niceTicks([from, until], 4)) keep(at, ROUND_GAP);
  return kept.sort((a, b) => a - b);
}

function isRound(at: number): boolean {
  return Math.abs(at * 10 - Math.round(at * 10)) < 1e-6;
}

/** The least room of an axis beside names, as a share of the width: no name changes its labels. */
export const BESIDE_NAMES = 0.6;

/** Width of a label; that of the last instant has the unit. */
export function roomOf(at: number, until: number): number {
  return textWidth(at === until ? `${tickText(at)} s` : tickText(at), TICK);
}

const TICK = 11;
/** Least distance between two labels. Unit: px. */
const BETWEEN = 6;

/** Round instants between those of faults need this distance, as a share of the axis. */
const ROUND_GAP = 0.18;

/** Labels under a time axis; only the last one has the unit. */
export function timeLabels(ticks: readonly number[], x: Scale, y: number): Markup[] {
  return ticks.map((at, i) =>
    label(x(at), y, i === ticks.length - 1 ? `${tickText(at)} s` : tickText(at), {
      anchor: 'middle',
      size: TICK,
    }),
  );
}

/** The text of an instant on an axis; that of a fault may have any number of digits. */
export function tickText(at: number): string {
  return exactNumber(Math.abs(at) < 0.1 ? Number(at.toPrecision(2)) : Math.round(at * 100) / 100);
}

/** The faults within a window that have a row of their own above a picture, and words for the others. */
export function faultLines(
  view: View,
  [from, until]: readonly [number, number],
): {
  readonly shown: readonly { from: number; until: number; text: string }[];
  readonly words: string | null;
} {
  const { spans, moments } = faultMarks(view);
  const within = [...spans, ...moments].filter((one) => one.from <= until && one.until >= from);
  const all = within
    .toSorted((a, b) => a.from - b.from || a.until - b.until || byCodeUnit(a.words, b.words))
    .map((one) => ({
      from: one.from,
      until: one.until,
      text: `${one.words}, ${one.from === one.until ? formatInstant(one.from) : activeWords(view, one)}${one.whose}`,
    }));
  const left = all.length - MOST_LINES;
  if (left < 2) return { shown: all, words: null };
  return { shown: all.slice(0, MOST_LINES), words: `and ${plural(left, 'more fault')}` };
}

/** Most faults with a row of their own. */
const MOST_LINES = 6;

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
    lines.length === 0 ? null : stroke(lines.join(''), 'var(--ink2)', 1, dashed('2 3')),
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
