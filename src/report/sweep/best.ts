import type { SweepMetric, SweepResult } from '../../contracts/result/sweep.js';
import type { SweepFigure } from '../../contracts/result/sweep-figures.js';
import type { Interval } from '../../stats/interval.js';
import { documentedError, pairedInterval } from '../../stats/paired.js';
import { runsToDecide } from '../../stats/replications.js';
import { formatValue, formatWithInterval } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import type { Words } from '../base/emphasis.js';
import { decidingWords } from '../view/deciding-words.js';
import { isQuantile } from '../view/difference.js';
import { listed } from '../base/format.js';
import {
  caseAt,
  figureText,
  isAlongLoad,
  figuresOf,
  hasBudgets,
  entriesOf,
  ranked,
  settingText,
  budgetStatusOf,
  unitOf,
  valueText,
  type Entry,
  type SweepView,
} from './cases.js';

/** The result of a metric over all settings: where it is best, and whether others differ significantly from that. */
export function metricWords(view: SweepView, metric: number): Words {
  const { text, better } = view.result.metrics[metric]!;
  const strong = { strong: text };
  const known = ranked(view.result, metric);
  const edges = view.result.sweep.kind === 'bisect' ? edgeMetricWords(view, metric) : null;
  if (edges !== null) return edges;
  if (known.length === 0) return [strong, `: ${nothingText(view, metric)}.`];
  const values = known.map((entry) => entry.figure.value!);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const show = (value: number): string => formatValue(value, unitOf(view.result.metrics[metric]!));
  const never = neverText(view, metric);
  if (show(low) === show(high)) {
    const everywhere = known.length === entriesOf(view.result, metric).length;
    return [
      strong,
      ` is ${show(low)} ${everywhere ? 'everywhere' : 'wherever it was measured'}.${never}`,
    ];
  }
  if (better === 'none') return [strong, ` lies between ${show(low)} and ${show(high)}.${never}`];
  return [strong, ` is ${bestText(view, metric, known)}${never}`];
}

/** The same in short for a heading, without the metric's name: `Lowest, 86.2 ms, at maxAttempts = 1`. */
export function metricFinding(view: SweepView, metric: number): string {
  const { result } = view;
  const { better } = result.metrics[metric]!;
  const unit = unitOf(result.metrics[metric]!);
  const known = ranked(result, metric);
  if (known.length === 0) return 'No figure anywhere';
  const values = known.map((entry) => entry.figure.value!);
  const [low, high] = [Math.min(...values), Math.max(...values)].map((v) => formatValue(v, unit));
  if (low === high)
    return `${low!} ${known.length === entriesOf(result, metric).length ? 'everywhere' : 'wherever it was measured'}`;
  const best = isAlongLoad(view) ? [] : bestEntries(result, metric);
  if (best.length === 0 || result.sweep.kind === 'bisect') {
    const at = (value: number): string =>
      placeText(
        view,
        known.find(({ figure }) => figure.value === value)!,
      );
    const succeed = /\.success\b/u.test(result.metrics[metric]!.text) ? ' succeed' : '';
    return `${low!}${succeed} at ${at(Math.min(...values))}, ${high!} at ${at(Math.max(...values))}`;
  }
  const word = better === 'low' ? `Lowest, ${low!},` : `Highest, ${high!},`;
  if (best.length === 1) return `${word} at ${placeText(view, best[0]!)}`;
  const places = [...new Set(best.map((entry) => settingText(view, entry.case.at)))];
  return `${word} at ${places.length === 1 ? places[0]! : countedText(view, best)}`;
}

/** The sentences of all metrics; along a load the lowest one is best, which is no news. */
export function metricSentences(view: SweepView): Words[] {
  if (isAlongLoad(view)) return [];
  return view.result.metrics.map((_, metric) => metricWords(view, metric));
}

/** A metric of a bisection, on both sides of each limit that was found. */
function edgeMetricWords(view: SweepView, metric: number): Words | null {
  const { result } = view;
  const unit = unitOf(result.metrics[metric]!);
  const parts = result.edges.flatMap((edge) => {
    if (edge.holds === null || edge.breaks === null) return [];
    const [holds, breaks] = [edge.holds, edge.breaks].map((at) => {
      const figures = figuresOf(caseAt(view, [at]), edge.variant);
      const figure = figures?.figures[metric];
      if (figures === null || figure === undefined) return 'not measured';
      return `${figureText(figures, figure, unit)} at ${valueText(view, 0, [at])}`;
    });
    return [`${edge.variant} ${holds!} and ${breaks!}`];
  });
  if (parts.length === 0) return null;
  return [{ strong: result.metrics[metric]!.text }, ` on both sides: ${parts.join('; ')}.`];
}

/** The best entries of a metric: all that have the best value. */
export function bestEntries(result: SweepResult, metric: number): Entry[] {
  if (result.metrics[metric]!.better === 'none') return [];
  const known = ranked(result, metric);
  const [first] = known;
  return first === undefined ? [] : known.filter((e) => e.figure.value === first.figure.value);
}

function bestText(view: SweepView, metric: number, known: readonly Entry[]): string {
  const { result } = view;
  const low = result.metrics[metric]!.better === 'low';
  const best = bestEntries(result, metric);
  const unit = unitOf(result.metrics[metric]!);
  const first = best[0]!;
  const value = formatWithInterval(first.figure.value!, first.figure.ci95, unit);
  const word = low ? 'lowest' : 'highest';
  const held = heldText(view, metric, known, best);
  if (best.length > 1) {
    const places = [...new Set(best.map((entry) => settingText(view, entry.case.at)))];
    const where =
      places.length === 1
        ? `${places[0]!} with ${listed(best.map(({ figures }) => figures.name))}`
        : countedText(view, best);
    return `${word}, ${value}, at ${where}.${held}`;
  }
  return `${word} at ${placeText(view, first)}: ${value}.${othersText(view, metric, known)}${held}`;
}

