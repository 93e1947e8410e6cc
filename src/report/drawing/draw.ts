import { coordinate } from '../base/format.js';
import { markup, type Markup, type Part } from '../base/html-escape.js';

/** A picture without its frame, from which both an inline figure and a file are made. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** One line that names the subject. */
  readonly title: string;
  /** The numbers in words, for screen readers. */
  readonly description: string;
  readonly body: Part;
  /** True if the picture is stretched to its box, lines keeping their width. */
  readonly stretch?: boolean;
  /** Room left and right of its plot, for what is read out of it. */
  readonly margin?: { readonly left: number; readonly right: number };
}

/** A point; null y is a gap in the line. */
export interface Point {
  readonly x: number;
  readonly y: number | null;
}

/** Points of a series at the middle of its steps. Steps without a value, and those that `y` leaves out, are gaps. */
export function stepPoints(
  values: readonly (number | null)[],
  step: number,
  y: (value: number) => number | null,
  x: (seconds: number) => number = (seconds) => seconds,
): Point[] {
  return values.map((value, i) => ({
    x: x((i + 0.5) * step),
    y: value === null ? null : y(value),
  }));
}

/** What is drawn of a result, by name. */
const DRAWN = new WeakMap<object, Map<string, unknown>>();

/** What the page and the files of a result share, drawn once. The names of its parts are each on one line. */
export function drawnOnce<T>(
  result: object,
  names: readonly (string | number)[],
  draw: () => T,
): T {
  const all = DRAWN.get(result) ?? new Map<string, unknown>();
  DRAWN.set(result, all);
  const name = names.join('\n');
  if (!all.has(name)) all.set(name, draw());
  return all.get(name) as T;
}

/** The inline `<svg>` of a stretched drawing, whose words are beside it: a page has hundreds of them. */
export function inlineStretched({ width, height, title, description, body }: Drawing): Markup {
  return markup`<svg
    viewBox="0 0 ${coordinate(width)} ${coordinate(height)}"
    role="img"
    aria-label="${title}. ${description}"
    preserveAspectRatio="none"
    class="st ln"
    >${body}</svg
  >`;
}

/** The inline `<svg>` of a drawing; `id` is unique on the page. */
export function inline(drawing: Drawing, id: string): Markup {
  return frameOf(
    drawing,
    id,
    markup`<title id="${id}-t">${drawing.title}</title><desc id="${id}-d">${drawing.description}</desc>`,
  );
}

/** Another size of the drawing `id`. It has the same words, so it refers to them. */
export function inlineAgain(drawing: Drawing, id: string): Markup {
  return frameOf(drawing, id, null);
}

function frameOf({ width, height, stretch, body }: Drawing, id: string, words: Part): Markup {
  return markup`<svg
    viewBox="0 0 ${coordinate(width)} ${coordinate(height)}"
    role="img"
    aria-labelledby="${id}-t ${id}-d"
    ${stretch === true ? STRETCHED : WORDS}
    >${words}${body}</svg
  >`;
}

/** The path through points in whole units, pen lifted at gaps, points on a straight line left out. */
export function linePath(points: readonly Point[], unseen = UNSEEN): string {
  let path = '';
  for (const run of runs(points, unseen)) path += segments(run, 'M');
  return path;
}

/** The closed area between points and a base line. */
export function areaPath(points: readonly Point[], base: number, unseen = UNSEEN): string {
  let path = '';
  for (const run of runs(points, unseen)) {
    const first = run[0]!;
    path += `M${coordinate(first.x)} ${coordinate(base)}${segments(run, 'L')}`;
    path += `V${coordinate(base)}Z`;
  }
  return path;
}

/** A text mark; `anchor` start, middle or end. */
export function label(
  x: number,
  y: number,
  text: Part,
  options: {
    readonly anchor?: 'start' | 'middle' | 'end';
    readonly fill?: string;
    readonly size?: number;
    readonly weight?: number;
    /** Lines stop short of the text. */
    readonly halo?: boolean;
  } = {},
): Markup {
  const { anchor, fill, size, weight, halo } = options;
  return markup`<text
    x="${coordinate(x)}"
    y="${coordinate(y)}"
    ${anchor !== undefined && anchor !== 'start' && attribute('text-anchor', anchor)}${fill !== undefined && attribute('fill', fill)}${size !== undefined && attribute('font-size', size)}${weight !== undefined && attribute('font-weight', weight)}${halo === true && HALO}
    >${text}</text
  >`;
}

/** Lines stop short of the texts with it. */
export const HALO = markup` paint-order="stroke" stroke="var(--bg)" stroke-width="4"`;

/** A rectangle. */
export function box(
  x: number,
  y: number,
  width: number,
  height: number,
  fill: string,
  extra: Part = null,
): Markup {
  return markup`<rect
    x="${coordinate(x)}"
    y="${coordinate(y)}"
    width="${coordinate(Math.max(0, width))}"
    height="${coordinate(height)}"
    fill="${fill}"
    ${extra}
  />`;
}

