import type {
  SensitivityInput,
  SensitivityPoint,
  SensitivityResult,
  SensitivityTurn,
} from '../../contracts/result/sensitivity.js';
import { formatCount, formatNumber, formatShare, formatValue } from '../../text/figures.js';
import { asLines, oneLine, oneLineTexts, type Lines } from '../../text/line.js';
import { list, plural } from '../../text/words.js';
import { columnsOf, headingLines, left, right, type Paint } from '../text-table.js';
import { wrapped } from '../wrap.js';

/** Inputs of the summary besides the result. */
export interface SensitivityTextOptions {
  readonly file: string;
  readonly columns: number;
  readonly paint: Paint;
}

/** Most inputs that the table shows, and turns that the answer names. */
const ROWS = 12;
const NAMED = 3;

/** Whether the answer survives wrong guesses, which ones decide it, and at what value. */
export function sensitivityText(read: SensitivityResult, options: SensitivityTextOptions): Lines {
  const result = oneLineTexts(read) as SensitivityResult;
  const { columns, paint, file } = options;
  const { scenario, seed, replications, variants } = result;
  const text = (words: string): string[] => wrapped(words, '', '', columns);
  const facts = `${file}   ${plural(variants.length, 'variant')}, ${plural(replications, 'replication')}, seed ${seed}`;
  return asLines([
    ...answerSentences(result).flatMap(text).map(paint.bold),
    ...headingLines(oneLine(scenario.title), [facts], { columns, paint }).map(paint.dim),
    ...(result.inputs.length === 0 ? [] : ['', ...tableLines(result, options)]),
    ...shareLines(result, columns),
    '',
    ...notesOf(result).flatMap((note) => text(note).map(paint.dim)),
  ]);
}

/** What the runs say, the sentence that matters most first. */
function answerSentences(result: SensitivityResult): readonly string[] {
  const { inputs, guess, together } = result;
  const share = formatShare(guess);
  const deciding = inputs.filter(isDeciding);
  const all =
    together === null
      ? []
      : [
          `With all of them wrong at once, ${formatCount(together.same)} of ${plural(together.points, 'random point')} ${together.same === 1 ? 'has' : 'have'} the same verdicts.`,
        ];
  if (inputs.length === 0) return ['There is nothing to vary, or no run was finished.'];
  if (deciding.length > 0) {
    const turns = deciding.flatMap((input) => {
      const [first] = within(input, guess);
      return first === undefined ? [] : [turnWords(result, input, first)];
    });
    const more = turns.length - NAMED;
    const rest =
      more > 0 ? ` ${plural(more, 'other input')} ${more === 1 ? 'does' : 'do'} too.` : '';
    return [
      `${formatCount(deciding.length)} of ${plural(inputs.length, 'input')} can change the answer alone by being wrong by up to ${share}.`,
      ...turns.slice(0, NAMED),
      ...(rest === '' ? [] : [rest.trim()]),
      ...all,
    ];
  }
  return [
    `The answer holds: none of ${plural(inputs.length, 'input')} changes it alone by being wrong by up to ${share}.`,
    ...beyondWords(result),
    ...all,
  ];
}

/** The nearest turn beyond the range. */
function beyondWords(result: SensitivityResult): readonly string[] {
  const turns = result.inputs.flatMap((input) => input.turns.map((turn) => ({ input, turn })));
  const distance = ({ turn: { other } }: (typeof turns)[number]): number =>
    other > 1 ? other : 1 / other;
  const [nearest] = turns.sort((a, b) => distance(a) - distance(b));
  return nearest === undefined
    ? []
    : [`The nearest: ${turnWords(result, nearest.input, nearest.turn)}`];
}

function isDeciding({ low, high }: SensitivityInput): boolean {
  return [low, high].some((end) => end !== null && (end.isTurned || end.isReordered));
}

/** The turns of an input within its range, the nearest to the present value first. */
function within({ turns }: SensitivityInput, guess: number): readonly SensitivityTurn[] {
  const distance = ({ other }: SensitivityTurn): number => Math.abs(other - 1);
  return turns
    .filter((turn) => distance(turn) <= guess + 1e-9)
    .toSorted((a, b) => distance(a) - distance(b));
}

/** `With services.psp.latency at 112ms instead of 82ms, full breaks “users.success >= 99%”.`. */
function turnWords(
  { variants }: SensitivityResult,
  { path, now }: SensitivityInput,
  { value, variant, holds, budgets }: SensitivityTurn,
): string {
  const where = `With ${path} at ${value} instead of ${now}`;
  const who = variants.length > 1 ? variant : 'the system';
  if (holds === null) return `${where}, ${who} is the best variant.`;
  const [first, ...others] = budgets;
  const what = first === undefined ? 'a budget' : `“${first}”`;
  const too = others.length === 0 ? '' : ` and ${plural(others.length, 'other budget')}`;
  return `${where}, ${who} ${holds ? `holds ${what}${too} after all` : `breaks ${what}${too}`}.`;
}

/** Width of the picture of a range. */
const WIDE = 21;

