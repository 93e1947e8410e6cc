import type { BudgetResult } from '../../contracts/result/budgets.js';
import type { SweepCase, SweepResult, SweepValue } from '../../contracts/result/sweep.js';
import type { SweepKind } from '../../contracts/scenario/sweeps.js';
import type { SweepFigure, SweepFigures } from '../../contracts/result/sweep-figures.js';
import { formatValue, formatWithInterval, type Unit } from '../../text/figures.js';
import { oneLineTexts, type OneLine } from '../../text/line.js';

export type SweepMetric = SweepResult['metrics'][number];
export type SweepResultAxis = SweepResult['axes'][number];

/**
 * How the settings are shown: along one numeric axis, by the words of one axis, as maps over two axes, as maps over
 * the first two of more axes, each axis on its own (a random sample), or only in the table.
 */
export type Shape = 'line' | 'words' | 'map' | 'maps' | 'scatter' | 'table';

/** The input of all parts of a sweep report. */
export interface SweepView {
  /** Its texts are those of a scenario, each on one line. */
  readonly result: OneLine<SweepResult>;
  /** Indices of the axes with more than one value; if there is none, the first axis. */
  readonly free: readonly number[];
  readonly shape: Shape;
  /** The shortest path endings that distinguish the axes: `maxAttempts`. */
  readonly axisNames: readonly string[];
  readonly cases: ReadonlyMap<string, SweepCase>;
}

/** One variant at one setting with one of its figures. */
export interface Entry {
  readonly case: SweepCase;
  readonly figures: SweepFigures;
  readonly figure: SweepFigure;
}

/** Result of the budgets of a variant at a setting; only those of severity `error` count. */
export type BudgetStatus = 'holds' | 'fails' | 'undecided' | 'stopped' | 'unjudged';

/** Most small multiples for the axes beyond the first two. */
const MULTIPLES = 12;

/** Derives the view of a sweep. */
export function sweepViewOf(read: SweepResult): SweepView {
  const result = oneLineTexts(read);
  const several = result.axes.flatMap((axis, i) => (axis.values.length > 1 ? [i] : []));
  const free = several.length === 0 && result.axes.length > 0 ? [0] : several;
  return {
    result,
    free,
    shape: shapeOf(result, free),
    axisNames: shortPaths(result.axes.map((axis) => axis.path)),
    cases: new Map(result.cases.map((each) => [keyOf(each.at), each])),
  };
}

/** The case at these indices, one for each axis; null if it was not run. */
export function caseAt(view: SweepView, at: readonly number[]): SweepCase | null {
  return view.cases.get(keyOf(at)) ?? null;
}

/** Indices of a setting in which all axes but the given ones have their first value. */
export function placed(
  view: SweepView,
  axes: readonly number[],
  indices: readonly number[],
): number[] {
  const at = view.result.axes.map(() => 0);
  axes.forEach((axis, i) => (at[axis] = indices[i]!));
  return at;
}

/** The figures of a variant at a setting; null if it was not run there. */
export function figuresOf(one: SweepCase | null, variant: string): SweepFigures | null {
  return one?.variants.find((each) => each.name === variant) ?? null;
}

/** Every variant at every setting, in the order of the result, with its figure of a metric. */
export function entriesOf(result: SweepResult, metric: number): Entry[] {
  return result.cases.flatMap((one) =>
    one.variants.flatMap((figures) => {
      const figure = figures.figures[metric];
      return figure === undefined ? [] : [{ case: one, figures, figure }];
    }),
  );
}

/** The measured entries of a metric, best first; in their original order where no direction is better. */
export function ranked(result: SweepResult, metric: number): Entry[] {
  const { better } = result.metrics[metric]!;
  const known = entriesOf(result, metric).filter(isMeasured);
  if (better === 'none') return known;
  const sign = better === 'low' ? 1 : -1;
  return known.sort((a, b) => sign * (a.figure.value! - b.figure.value!));
}