/** The number of these settings for each variant: `6 of 40 settings with retries and 36 with budget`. */
function countedText(view: SweepView, entries: readonly Entry[]): string {
  const { variants, cases } = view.result;
  const of = plural(cases.length, 'setting');
  if (variants.length === 1) return `${entries.length} of ${of}`;
  const counts = variants.flatMap((name) => {
    const count = entries.filter(({ figures }) => figures.name === name).length;
    return count === 0 ? [] : [{ name, count }];
  });
  const parts = counts.map(({ name, count }, i) =>
    i === 0 ? `${count} of ${of} with ${name}` : `${count} with ${name}`,
  );
  return listed(parts);
}

/**
 * Whether the next best differs from the best, judged by the differences between runs with the same random numbers.
 */
function othersText(view: SweepView, metric: number, known: readonly Entry[]): string {
  const [first, ...others] = known;
  const next = others[0]!;
  const { better } = view.result.metrics[metric]!;
  const unit = unitOf(view.result.metrics[metric]!);
  const nextText = `${formatValue(next.figure.value!, unit)} at ${placeText(view, next)}`;
  if (first!.figure.each.length < 2) return ` Next: ${nextText}${loneText(first!, next)}.`;
  const own = view.result.metrics[metric]!;
  const apart = (e: Entry): Interval | null => apartOf(first!.figure, e.figure, own);
  const level = others.filter((e) => !isSignificant(better === 'low', apart(e)));
  if (level.length === 0) return ` Next: ${nextText}, and the runs, paired, tell the two apart.`;
  const open = decidingText(level.map(apart));
  if (level.length === 1)
    return ` Not decided against ${formatWithInterval(level[0]!.figure.value!, level[0]!.figure.ci95, unit)} at ${placeText(view, level[0]!)}${open}.`;
  return ` Not decided against ${level.length} others${open}.`;
}

/** `: about 20 replications would decide`, all of these; empty where some run has no figure. */
function decidingText(intervals: readonly (Interval | null)[]): string {
  const each = intervals.map((interval) => {
    if (interval === null) return undefined;
    const { halfWidth, estimate, n } = interval;
    const wide = { n, df: n - 1, halfWidth, error: 0.05 };
    return runsToDecide(wide, (half) => Math.abs(estimate) > half);
  });
  if (each.includes(undefined)) return '';
  const most = Math.max(...each.map((runs) => runs ?? Infinity));
  return `: ${decidingWords(most === Infinity ? null : most, 'more replications do not help')}`;
}

/** A note where the intervals of two single runs overlap, or one has none. */
function loneText(first: Entry, next: Entry): string {
  const [a, b] = [first.figure.ci95, next.figure.ci95];
  const isApart = a !== null && b !== null && (a[1] < b[0] || b[1] < a[0]);
  return isApart ? '' : '; one run each does not say whether that differs';
}

/** The best setting that holds all budgets, if the best of all does not. */
function heldText(
  view: SweepView,
  metric: number,
  known: readonly Entry[],
  best: readonly Entry[],
): string {
  const { result } = view;
  const holds = ({ figures }: Entry): boolean => budgetStatusOf(result, figures) === 'holds';
  if (!hasBudgets(result) || best.some(holds)) return '';
  const first = known.find(holds);
  if (first === undefined) return '';
  const value = formatValue(first.figure.value!, unitOf(result.metrics[metric]!));
  return ` Of what holds all budgets: ${value} at ${placeText(view, first)}.`;
}

/** True if the interval of the differences between the runs lies on the worse side. */
function isSignificant(low: boolean, interval: Interval | null): boolean {
  if (interval === null) return false;
  return low ? interval.high < 0 : interval.low > 0;
}

/** Interval of the difference between runs with the same random numbers; null if some run has no figure. */
function apartOf(best: SweepFigure, other: SweepFigure, metric: SweepMetric): Interval | null {
  const differences = best.each.flatMap((value, run) => {
    const others = other.each[run] ?? null;
    return value === null || others === null ? [] : [value - others];
  });
  const isKnown = differences.length === best.each.length;
  if (!isKnown || best.value === null || other.value === null) return null;
  const difference = best.value - other.value;
  const isOfErrors = isQuantile(metric.text);
  const uncertain = [other, best].map((one) => (isOfErrors ? documentedError(one) : undefined));
  return pairedInterval({ difference, differences, uncertain: [uncertain[0], uncertain[1]] }, 0.95);
}

/** A setting, with its variant if there are several. */
function placeText(view: SweepView, { case: one, figures }: Entry): string {
  const of = view.result.variants.length > 1 ? ` with ${figures.name}` : '';
  return settingText(view, one.at) + of;
}

function neverText(view: SweepView, metric: number): string {
  const never = entriesOf(view.result, metric).filter(
    ({ figures, figure }) => figures.stop === null && figure.never > 0,
  );
  return never.length === 0 ? '' : ` Some run never recovers at ${countedText(view, never)}.`;
}

function nothingText(view: SweepView, metric: number): string {
  const all = entriesOf(view.result, metric).filter(({ figures }) => figures.stop === null);
  const never = all.filter(({ figure }) => figure.never > 0).length;
  if (never === 0) return 'nothing was measured';
  if (never === all.length) return 'some run never recovers at any setting';
  return `no figure; some run never recovers at ${never} of ${plural(all.length, 'setting')}`;
}
