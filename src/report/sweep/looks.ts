import type { BudgetStatus } from './cases.js';
import { coordinate } from '../base/format.js';
import { markup, raw, type Markup } from '../base/html-escape.js';
import { looksOf, type Look } from '../drawing/theme.js';

/** The looks of the variants of a sweep, those of a run without a winner: the first one is the baseline. */
export function sweepLooks(variants: readonly string[]): Look[] {
  return looksOf(
    variants.map((name, i) => ({ name, baseline: i === 0 })),
    null,
  );
}

/** The mark of a variant at a point, with a distinct shape, so that a difference never depends on colour alone. */
export function shapeMark(look: Look, x: number, y: number): Markup {
  return raw(`<path d="${shapeAt(look, x, y)}" fill="${look.color}" />`);
}

/** The same for a status of its budgets: a cross in its colour where one fails, hollow where one is undecided. */
export function statusMark(look: Look, status: BudgetStatus, x: number, y: number): Markup {
  if (status === 'fails')
    return markup`<path
      d="M${coordinate(x - 3.5)} ${coordinate(y - 3.5)}l7 7m0 -7l-7 7"
      fill="none"
      stroke="${look.color}"
      stroke-width="2"
    />`;
  if (status !== 'undecided') return shapeMark(look, x, y);
  return markup`<path
    d="${shapeAt(look, x, y)}"
    fill="var(--bg)"
    stroke="${look.color}"
    stroke-width="1.5"
  />`;
}

function shapeAt(look: Look, x: number, y: number): string {
  return `M${coordinate(x)} ${coordinate(y)}${SHAPES[look.index % SHAPES.length]!}`;
}

/** Circle, square, triangle, diamond about a point. */
const SHAPES = [
  'm-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0 -6.4 0z',
  'm-2.9 -2.9h5.8v5.8h-5.8z',
  'm0 -3.8l3.7 6.4h-7.4z',
  'm0 -4.1l4.1 4.1l-4.1 4.1l-4.1 -4.1z',
];