/** True if there is a figure. */
export function isMeasured({ figures, figure }: Entry): boolean {
  return figures.stop === null && figure.value !== null && figure.never === 0;
}

/** Index of the first metric for which a direction is better; null if there is none. */
export function leadingMetric(result: SweepResult): number | null {
  const at = result.metrics.findIndex((metric) => metric.better !== 'none');
  return at < 0 ? null : at;
}

/** The unit to print a metric in; a share of runs counts as a share. */
export function unitOf(metric: SweepMetric): Unit {
  return /^cascade\.metastable\b/.test(metric.text) ? 'share' : metric.unit;
}

/** Number of budgets of severity `error` that are judged, hold, fail, and are undecided. */
export function tallyOf(
  result: SweepResult,
  figures: SweepFigures,
): { readonly of: number; readonly held: number; readonly failed: number } {
  const verdicts = figures.budgets.filter(
    (verdict, i) => verdict !== null && result.budgets[i]?.severity === 'error',
  );
  return {
    of: verdicts.length,
    held: verdicts.filter((verdict) => verdict === 'pass').length,
    failed: verdicts.filter((verdict) => verdict === 'fail').length,
  };
}

/** Result of all budgets of a variant at a setting. */
export function budgetStatusOf(result: SweepResult, figures: SweepFigures): BudgetStatus {
  if (figures.stop !== null) return 'stopped';
  const { of, held, failed } = tallyOf(result, figures);
  if (of === 0) return 'unjudged';
  return failed > 0 ? 'fails' : held === of ? 'holds' : 'undecided';
}

/** True if any budget of severity `error` is judged. */
export function hasBudgets(result: SweepResult): boolean {
  return result.cases.some((one) =>
    one.variants.some((figures) => tallyOf(result, figures).of > 0),
  );
}

/** True if a budget on the same metric and window fails for this variant here. */
export function isOver(result: SweepResult, metric: number, figures: SweepFigures): boolean {
  const { text } = result.metrics[metric]!;
  return result.budgets.some(
    (budget, i) =>
      budget.severity === 'error' &&
      figures.budgets[i] === 'fail' &&
      withoutLimit(budget.text) === text.trim(),
  );
}

/** A figure in its unit, or the word that replaces it: `never`, `no samples`, `stopped: events`. */
export function figureText(figures: SweepFigures, figure: SweepFigure, unit: Unit): string {
  return wordOf(figures, figure) ?? formatValue(figure.value, unit);
}

/** The word that replaces a figure; null if there is a figure. */
export function wordOf(figures: SweepFigures, figure: SweepFigure): string | null {
  if (figures.stop !== null) return `stopped: ${figures.stop}`;
  if (figure.never > 0) return 'never';
  return figure.value === null ? 'no samples' : null;
}

/** True if the interval extends by more than a tenth of the value, or 2 points for a share, to either side. */
export function isLoose(figure: SweepFigure, unit: Unit): boolean {
  if (figure.value === null || figure.ci95 === null) return false;
  const half = (figure.ci95[1] - figure.ci95[0]) / 2;
  return half > (unit === 'share' ? 0.02 : Math.abs(figure.value) / 10);
}

/** The value of `expect` as a figure, to be shown like a metric; null if there is no `expect`. */
export function expectFigure(figures: SweepFigures): SweepFigure | null {
  const { expect } = figures;
  if (expect === null) return null;
  return { value: expect.value, ci95: expect.ci95, never: 0, each: [] };
}

/** The value of `expect` in words, with its interval. */
export function expectText(expect: NonNullable<SweepFigures['expect']>): string {
  if (expect.value === null) return expect.note ?? 'no samples';
  return formatWithInterval(
    expect.value,
    expect.ci95,
    expect.unit,
    expect.verdict === 'inconclusive',
  );
}

/** The limit of `expect` and its unit; null if none is known. */
export function limitOf(
  result: SweepResult,
): { readonly limit: number; readonly unit: BudgetResult['unit'] } | null {
  for (const one of result.cases) {
    for (const { expect } of one.variants) {
      if (expect !== null && expect.limit !== null)
        return { limit: expect.limit, unit: expect.unit };
    }
  }
  return null;
}