/** Each input: its figure at both ends, the picture of it, and where the answer turns; on two lines where one is too narrow. */
function tableLines(
  result: SensitivityResult,
  { paint, columns }: SensitivityTextOptions,
): string[] {
  const { inputs, guess } = result;
  const shown = inputs.slice(0, ROWS);
  const share = formatShare(guess);
  const picture = picturesOf(shown, result.usual.figure);
  const rows = [
    ['now', `−${share}`, `+${share}`, ...(picture === null ? [] : ['range']), 'answer turns at'],
    ...shown.map((input) => cellsOf(input, result, picture)),
  ];
  const widths = columnsOf(rows);
  const texts = rows.map((cells) =>
    cells
      .map((one, k) => (k === 1 || k === 2 ? right(one, widths[k]!) : left(one, widths[k]!)))
      .join('  ')
      .trimEnd(),
  );
  const names = ['input', ...shown.map(({ path, isMarked }) => `${path}${isMarked ? ' ~' : ''}`)];
  const [wide] = columnsOf(names.map((name) => [name]));
  const [most] = columnsOf(texts.map((text) => [text]));
  const isOne = wide! + most! + 4 <= columns;
  const lines = names.flatMap((name, i) => {
    const own = isOne
      ? [`  ${left(name, wide!)}  ${texts[i]!}`]
      : i === 0
        ? [`    ${texts[i]!}`]
        : [`  ${name}`, `    ${texts[i]!}`];
    return i === 0 ? own.map(paint.dim) : own;
  });
  const rest = inputs.length - shown.length;
  const more = `  ${plural(rest, 'other input')} ${rest === 1 ? 'changes' : 'change'} it less`;
  return rest > 0 ? [...lines, paint.dim(more)] : lines;
}

function cellsOf(
  input: SensitivityInput,
  { figure }: SensitivityResult,
  picture: ((input: SensitivityInput) => string) | null,
): readonly string[] {
  const cell = (point: SensitivityPoint | null): string =>
    point === null ? 'not allowed' : formatValue(point.figure, figure.unit);
  // A long value has its factor: the sentences have it in full.
  const turns = input.turns.map(({ value, other }) =>
    value.length > SHORT ? `x${formatNumber(other)}` : value,
  );
  return [
    input.now,
    cell(input.low),
    cell(input.high),
    ...(picture === null ? [] : [picture(input)]),
    turns.length === 0 ? '–' : list(turns),
  ];
}

/** Most letters of a value in a cell. */
const SHORT = 16;

/** Pictures of ranges on one scale; null where no input changes the figure. */
function picturesOf(
  inputs: readonly SensitivityInput[],
  usual: number | null,
): ((input: SensitivityInput) => string) | null {
  const values = inputs.flatMap(({ low, high }) => [low, high].flatMap((end) => end?.figure ?? []));
  const all = usual === null ? values : [...values, usual];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return most > least ? (input) => pictureOf(input, usual, { least, most }) : null;
}

/** The figure from one end of the range to the other on the scale of all inputs; `|` is the present value. */
function pictureOf(
  { low, high }: SensitivityInput,
  usual: number | null,
  { least, most }: { readonly least: number; readonly most: number },
): string {
  const place = (value: number): number =>
    Math.round(((value - least) / (most - least)) * (WIDE - 1));
  const own = [low?.figure, high?.figure, usual].filter((one) => one !== null && one !== undefined);
  if (own.length === 0) return '';
  const [from, to] = [place(Math.min(...own)), place(Math.max(...own))];
  const now = usual === null ? -1 : place(usual);
  return Array.from({ length: WIDE }, (_, i) =>
    i === now ? '|' : i >= from && i <= to ? '=' : '·',
  ).join('');
}

function shareLines({ shares, guess }: SensitivityResult, columns: number): string[] {
  if (shares === null) return [];
  const parts = shares.inputs.map(
    ({ path, total: { value, ci95 } }) =>
      `${path} ${formatShare(round(value))} [${formatShare(round(ci95[0]))}, ${formatShare(round(ci95[1]))}]`,
  );
  const words = `If these are wrong by up to ${formatShare(guess)} at random, their parts of the spread are: ${parts.join('; ')}.`;
  return ['', ...wrapped(words, '', '', columns)];
}

/** Whole percents: the interval is much wider. */
function round(share: number): number {
  return Math.round(100 * share) / 100;
}

/** How near the two sides of each turn are. */
function nearWords(inputs: readonly SensitivityInput[]): string {
  const isNear = ({ same, other }: SensitivityTurn): boolean =>
    Math.abs(other - same) <= NEAR * Math.min(same, other);
  return inputs.every(({ turns }) => turns.every(isNear))
    ? 'a turn is found to 2 %'
    : 'a turn is found to 2 % where the runs sufficed, and may come before the value elsewhere';
}

/** Slightly more than the share to which a turn is searched. */
const NEAR = 0.021;

function notesOf(result: SensitivityResult): readonly string[] {
  const { figure, budgets, leftOut, runs, interrupted, together, shares, inputs, variants } =
    result;
  const of = variants.length > 1 ? ` in ${figure.variant}` : '';
  const limit =
    figure.limit === null
      ? ''
      : `, whose limit of ${formatValue(figure.limit, figure.unit)} is the closest`;
  const left = leftOut.slice(0, NAMED).map(({ path, why }) => `${path} (${why})`);
  const more = leftOut.length - left.length;
  const isShort =
    interrupted !== true && inputs.length > 1 && (together === null || shares === null);
  return [
    `The figures are ${figure.text}${of}${limit}. An input is wrong alone, with the same random numbers; ${nearWords(inputs)}. ${plural(runs, 'run')}.`,
    budgets.length === 0
      ? 'The file has no budget that can be judged: the answer is which variant is the best.'
      : '',
    leftOut.length === 0
      ? ''
      : `Left out: ${list(more > 0 ? [...left, `${formatCount(more)} more`] : left)}.`,
    isShort
      ? `${together === null ? 'Inputs that are wrong together, and their' : 'The'} parts of the spread were not measured: --max-runs ends the search before.`
      : '',
    interrupted === true ? 'An interrupt ended the search: not all is known.' : '',
  ].filter((note) => note !== '');
}
