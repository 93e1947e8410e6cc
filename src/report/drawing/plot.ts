import type { Point } from './draw.js';
import { coordinate } from '../base/format.js';
import { raw, type Markup } from '../base/html-escape.js';
import type { Scale } from './scale.js';
import type { Look } from './theme.js';

/** The margins of a picture around its plot. Unit: px. */
export type Margin = Readonly<Record<'left' | 'right' | 'top' | 'bottom', number>>;

/** Where a plot is drawn: its scales, and its edges in px. */
export interface Plot extends Margin {
  readonly x: Scale;
  readonly y: Scale;
}

/** The plot of a picture: `scales` makes the scale of x from its ends, and that of y from its lower and upper end. */
export function plotIn(
  size: { readonly width: number; readonly height: number; readonly margin: Margin },
  x: (range: readonly [number, number]) => Scale,
  y: (range: readonly [number, number]) => Scale,
): Plot {
  const { width, height, margin } = size;
  const [left, top] = [margin.left, margin.top];
  const [right, bottom] = [width - margin.right, height - margin.bottom];
  return { x: x([left, right]), y: y([bottom, top]), left, right, top, bottom };
}

/** A line through points, with gaps; `isStep`: each value counts until the next point. */
export function line(
  plot: Plot,
  points: readonly Point[],
  { color, width, dash }: Pick<Look, 'color' | 'width' | 'dash'>,
  isStep = false,
): Markup | null {
  if (points.length === 0) return null;
  const runs = runsOf(points, ({ y }) => y !== null).map((run) => {
    const spots = run.map((point) => spot(plot, point.x, point.y!));
    return isStep ? stepped(spots) : spots;
  });
  const path = runs.length === 0 ? '' : `<path d="${linePath(runs)}"></path>`;
  return raw(
    `<g fill="none" stroke="${color}"${width === 1 ? '' : ` stroke-width="${width}"`}${dashed(dash)}>${path}</g>`,
  );
}

/** The area between two lines. */
export function band(
  plot: Plot,
  points: readonly {
    readonly x: number;
    readonly low: number | null;
    readonly high: number | null;
  }[],
  fill: string,
): Markup {
  const runs = runsOf(points, ({ low, high }) => low !== null && high !== null);
  const path = runs.map((run) => {
    const ahead = run.map(({ x, high }) => spot(plot, x, high!));
    const back = run.map(({ x, low }) => spot(plot, x, low!)).reverse();
    return `${absolute([...ahead, ...back])}Z`;
  });
  const area = path.length === 0 ? '' : `<path d="${path.join('')}"></path>`;
  return raw(`<g fill="${fill}" fill-opacity="0.1">${area}</g>`);
}

/** A shape at each point. */
export function marks(
  { x, y }: Plot,
  points: readonly Point[],
  fill: string,
  shape: keyof typeof SHAPES | 'circle',
): Markup | null {
  const shown = points.filter((point) => point.y !== null);
  if (shown.length === 0) return null;
  const each = shown.map((point) => {
    const [across, down] = [coordinate(x(point.x)), coordinate(y(point.y!))];
    return shape === 'circle'
      ? `<circle cx="${across}" cy="${down}" r="3.2"></circle>`
      : `<path transform="translate(${across},${down})" d="${SHAPES[shape]}"></path>`;
  });
  return raw(`<g fill="${fill}">${each.join('')}</g>`);
}

const SHAPES = { square: 'M-2.8,-2.8h5.7v5.7h-5.7Z', triangle: 'M0,-5L4.3,2.5L-4.3,2.5Z' };

/** Parts of the x axis, shaded over the whole height. */
export function shaded(
  { x, top, bottom }: Plot,
  spans: readonly { readonly from: number; readonly until: number }[],
  fill: string,
): Markup | null {
  if (spans.length === 0) return null;
  const each = spans.map(({ from, until }) => {
    const [a, b] = [x(from), x(until)];
    return `<rect x="${coordinate(Math.min(a, b))}" y="${coordinate(top)}" width="${coordinate(Math.abs(b - a))}" height="${coordinate(bottom - top)}"></rect>`;
  });
  return raw(`<g fill="${fill}">${each.join('')}</g>`);
}

/** Lines over the whole width at some values. */
export function across(
  { y, left, right }: Plot,
  at: readonly number[],
  color: string,
  dash: string | null = null,
): Markup | null {
  return rules(
    at.map((value) => [left, right, y(value), y(value)]),
    color,
    dash,
  );
}

/** Lines over the whole height at some values. */
export function upright(
  { x, top, bottom }: Plot,
  at: readonly number[],
  color: string,
  dash: string | null = null,
): Markup | null {
  return rules(
    at.map((value) => [x(value), x(value), top, bottom]),
    color,
    dash,
  );
}

function rules(
  all: readonly (readonly [number, number, number, number])[],
  color: string,
  dash: string | null,
): Markup | null {
  if (all.length === 0) return null;
  const each = all.map((ends) => {
    const [x1, x2, y1, y2] = ends.map(coordinate);
    return `<line x1="${x1!}" x2="${x2!}" y1="${y1!}" y2="${y2!}"></line>`;
  });
  return raw(`<g stroke="${color}"${dashed(dash)}>${each.join('')}</g>`);
}

function dashed(dash: string | null): string {
  return dash === null ? '' : ` stroke-dasharray="${dash}"`;
}

/** A point of a path, in tenths of px. */
interface Spot {
  readonly x: number;
  readonly y: number;
}

function spot(plot: Plot, x: number, y: number): Spot {
  return { x: tenths(plot.x(x)), y: tenths(plot.y(y)) };
}

/** By way of thousandths. */
function tenths(value: number): number {
  return Math.round((Math.round(value * 1000) / 1000) * 10) / 10;
}

/** Neighbours that have a value. */
function runsOf<T>(points: readonly T[], has: (point: T) => boolean): T[][] {
  const runs: T[][] = [];
  let isOpen = false;
  for (const point of points) {
    if (!has(point)) isOpen = false;
    else if (isOpen) runs[runs.length - 1]!.push(point);
    else {
      runs.push([point]);
      isOpen = true;
    }
  }
  return runs;
}

/** The corners of a line whose values count until the next point. */
function stepped(spots: readonly Spot[]): Spot[] {
  return spots.flatMap((own, i) => (i === 0 ? [own] : [{ x: own.x, y: spots[i - 1]!.y }, own]));
}

/** Steps from each point to the next have fewer digits than points. A single point is closed, so that it is drawn. */
function linePath(runs: readonly (readonly Spot[])[]): string {
  if (runs.some((run) => run.length === 1))
    return runs.map((run) => `${absolute(run)}${run.length === 1 ? 'Z' : ''}`).join('');
  return runs
    .map(([first, ...others]) => {
      let [last, path, isOpen] = [first!, '', false];
      others.forEach((next, i) => {
        // Level steps are one.
        if (next.y === last.y && others[i + 1]?.y === last.y) return;
        const [dx, dy] = [coordinate(next.x - last.x), coordinate(next.y - last.y)];
        path += dy === '0' ? `h${dx}` : `${isOpen ? gap(dx) : 'l'}${dx}${gap(dy)}${dy}`;
        isOpen = dy !== '0';
        last = next;
      });
      return `${absolute([first!])}${path}`;
    })
    .join('');
}

function absolute(run: readonly Spot[]): string {
  return run
    .map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${coordinate(x)},${coordinate(y)}`)
    .join('');
}

/** A minus sign separates numbers by itself. */
function gap(next: string): string {
  return next.startsWith('-') ? '' : ' ';
}