/** A setting: `maxAttempts = 3, timeout = 50ms`; axes with a single value are left out. */
export function settingText(view: SweepView, at: readonly number[]): string {
  return view.free
    .map((axis) => `${view.axisNames[axis]!} = ${valueText(view, axis, at)}`)
    .join(', ');
}

/** The value of a setting on an axis, as the file has it. */
export function valueText(view: SweepView, axis: number, at: readonly number[]): string {
  return view.result.axes[axis]!.values[at[axis]!]?.text ?? '';
}

/** Numbers of an axis; null if a value is not a number. */
export function numbersOf(values: readonly SweepValue[]): number[] | null {
  const numbers = values.flatMap(({ number }) => (number === null ? [] : [number]));
  return numbers.length === values.length ? numbers : null;
}

/** Values of an axis by their indices, ascending: `1 to 3, 8`; words one by one. */
export function rangesText(axis: SweepResultAxis, indices: readonly number[]): string {
  const text = (i: number): string => axis.values[i]!.text;
  if (numbersOf(axis.values) === null) return indices.map(text).join(', ');
  const runs: [number, number][] = [];
  for (const i of indices) {
    const last = runs[runs.length - 1];
    if (last !== undefined && last[1] === i - 1) last[1] = i;
    else runs.push([i, i]);
  }
  return runs
    .map(([from, to]) => (from === to ? text(from) : `${text(from)} to ${text(to)}`))
    .join(', ');
}

/** All combinations of values of some axes, the last one fastest: indices by axis. */
export function combinations(result: SweepResult, axes: readonly number[]): number[][] {
  return axes.reduce<number[][]>(
    (all, axis) =>
      all.flatMap((each) => result.axes[axis]!.values.map((_, value) => [...each, value])),
    [[]],
  );
}

/** Whether a path sets the arrivals of a workload. */
function isLoad(path: string): boolean {
  return /^workloads\.[^.]+(\.arrivals\b.*)?$/.test(path);
}

/** Whether the only axis is a load, along which figures grow worse by nature. */
export function isAlongLoad({ result, free }: SweepView): boolean {
  return free.length === 1 && isLoad(result.axes[free[0]!]!.path);
}

/** Whether the settings are drawn from ranges, so that no two share a value of an axis. */
export function isSample(kind: SweepKind): boolean {
  return kind === 'random' || kind === 'sobol';
}

function shapeOf(result: SweepResult, free: readonly number[]): Shape {
  if (result.axes.length === 0) return 'table';
  if (isSample(result.sweep.kind)) return 'scatter';
  if (free.length === 1) {
    const numbers = numbersOf(result.axes[free[0]!]!.values);
    return numbers !== null && new Set(numbers).size > 1 ? 'line' : 'words';
  }
  if (free.length === 2) return 'map';
  return combinations(result, free.slice(2)).length <= MULTIPLES ? 'maps' : 'table';
}

/** Shortens each path to as many steps from its end as make it unique. */
function shortPaths(paths: readonly string[]): string[] {
  const steps = paths.map((path) => path.split('.'));
  const end = (i: number, count: number): string => steps[i]!.slice(-count).join('.');
  return paths.map((path, i) => {
    for (let count = 1; count < steps[i]!.length; count++) {
      const text = end(i, count);
      // A number alone is not a name.
      if (/^[\d[\]]*$/.test(text)) continue;
      if (paths.every((_, other) => other === i || end(other, count) !== text)) return text;
    }
    return path;
  });
}

function withoutLimit(text: string): string {
  return text
    .replace(/\s*(?:<=|>=|==|<|>)\s*\S+/, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function keyOf(at: readonly number[]): string {
  return at.join(',');
}

/** The word for a value on an axis. */
export function valueWord(path: string): string {
  return isLoad(path) ? 'load' : 'value';
}
