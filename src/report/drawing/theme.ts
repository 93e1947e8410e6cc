/**
 * Colour tokens of the light page, by CSS custom property. The worse a state, the stronger its contrast with the page,
 * so that the four states have an order without colour too. Faults are grey: red is what fails.
 */
export const LIGHT = {
  bg: '#fdfdfc',
  surface: '#f5f5f2',
  ink: '#16191d',
  ink2: '#474e57',
  ink3: '#656c76',
  rule: '#e1e2df',
  grid: '#e9eae7',
  accent: '#1d5cb8',
  fault: '#3c445018',
  'fault-ink': '#b23a19',
  good: '#1d5cb8',
  bad: '#8f2305',
  ok: '#7f93a8',
  'ok-soft': '#dfe5eb',
  degraded: '#b57200',
  failing: '#b02d0c',
  down: '#16191d',
  'on-degraded': '#140e00',
  'on-failing': '#ffffff',
  'on-down': '#ffffff',
  base: '#8a919b',
  s1: '#2e6fdb',
  s2: '#b02486',
  s3: '#005e54',
  best: '#16191d',
  work: '#3e6287',
  wait: '#c9d5e0',
  queue: '#b57200',
  dead: '#b02d0c',
} as const;

/** A colour token. */
export type Token = keyof typeof LIGHT;

/** The same tokens on a dark page. `down` is the strongest contrast with the page, so it flips. */
export const DARK: Readonly<Record<Token, string>> = {
  bg: '#111315',
  surface: '#191c1f',
  ink: '#eceef0',
  ink2: '#b7bdc5',
  ink3: '#949ba5',
  rule: '#2b2f34',
  grid: '#24282c',
  accent: '#86b4ff',
  fault: '#c3cad21e',
  'fault-ink': '#ff9671',
  good: '#86b4ff',
  bad: '#ffb39b',
  ok: '#5f7388',
  'ok-soft': '#2a323a',
  degraded: '#bd8520',
  failing: '#ff8560',
  down: '#ffbaad',
  'on-degraded': '#1b1400',
  'on-failing': '#1b0a04',
  'on-down': '#111315',
  base: '#727983',
  s1: '#74a7ff',
  s2: '#e26bb9',
  s3: '#5fe0ca',
  best: '#ffffff',
  work: '#7fa6cf',
  wait: '#36424e',
  queue: '#bd8520',
  dead: '#ff8560',
};

/** Paper: the light page on white. */
export const PRINT: Readonly<Record<Token, string>> = {
  ...LIGHT,
  bg: '#ffffff',
  ink3: '#5b626b',
  rule: '#d9dad7',
  accent: '#16191d',
  fault: '#3c445018',
};

/**
 * The line colours of variants: baseline, three others, the winner. Every pair is distinguishable with colour
 * blindness.
 */
export const SERIES: readonly Token[] = ['base', 's1', 's2', 's3', 'best'];

/** The look of a variant: colour, dash and width, so that a difference never depends on colour alone. */
export interface Look {
  readonly index: number;
  readonly name: string;
  /** Class of the variant's elements: `v0`, `v1`; never made from the name. */
  readonly className: string;
  readonly color: string;
  /** Colour of its name in text; the baseline's grey would be too pale. */
  readonly ink: string;
  readonly dash: string | null;
  readonly width: number;
  /** Shape on its line, from the fourth of the other variants on, where the colours begin again. */
  readonly mark: Mark | null;
}

/** Shape that tells two lines of one colour apart. */
export type Mark = 'circle' | 'square' | 'triangle';

/** A CSS reference to a token. */
export function ref(token: Token): string {
  return `var(--${token})`;
}

/** The looks of all variants: baseline grey and dashed, the winner in ink, the others in three colours, then other dashes. */
export function looksOf(
  variants: readonly { readonly name: string; readonly baseline: boolean }[],
  winner: string | null,
): Look[] {
  let others = 0;
  return variants.map(({ name, baseline }, index) => {
    const common = { index, name, className: `v${index}`, width: 1.8, mark: null };
    if (variants.length === 1 || name === winner)
      return { ...common, color: ref('best'), ink: ref('ink'), dash: null, width: 2.2 };
    if (baseline) return { ...common, color: ref('base'), ink: ref('ink3'), dash: '5 3' };
    const { token, dash, mark } = OTHERS[others++ % OTHERS.length]!;
    return { ...common, color: ref(token), ink: ref(token), dash, mark };
  });
}

/** Custom properties of a set of tokens as one CSS declaration list. */
export function declarations(tokens: Readonly<Record<Token, string>>): string {
  return TOKENS.map((token) => `--${token}:${tokens[token]}`).join(';');
}

/** All tokens, in the order they are declared. */
export const TOKENS = Object.keys(LIGHT) as Token[];

const OTHERS: readonly (Pick<Look, 'dash' | 'mark'> & { readonly token: Token })[] = [
  { token: 's1', dash: '1.5 2', mark: null },
  { token: 's2', dash: null, mark: null },
  // Dashed: of the two solid lines one is thin and one thick, so colour is never needed to tell five variants apart.
  { token: 's3', dash: '9 2.5', mark: null },
  { token: 's1', dash: null, mark: 'circle' },
  { token: 's2', dash: '6 2', mark: 'square' },
  { token: 's3', dash: '6 2', mark: 'triangle' },
  { token: 's1', dash: '8 2 2 2', mark: 'square' },
  { token: 's2', dash: '8 2 2 2', mark: 'triangle' },
  { token: 's3', dash: '8 2 2 2', mark: 'circle' },
];
