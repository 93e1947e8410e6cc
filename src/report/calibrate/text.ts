import type {
  CalibratedFigure,
  CalibratedGuess,
  CalibrationError,
  CalibrationFigureName,
  CalibrationResult,
} from '../../contracts/result/calibration.js';
import { formatCount, formatShare, formatValue, type Unit } from '../../text/figures.js';
import { asLines, oneLine, oneLineTexts, type Lines } from '../../text/line.js';
import { list, plural } from '../../text/words.js';
import { headingLines, tableLines, type Paint } from '../lines/text-table.js';
import type { SummaryOptions } from '../lines/text-folded.js';
import { wrapped } from '../lines/wrap.js';
import { leftOutNotes, unknownNotes } from './notes.js';

/** Inputs of the summary besides the result. */
export interface CalibrationTextOptions extends SummaryOptions {
  /** Where the fitted scenario is written; null = nowhere. */
  readonly out: string | null;
  /** Every endpoint and call is shown. */
  readonly isAll: boolean;
}

export const UNITS: Readonly<Record<CalibrationFigureName, Unit>> = {
  p50: 'seconds',
  p95: 'seconds',
  p99: 'seconds',
  throughput: 'perSecond',
  failures: 'share',
};

/** What the data say about each guess, and predicted beside measured. */
export function calibrationText(read: CalibrationResult, options: CalibrationTextOptions): Lines {
  const result = oneLineTexts(read) as CalibrationResult;
  const { columns, paint, file } = options;
  const { scenario, data, replications, seed, variant } = result;
  const text = (words: string): string[] => wrapped(words, '', '', columns);
  const facts = `${file}   variant ${variant}, ${plural(replications, 'replication')}, seed ${seed}, ${formatCount(data.spans)} spans of ${formatCount(data.traces)} traces`;
  return asLines([
    ...answerOf(result).flatMap(text).map(paint.bold),
    ...headingLines(oneLine(scenario.title), [facts], { columns, paint }).map(paint.dim),
    '',
    ...guessLines(result.guesses, options),
    '',
    ...figureLines(shownOf(result, options), paint),
    '',
    ...notesOf(result, options).flatMap((note) => text(note).map(paint.dim)),
  ]);
}

function answerOf({ guesses, errors, data }: CalibrationResult): readonly string[] {
  const known = guesses.filter(({ interval }) => interval !== null).length;
  const held = formatShare(1 - data.fit);
  const latency = errors.filter(({ figure }) => UNITS[figure] === 'seconds');
  const words = latency.map(
    ({ figure, after, before }) => `${figure} ${shareOf(after)} (was ${shareOf(before)})`,
  );
  return [
    `The data determine ${formatCount(known)} of ${formatCount(guesses.length)} ${guesses.length === 1 ? 'guess' : 'guesses'}.`,
    ...(words.length === 0
      ? []
      : [
          `Median error of the predictions for the ${held} of the data that was held back: ${list(words)}.`,
        ]),
  ];
}

function shareOf(value: number | null): string {
  return value === null ? 'none' : formatShare(value);
}

/** Each guess: its value in the file, the fitted one, and how exact it is. */
function guessLines(
  guesses: readonly CalibratedGuess[],
  { paint, columns }: CalibrationTextOptions,
): readonly string[] {
  const known = guesses.filter(({ interval }) => interval !== null);
  const rows = [
    ['guess', 'file', 'fitted', '95 %', 'n'],
    ...known.map(({ path, before, after, within, n }) => [
      path,
      before,
      after,
      `±${formatShare(within!)}`,
      formatCount(n),
    ]),
  ];
  const open = guesses
    .filter(({ interval }) => interval === null)
    .flatMap((guess) =>
      wrapped(
        `not identifiable: ${guess.path} (${guess.before}). ${reasonOf(guess)}`,
        '  ',
        '    ',
        columns,
      ),
    );
  return [...(known.length === 0 ? [] : tableLines(rows, paint, [3, 4])), ...open];
}

