import { coordinate } from './format.js';
import { markup, type Markup, type Part } from './html-escape.js';

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
}

/** A point; null y is a gap in the line. */
export interface Point {
  readonly x: number;
  readonly y: number | null;
}

/** The inline `<svg>` of a drawing; `id` is unique on the page. */
export function inline(drawing: Drawing, id: string): Markup {
  const { width, height, stretch } = drawing;
  return markup`<svg
    viewBox="0 0 ${coordinate(width)} ${coordinate(height)}"
    role="img"
    aria-labelledby="${id}-t ${id}-d"
    ${stretch === true ? STRETCHED : WORDS}
  >
    <title id="${id}-t">${drawing.title}</title>
    <desc id="${id}-d">${drawing.description}</desc>
    ${drawing.body}
  </svg>`;
}

/** The path through points in whole units, pen lifted at gaps, points on a level line left out. */
export function linePath(points: readonly Point[]): string {
  let path = '';
  for (const run of runs(points)) path += segments(run, 'M');
  return path;
}

/** The closed area between points and a base line. */
export function areaPath(points: readonly Point[], base: number): string {
  let path = '';
  for (const run of runs(points)) {
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

const HALO = markup` paint-order="stroke" stroke="var(--bg)" stroke-width="4"`;

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

/** A stroke along a path. */
export function stroke(path: string, color: string, width: number, extra: Part = null): Markup {
  return markup`<path d="${path}" fill="none" stroke="${color}" stroke-width="${width}" ${extra} />`;
}

/** ` name="value"`, escaped. */
export function attribute(name: string, value: string | number): Markup {
  return markup` ${name}="${value}"`;
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

const NARROW_LETTERS = "iljft.,:;'|!()[] ";
const WIDE_LETTERS = 'mwMW%@→';
const WORDS = markup` font-size="12" fill="var(--ink3)"`;
/** Its words are beside it, in HTML. */
const STRETCHED = markup` preserveAspectRatio="none" class="st"`;

function runs(points: readonly Point[]): { readonly x: number; readonly y: number }[][] {
  const all: { readonly x: number; readonly y: number }[][] = [];
  let open: { readonly x: number; readonly y: number }[] | null = null;
  for (const { x, y } of points) {
    if (y === null) {
      open = null;
      continue;
    }
    if (open === null) all.push((open = []));
    open.push({ x: Math.round(x), y: Math.round(y) });
  }
  return all;
}

/** Whole numbers relative to the point before: a page has hundreds of thousands of these points. */
function segments(
  run: readonly { readonly x: number; readonly y: number }[],
  start: 'M' | 'L',
): string {
  let last = run[0]!;
  let path = `${start}${coordinate(last.x)} ${coordinate(last.y)}`;
  if (run.length === 1 && start === 'M') return `${path}h.1`;
  let isOpen = false;
  for (let i = 1; i < run.length; i++) {
    const point = run[i]!;
    const after = run[i + 1];
    if (after !== undefined && after.y === point.y && run[i - 1]!.y === point.y) continue;
    const [dx, dy] = [point.x - last.x, point.y - last.y];
    const steps = `${dx}${dy < 0 ? '' : ' '}${dy}`;
    path += dy === 0 ? `h${dx}` : `${isOpen ? (dx < 0 ? '' : ' ') : 'l'}${steps}`;
    isOpen = dy !== 0;
    last = point;
  }
  return path;
}