/** A rectangle among others of one fill. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Rectangles of one fill as one path: a page has thousands of them. */
export function boxes(areas: readonly Area[], fill: string, extra: Part = null): Markup | null {
  if (areas.length === 0) return null;
  const path = areas.map(({ x, y, width, height }) => {
    const [across, down] = [coordinate(Math.max(0, width)), coordinate(height)];
    return `M${coordinate(x)} ${coordinate(y)}h${across}v${down}h-${across}z`;
  });
  return markup`<path d="${path.join('')}" fill="${fill}" ${extra} />`;
}

/** A stroke along a path. */
export function stroke(path: string, color: string, width: number, extra: Part = null): Markup {
  return markup`<path d="${path}" fill="none" stroke="${color}" stroke-width="${width}" ${extra} />`;
}

/** ` name="value"`, escaped. */
export function attribute(name: string, value: string | number): Markup {
  return markup` ${name}="${value}"`;
}

/** The attribute of a dashed line. */
export function dashed(dash: string): Markup {
  return attribute('stroke-dasharray', dash);
}

/** Estimated width of a text in a sans-serif face, a little generous: faces differ by an eighth. */
export function textWidth(text: string, size: number): number {
  let units = 0;
  for (const c of text) {
    units += NARROW_LETTERS.includes(c)
      ? 0.34
      : WIDE_LETTERS.includes(c)
        ? 0.9
        : c >= 'A' && c <= 'Z'
          ? 0.7
          : 0.61;
  }
  return units * size;
}

/** Estimated width of the widest of some texts, 0 without any. */
export function widestOf(texts: readonly string[], size: number): number {
  return texts.reduce((most, text) => Math.max(most, textWidth(text, size)), 0);
}

const NARROW_LETTERS = "iljft.,:;'|!()[] ";
const WIDE_LETTERS = 'mwMW%@→';
const WORDS = markup` font-size="12" fill="var(--ink3)"`;
/** Its words are beside it, in HTML. */
/** The first of many words of a description: the table beside the picture has them all. */
export function described(words: readonly string[], separator: string): string {
  const left = words.length - DESCRIBED;
  const some = words.slice(0, DESCRIBED).join(separator);
  return left > 0 ? `${some}${separator}${left} more in the table` : some;
}

const DESCRIBED = 6;

const STRETCHED = markup` preserveAspectRatio="none" class="st"`;

interface Whole {
  readonly x: number;
  readonly y: number;
}

function runs(points: readonly Point[], unseen: number): Whole[][] {
  const all: Whole[][] = [];
  let open: Whole[] | null = null;
  for (const point of points) {
    if (!isKnown(point)) {
      open = null;
      continue;
    }
    if (open === null) all.push((open = []));
    open.push(point);
  }
  return all.map((run) => straightened(run, unseen).map(({ x, y }) => whole(x, y)));
}

function isKnown(point: Point): point is Whole {
  return point.y !== null;
}

function whole(x: number, y: number): Whole {
  return { x: Math.round(x), y: Math.round(y) };
}

/** Points this close to the line through others are within its width: panels are 76 to 84 px high, lines 1.4 px wide. */
const UNSEEN = 1.4;

/**
 * Leaves out points that lie on the line between the ones that stay, up to `unseen`. From a point that stays, the
 * slopes narrow with each next point; one outside of them ends the straight part before it.
 */
function straightened(run: readonly Whole[], unseen: number): readonly Whole[] {
  const kept = run.slice(0, 1);
  let [low, high] = [-Infinity, Infinity];
  for (let i = 1; i < run.length; i++) {
    const point = run[i]!;
    let start = kept[kept.length - 1]!;
    const slope = (point.y - start.y) / (point.x - start.x);
    if (!(slope >= low && slope <= high)) {
      start = run[i - 1]!;
      kept.push(start);
      [low, high] = [-Infinity, Infinity];
    }
    const [dx, dy] = [point.x - start.x, point.y - start.y];
    low = Math.max(low, (dy - unseen) / dx);
    high = Math.min(high, (dy + unseen) / dx);
  }
  return run.length > 1 ? [...kept, run[run.length - 1]!] : kept;
}

/** Whole numbers relative to the point before: a page has hundreds of thousands of these points. */
function segments(run: readonly Whole[], start: 'M' | 'L'): string {
  let last = run[0]!;
  let path = `${start}${last.x} ${last.y}`;
  if (run.length === 1 && start === 'M') return `${path}h.1`;
  let isOpen = false;
  for (const point of run.slice(1)) {
    const [dx, dy] = [point.x - last.x, point.y - last.y];
    path += dy === 0 ? `h${dx}` : `${isOpen ? gap(dx) : 'l'}${dx}${gap(dy)}${dy}`;
    isOpen = dy !== 0;
    last = point;
  }
  return path;
}

/** A minus sign separates numbers by itself. */
function gap(next: number): string {
  return next < 0 ? '' : ' ';
}