/** Why a value is not determined. */
function reasonOf({ partner, flat, after, before }: CalibratedGuess): string {
  if (partner !== null) {
    const both = after === before ? '' : ` With ${after}, both together fit best.`;
    return `Only ${partner} and this value together are determined: one makes up for the other.${both}`;
  }
  if (flat === null) return '';
  const { half, twice } = flat;
  const value = after === before ? 'the value' : `${after}, which fits best`;
  if (half !== 'worse' && twice !== 'worse') {
    return `From half to twice ${value}, the errors do not grow.`;
  }
  if (half === 'worse' && twice !== 'worse') {
    return `Half of ${value} fits worse and twice of it does not: the data give a lower bound only.`;
  }
  if (twice === 'worse' && half !== 'worse') {
    return `Twice ${value} fits worse and half of it does not: the data give an upper bound only.`;
  }
  return `Its interval is wider than from half to twice ${after}, the value that fits best.`;
}

/** Most subjects without `--all`. */
const SUBJECTS = 8;

/** The figures of the endpoints and calls with the most observations, endpoints first. */
function shownOf(
  { figures }: CalibrationResult,
  { isAll }: Pick<CalibrationTextOptions, 'isAll'>,
): readonly CalibratedFigure[] {
  const subjects = [...new Set(figures.map(({ subject }) => subject))];
  const of = (subject: string): readonly CalibratedFigure[] =>
    figures.filter((one) => one.subject === subject);
  const size = (subject: string): number => of(subject)[0]!.n;
  const isCall = (subject: string): number => Number(subject.includes('->'));
  const ranked = subjects.toSorted((a, b) => isCall(a) - isCall(b) || size(b) - size(a));
  return (isAll ? ranked : ranked.slice(0, SUBJECTS)).flatMap(of);
}

/** Predicted beside measured, a line for each figure. */
function figureLines(figures: readonly CalibratedFigure[], paint: Paint): readonly string[] {
  const rows = [
    ['held back', '', 'measured', 'predicted', 'error', 'with the file', 'n'],
    ...figures.map(({ subject, figure, measured, predicted, error, isWithin, before, n }, k) => [
      figures[k - 1]?.subject === subject ? '' : subject,
      figure,
      formatValue(measured, UNITS[figure]),
      formatValue(predicted, UNITS[figure]),
      `${errorText(figure, error)}${isWithin ? '' : ' *'}`,
      formatValue(before, UNITS[figure]),
      figures[k - 1]?.subject === subject ? '' : formatCount(n),
    ]),
  ];
  return tableLines(rows, paint, [2, 3, 4, 5, 6]);
}

/** `+4.1 %`; of shares in points. */
export function errorText(figure: CalibrationFigureName, error: number | null): string {
  if (error === null) return '–';
  const sign = error < 0 ? '−' : '+';
  const size = formatShare(Math.abs(error));
  if (Math.abs(error) < 5e-5) return figure === 'failures' ? '0 points' : '0 %';
  return figure === 'failures' ? `${sign}${size.replace(' %', ' points')}` : `${sign}${size}`;
}

function notesOf(
  { errors, unknown, data, runs, figures }: CalibrationResult,
  { out, isAll }: CalibrationTextOptions,
): readonly string[] {
  const subjects = new Set(figures.map(({ subject }) => subject)).size - SUBJECTS;
  const far = figures.filter(({ isWithin }) => !isWithin).length;
  const largest = errors.filter(({ largest: own }) => own !== null && own >= 5e-5);
  return [
    ...(largest.length === 0 ? [] : [`Largest errors: ${list(largest.map(largestOf))}.`]),
    ...(far === 0
      ? []
      : [
          `* ${plural(far, 'difference')} of ${figures.length}: more than the noise of data and runs (95 %).`,
        ]),
    ...(isAll || subjects <= 0
      ? []
      : [`--all shows the other endpoints and calls (${formatCount(subjects)}).`]),
    ...leftOutNotes(data.unread, data.leftOut),
    ...unknownNotes(unknown),
    ...(data.weight === null
      ? ['The traces do not say which share of all requests they are: --sampled 10% does.']
      : []),
    `${formatCount(runs)} runs. ${out === null ? '--out FILE writes the scenario with these values.' : `${out} has these values.`}`,
  ];
}

function largestOf({ figure, largest }: CalibrationError): string {
  const size = formatShare(largest!);
  return `${figure} ${figure === 'failures' ? size.replace(' %', ' points') : size}`;
}
