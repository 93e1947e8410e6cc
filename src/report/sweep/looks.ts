import type { BudgetStatus } from './cases.js';
import { coordinate } from '../format.js';
import { markup, raw, type Markup } from '../html-escape.js';
import { ref, type Look, type Token } from '../theme.js';

/** Colour and dash of each variant of a sweep, in their order; a single variant is drawn in ink. */
export function sweepLooks(variants: readonly string[]): Look[] {
  return variants.map((name, index) => {
    const style = variants.length === 1 ? ALONE : STYLES[index % STYLES.length]!;
    return {
      index,
      name,
      className: `v${index}`,
      color: ref(style.token),
      ink: ref(style.ink ?? style.token),
      dash: style.dash,
      width: 1.8,
      mark: null,
    };
  });
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

interface Style {
  readonly token: Token;
  readonly ink?: Token;
  readonly dash: string | null;
}

const ALONE: Style = { token: 'best', ink: 'ink', dash: null };
const STYLES: readonly Style[] = [
  { token: 's2', dash: null },
  { token: 's1', dash: '6 2' },
  { token: 'best', ink: 'ink', dash: null },
  { token: 's3', dash: '1.5 2' },
  { token: 'base', ink: 'ink3', dash: '5 3' },
  { token: 's2', dash: '6 2' },
  { token: 's1', dash: null },
  { token: 's3', dash: null },
  { token: 'best', ink: 'ink', dash: '8 2 2 2' },
  { token: 's2', dash: '8 2 2 2' },
];

/** Circle, square, triangle, diamond about a point. */
const SHAPES = [
  'm-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0 -6.4 0z',
  'm-2.9 -2.9h5.8v5.8h-5.8z',
  'm0 -3.8l3.7 6.4h-7.4z',
  'm0 -4.1l4.1 4.1l-4.1 4.1l-4.1 -4.1z',
];
