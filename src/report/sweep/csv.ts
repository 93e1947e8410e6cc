import type { SweepResult } from '../../contracts/result/sweep.js';
import type { SweepFigure, SweepFigures } from '../../contracts/result/sweep-figures.js';
import { csvText, numberText } from '../formats/csv.js';
import { expectFigure, numbersOf, tallyOf, unitOf } from './cases.js';

/**
 * Settings by variants and metrics, RFC 4180 with CRLF, one row for each figure, and for a bisection one for
 * `expect`. Units of axes and figures: durations in seconds, rates per second, sizes in bytes, shares 0 to 1. Texts
 * that a spreadsheet would run as a formula get a leading apostrophe.
 */
export function renderSweepCsv(result: SweepResult): string {
  const head = [
    ...result.axes.map((axis) => `${axis.path}${SUFFIXES[axis.unit ?? 'number'] ?? ''}`),
    ...COLUMNS,
  ];
  const rows = result.cases.flatMap((one) => {
    const setting = one.at.map((value, i) => axisText(result, i, value));
    return one.variants.flatMap((figures) =>
      rowsOf(result, figures).map((row) => [...setting, csvText(figures.name), ...row]),
    );
  });
  return [head.map(csvText), ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}

const COLUMNS = [
  'variant',
  'metric',
  'value',
  'low',
  'high',
  'never',
  'unit',
  'budgets_held',
  'budgets',
  'stop',
];

const SUFFIXES: Readonly<Record<string, string>> = {
  seconds: '_seconds',
  perSecond: '_per_second',
  bytes: '_bytes',
};

/** A setting without metrics still has one row, for its budgets. */
function rowsOf(result: SweepResult, figures: SweepFigures): string[][] {
  const { held, of } = tallyOf(result, figures);
  const end = [String(held), String(of), csvText(figures.stop ?? '')];
  const rows = result.metrics.map((metric, m) => [
    csvText(metric.text),
    ...numbers(figures.figures[m]),
    unitOf(metric),
    ...end,
  ]);
  const { expect } = figures;
  if (expect !== null) {
    const asked = csvText(result.sweep.expect ?? 'expect');
    rows.push([asked, ...numbers(expectFigure(figures)!), expect.unit, ...end]);
  }
  return rows.length > 0 ? rows : [['', '', '', '', '', '', ...end]];
}

function numbers(figure: SweepFigure | undefined): string[] {
  const { value, ci95, never } = figure ?? { value: null, ci95: null, never: 0 };
  return [numberText(value), ...(ci95 ?? [null, null]).map(numberText), String(never)];
}

/** Numbers if all values of the axis are numbers, else the texts of the file. */
function axisText(result: SweepResult, axis: number, value: number): string {
  const { values } = result.axes[axis]!;
  const { number, text } = values[value]!;
  return numbersOf(values) === null || number === null ? csvText(text) : String(number);
}
