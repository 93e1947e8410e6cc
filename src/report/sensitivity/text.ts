import type { SensitivityInput, SensitivityResult } from '../../contracts/result/sensitivity.js';
import { formatShare } from '../../text/figures.js';
import { asLines, oneLine, oneLineTexts, type Lines } from '../../text/line.js';
import { plural } from '../../text/words.js';
import { columnsOf, headingLines, left, right } from '../lines/text-table.js';
import type { SummaryOptions } from '../lines/text-folded.js';
import { wrapped } from '../lines/wrap.js';
import { answerSentences, cellsOf, notesOf, shareWords } from './words.js';

/** Most inputs that the table shows. */
const ROWS = 12;

/** Whether the answer survives wrong guesses, which ones decide it, and at what value. */
export function sensitivityText(read: SensitivityResult, options: SummaryOptions): Lines {
  const result = oneLineTexts(read) as SensitivityResult;
  const { columns, paint, file } = options;
  const { scenario, seed, replications, variants } = result;
  const text = (words: string): string[] => wrapped(words, '', '', columns);
  const shares = shareWords(result);
  const facts = `${file}   ${plural(variants.length, 'variant')}, ${plural(replications, 'replication')}, seed ${seed}`;
  return asLines([
    ...answerSentences(result).flatMap(text).map(paint.bold),
    ...headingLines(oneLine(scenario.title), [facts], { columns, paint }).map(paint.dim),
    ...(result.inputs.length === 0 ? [] : ['', ...tableLines(result, options)]),
    ...(shares === null ? [] : ['', ...text(shares)]),
    '',
    ...notesOf(result).flatMap((note) => text(note).map(paint.dim)),
  ]);
}

/** Width of the picture of a range. */
const WIDE = 21;

/** Each input: its figure at both ends, the picture of it, and where the answer turns; on two lines where one is too narrow. */
function tableLines(result: SensitivityResult, { paint, columns }: SummaryOptions): string[] {
  const { inputs, guess } = result;
  const shown = inputs.slice(0, ROWS);
  const share = formatShare(guess);
  const picture = picturesOf(shown, result.usual.figure);
  const withPicture = (cells: readonly string[], own: readonly string[]): readonly string[] => [
    ...cells.slice(0, -1),
    ...own,
    ...cells.slice(-1),
  ];
  const rows = [
    withPicture(
      ['now', `−${share}`, `+${share}`, 'answer turns at'],
      picture === null ? [] : ['range'],
    ),
    ...shown.map((input) =>
      withPicture(cellsOf(input, result), picture === null ? [] : [picture(input)]),
    ),
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
