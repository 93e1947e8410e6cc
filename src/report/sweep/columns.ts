import type { SweepResult } from '../../contracts/result/sweep.js';
import type { SweepFigure, SweepFigures } from '../../contracts/result/sweep-figures.js';
import { formatValue, formatWithInterval, type Unit } from '../../text/figures.js';
import {
  budgetStatusOf,
  expectText,
  hasBudgets,
  isLoose,
  isOver,
  tallyOf,
  unitOf,
  valueText,
  wordOf,
  type SweepView,
} from './cases.js';
import type { Row } from './order.js';

/** A column of the settings of a sweep, for every output. */
export interface SettingColumn {
  readonly kind: 'axis' | 'variant' | 'expect' | 'budgets' | 'metric';
  readonly head: string;
  readonly cell: (row: Row) => SettingCell;
}

export type Mark = 'pass' | 'fail' | 'open';

/** What is said of a variant at a setting. */
export interface SettingCell {
  /** A figure or a text, or the word in its place. */
  readonly text: string;
  /** The figure with its interval. */
  readonly full: string;
  /** What belongs below the figure: its interval, the budgets that are not held. */
  readonly beside: string;
  /** There is no figure. */
  readonly isMissing: boolean;
  /** The interval is wide. */
  readonly isLoose: boolean;
  /** The verdict on the figure itself; null without one. */
  readonly verdict: Mark | null;
  /** The verdict on the setting, which a mark after the figure shows; null if nothing is wrong. */
  readonly mark: Mark | null;
  /** What a table is sorted by; empty without a figure. */
  readonly sort: number | '';
}

/** The text of a cell for a setting at which a variant was not run. */
export const NOT_RUN = '·';
/** A column that does not apply. */
const NONE = '–';

/** All columns: the axes with more than one value, the variant if there are several, and all figures. */
export function settingColumns(view: SweepView): SettingColumn[] {
  const { variants } = view.result;
  const axes = view.free.map((axis): SettingColumn => ({
    kind: 'axis',
    head: view.axisNames[axis]!,
    cell: (row) => plain(valueText(view, axis, row.case.at), row.case.at[axis]!),
  }));
  const variant: SettingColumn = {
    kind: 'variant',
    head: 'Variant',
    cell: ({ figures: { name } }) =>
      plain(
        name,
        variants.findIndex((one) => one === name),
      ),
  };
  return [...axes, ...(variants.length > 1 ? [variant] : []), ...figureColumns(view)];
}

/** The expectation of a bisection, the budgets, each metric. */
export function figureColumns({ result }: SweepView): SettingColumn[] {
  const { expect } = result.sweep;
  const expected: SettingColumn = {
    kind: 'expect',
    head: expect ?? '',
    cell: ({ figures }) => expectCell(figures),
  };
  const budgets: SettingColumn = {
    kind: 'budgets',
    head: 'Budgets',
    cell: ({ figures }) => tallyCell(result, figures),
  };
  const metrics = result.metrics.map((metric, m): SettingColumn => ({
    kind: 'metric',
    head: metric.text,
    cell: ({ figures }) => {
      const figure = figures.figures[m];
      return figure === undefined
        ? missing(NOT_RUN)
        : figureCell(figures, figure, unitOf(metric), {
            verdict: isOver(result, m, figures) ? 'fail' : null,
            mark: markOf(result, figures),
          });
    },
  }));
  return [
    ...(expect === null ? [] : [expected]),
    ...(hasBudgets(result) ? [budgets] : []),
    ...metrics,
  ];
}

function plain(text: string, sort: number): SettingCell {
  return { ...missing(text), isMissing: false, sort };
}

function missing(text: string): SettingCell {
  const cell = { text, full: text, beside: '', verdict: null, mark: null, sort: '' } as const;
  return { ...cell, isMissing: true, isLoose: false };
}

function expectCell({ expect, stop }: SweepFigures): SettingCell {
  if (stop !== null) return missing(`stopped: ${stop}`);
  if (expect === null) return missing(NOT_RUN);
  const verdict = expect.verdict === 'inconclusive' ? 'open' : expect.verdict;
  const mark = verdict === 'pass' ? null : verdict;
  const text = expectText(expect);
  const sort = expect.value ?? '';
  return { ...missing(text), isMissing: false, verdict, mark, sort };
}

/** Budgets held, out of how many, and the numbers of those that are not. */
function tallyCell(result: SweepResult, figures: SweepFigures): SettingCell {
  const status = budgetStatusOf(result, figures);
  if (status === 'stopped') return missing(`stopped: ${figures.stop ?? ''}`);
  if (status === 'unjudged') return missing(NONE);
  const { held, of } = tallyOf(result, figures);
  const beside = (word: string, verdict: string): string[] => {
    const numbers = figures.budgets.flatMap((each, i) =>
      each === verdict && result.budgets[i]?.severity === 'error' ? [String(i + 1)] : [],
    );
    return numbers.length === 0 ? [] : [`${word} ${numbers.join(', ')}`];
  };
  return {
    ...plain(`${held}/${of}`, held),
    beside: [...beside('fails', 'fail'), ...beside('undecided', 'inconclusive')].join('; '),
    verdict: status === 'holds' ? 'pass' : status === 'fails' ? 'fail' : 'open',
    mark: markOf(result, figures),
  };
}

function figureCell(
  figures: SweepFigures,
  figure: SweepFigure,
  unit: Unit,
  verdicts: Pick<SettingCell, 'verdict' | 'mark'>,
): SettingCell {
  const word = wordOf(figures, figure);
  if (word !== null) {
    const { mark } = verdicts;
    if (word !== 'never') return { ...missing(word), mark };
    const beside = `in ${figure.never} of ${figures.replications}`;
    const full = figure.never < figures.replications ? `never ${beside}` : word;
    return { ...missing(word), full, beside, mark, sort: 1e300 };
  }
  const text = formatValue(figure.value, unit);
  const full = formatWithInterval(figure.value!, figure.ci95, unit);
  const beside = full.slice(text.length + 1);
  return {
    ...plain(text, figure.value!),
    full,
    beside,
    isLoose: isLoose(figure, unit),
    ...verdicts,
  };
}

function markOf(result: SweepResult, figures: SweepFigures): Mark | null {
  const status = budgetStatusOf(result, figures);
  return status === 'fails' ? 'fail' : status === 'undecided' ? 'open' : null;
}
