import type { FaultInfo, Result, Timeline, VariantResult } from '../../contracts/result/result.js';
import type { TopologyNode } from '../../contracts/result/topology.js';
import { isBroken } from './budget-words.js';
import {
  GOALS,
  judgedOf,
  rowsOf,
  tallyOf,
  type JudgedList,
  type JudgedRow,
  type Tally,
} from './judged.js';
import { focusRank } from '../families/focus.js';
import { formatInstant, formatSpan } from '../../text/figures.js';
import { oneLineTexts, type OneLine } from '../../text/line.js';
import { plural } from '../../text/words.js';
import { listed } from '../base/format.js';
import { byCodeUnit, groupedBy, sortedKeys } from '../../text/order.js';
import { PageReadings } from './page-readings.js';
import { outdone, rankedTogether } from './standing.js';
import { looksOf, type Look } from '../drawing/theme.js';
import { undoneWords } from './undone.js';
import { withWaiting } from './waiting.js';
import { worstVariantOf } from './worst-variant.js';

/** The input of every section: the result, and values derived from it for the whole page. */
export interface View {
  /** Its texts are those of a scenario, each on one line. */
  readonly result: OneLine<Result>;
  readonly looks: readonly Look[];
  readonly baseline: VariantResult;
  /** The variant whose cascade the page describes first: the worst one. */
  readonly worstVariant: VariantResult;
  /** Misses the fewest budgets, then succeeds most; null if the variants tie. */
  readonly winner: string | null;
  /** `workload.request`, in the order of the focus, then of the names. */
  readonly requests: readonly string[];
  /** The fault whose recovery is reported, else the first that is not innocent, else the first of all. */
  readonly headline: FaultInfo | null;
  /** The only variant that is shown; null = all of them side by side. */
  readonly only: VariantResult | null;
  /** What the pictures of a page read out. */
  readonly readings: PageReadings;
}

/** Derives the view of a result. */
export function viewOf(read: Result): View {
  const result = oneLineTexts(read);
  const baseline = result.variants.find((variant) => variant.baseline) ?? result.variants[0]!;
  const winner = winnerOf(result, baseline);
  return {
    result,
    looks: looksOf(result.variants, winner),
    baseline,
    worstVariant: worstVariantOf(result),
    winner,
    requests: requestsOf(result),
    headline: headlineOf(result),
    only: null,
    readings: new PageReadings(),
  };
}

/** The view of a single variant, with the headline fault as that variant has it, if it does. */
export function viewOfVariant(view: View, variant: VariantResult): View {
  const headline = variant.faults.find((fault) => fault.id === view.headline?.id) ?? null;
  return { ...view, headline, only: variant };
}

/** The budgets of a variant that count for the exit code. */
export function heldBudgets(variant: VariantResult): Tally {
  return tallyOf(GOALS, variant);
}

/**
 * Whether a variant holds all budgets by its settings, and every planned operation ends. With another load or other faults
 * it answers another question.
 */
export function isRemedy(view: View, variant: VariantResult): boolean {
  return wouldHold(variant) && undoneWords(view, variant) === null;
}

/** Whether a variant holds all budgets by its settings, planned operations aside. */
export function wouldHold(variant: VariantResult): boolean {
  return holdsAll(variant) && variant.changes?.some(({ isQuestion }) => isQuestion) !== true;
}

/** Whether a variant finished and holds all of its budgets, at least one. */
export function holdsAll(variant: VariantResult): boolean {
  const { held, of } = heldBudgets(variant);
  return of > 0 && held === of && variant.unfinished === undefined;
}

/** Number of entries of a list with the severity of a warning that some variant does not meet. */
export function brokenWarnings(result: Result, list: JudgedList = GOALS): number {
  return rowsOf(list, result.variants).filter((row) =>
    row.by.some((budget) => budget?.severity === 'warning' && isBroken(budget)),
  ).length;
}

/** The budgets of all variants by their text, in the order of their first occurrence. */
export function budgetRows(result: Result): readonly JudgedRow[] {
  return rowsOf(GOALS, result.variants);
}

/** Intervals in which a kind of request failed or was slow, or a component was degraded or behind, in the first run. */
export function degradedIntervals(
  variant: VariantResult,
  subject: string,
): VariantResult['cascade']['states'][string] {
  const own = (variant.cascade.states[subject] ?? []).filter(({ state }) => state !== 'ok');
  return withWaiting(variant, subject, own);
}

/** Longest total time for which one of these kinds of requests failed or was slow, in seconds. */
export function longestDegraded(variant: VariantResult, requests: readonly string[]): number {
  return requests
    .map((request) =>
      degradedIntervals(variant, request).reduce((sum, s) => sum + s.until - s.from, 0),
    )
    .reduce((most, seconds) => Math.max(most, seconds), 0);
}

/** Index of the step that contains an instant, clamped to the run. */
export function stepAt(timeline: Timeline, at: number): number {
  return Math.max(0, Math.min(timeline.steps - 1, Math.floor(at / timeline.step + 1e-9)));
}

/** Fault spans to shade: those of the headline fault. */
export function shades(view: View): readonly { readonly from: number; readonly until: number }[] {
  const end = view.result.run.duration;
  return (view.headline?.spans ?? [])
    .map((span) => ({ from: Math.max(0, span.from), until: Math.min(end, span.until) }))
    .filter((span) => span.until > span.from);
}

/**
 * All faults as charts of effects that no request shows mark them: spans, instants, and both in words. A picture of
 * all variants shows the faults of each, and the words name the variants.
 */
export function faultMarks(view: View): {
  readonly spans: readonly FaultMark[];
  readonly moments: readonly FaultMark[];
  readonly instants: readonly number[];
  readonly words: string;
} {
  const end = view.result.run.duration;
  const all = marksOf(view);
  const spans = all.filter(({ from, until }) => until > from && from < end);
  const instants = all.filter(({ from, until }) => until === from && from < end);
  const shaded = spans.map(
    ({ words, whose, from, until }) => `${words} (${activeWords(view, { from, until })}${whose})`,
  );
  const dotted = instants.map(
    ({ words, from, whose }) => `${words} (${formatInstant(from)}${whose})`,
  );
  const words = [
    shaded.length > 0 ? `Shaded: ${fewOf(shaded)}. ` : '',
    dotted.length > 0 ? `Dotted: ${fewOf(dotted)}. ` : '',
  ].join('');
  return {
    spans,
    moments: instants,
    instants: [...new Set(instants.map(({ from }) => from))],
    words,
  };
}

/** `60 to 100 s`; `from 60 s` of a fault that is still active when the run ends. */
export function activeWords(
  { result: { run } }: View,
  { from, until }: { readonly from: number; readonly until: number },
): string {
  return from > 0 && until >= run.duration
    ? `from ${formatInstant(from)}`
    : formatSpan(from, until);
}

interface FaultMark {
  readonly words: string;
  readonly from: number;
  readonly until: number;
  /** ` in a and b`; empty if every variant in the picture has it. */
  readonly whose: string;
}

/** Each span of each fault once, clamped to the run, with the variants that have it. */
function marksOf(view: View): FaultMark[] {
  const end = view.result.run.duration;
  const shown = view.only === null ? view.result.variants : [view.only];
  const marks = new Map<string, Omit<FaultMark, 'whose'> & { readonly names: string[] }>();
  for (const { name, faults } of shown) {
    for (const { words, spans } of faults) {
      for (const span of spans) {
        const [from, until] = [Math.max(0, span.from), Math.min(end, span.until)];
        const key = `${from}/${until}/${words}`;
        const known = marks.get(key) ?? { words, from, until, names: [] };
        if (!known.names.includes(name)) known.names.push(name);
        marks.set(key, known);
      }
    }
  }
  return [...marks.values()].map(({ names, ...mark }) => ({
    ...mark,
    whose: names.length === shown.length ? '' : ` in ${listed(names)}`,
  }));
}

/** The first items of a list, and the number of others. */
function fewOf(words: readonly string[]): string {
  const left = words.length - FEW;
  return left > 0 ? `${words.slice(0, FEW).join(', ')} and ${left} more` : listed(words);
}

const FEW = 4;

/** Look of a variant. */
export function lookOf(view: View, name: string): Look {
  return view.looks.find((look) => look.name === name) ?? view.looks[0]!;
}

/** `order` for `shoppers.order` where there is only one workload, else the whole path. */
export function requestLabel(view: View, request: string): string {
  const workloads = new Set(view.requests.map((path) => path.split('.')[0]));
  return workloads.size === 1 ? request.slice(request.indexOf('.') + 1) : request;
}

/** By component: how many calls it is away from the users. */
export function depthsOf({ result }: View): ReadonlyMap<string, number> {
  return new Map(result.topology.nodes.map(({ name, depth }) => [name, depth]));
}

/** A loop's components, those nearest to the users first, joined by arrows: `edge → checkout → payments`. */
export function loopWords(view: View, through: readonly string[]): string {
  const depth = depthsOf(view);
  const ordered = through
    .slice()
    .sort((a, b) => (depth.get(a) ?? 0) - (depth.get(b) ?? 0) || byCodeUnit(a, b));
  return ordered.join(' → ');
}

/** `5 variants x 10 seeds`. */
export function sizeWords(result: Result): string {
  return `${plural(result.variants.length, 'variant')} x ${plural(result.replications, 'seed')}`;
}

/** True if intervals come from batches of one run. */
export function fromBatches(result: Result): boolean {
  return result.variants.some(
    (variant) =>
      variant.summary.success.from === 'batches' ||
      variant.summary.goodput.from === 'batches' ||
      judgedOf(variant).some((budget) => budget.from === 'batches'),
  );
}

/** Misses the fewest budgets, then succeeds most, among the variants that no other one beats in success or goodput. */
function winnerOf(result: Result, baseline: VariantResult): string | null {
  const { variants } = result;
  if (variants.length < 2) return variants[0]?.name ?? null;
  const worse = outdone({ result, baseline });
  const whole = rankedTogether({ result, baseline });
  if (whole.length < 2) return null;
  const ranked = whole
    .filter(({ name }) => !worse.has(name))
    .map((variant) => ({
      name: variant.name,
      missed: heldBudgets(variant).of - heldBudgets(variant).held,
      success: variant.summary.success.value ?? 0,
    }));
  ranked.sort((a, b) => a.missed - b.missed || b.success - a.success || byCodeUnit(a.name, b.name));
  const [first, second] = ranked;
  if (first === undefined) return null;
  const tied = first.missed === second?.missed && Math.abs(first.success - second.success) < 1e-4;
  return tied ? null : first.name;
}

function requestsOf(result: Result): string[] {
  const series = result.variants[0]!.timeline.series;
  const workloads = result.topology.nodes
    .filter((node) => node.kind === 'workload')
    .map((node) => node.name);
  const all: string[] = [];
  for (const workload of workloads.sort(byCodeUnit)) {
    const parts = sortedKeys(series).filter((key) => key.startsWith(`${workload}.`));
    all.push(...(parts.length > 0 ? parts : workload in series ? [workload] : []));
  }
  const rank = focusRank(result);
  return all.sort(
    (a, b) => rank(a) - rank(b) || lossOf(result, b) - lossOf(result, a) || byCodeUnit(a, b),
  );
}

/** Loss of success of a request during the faults, over all variants. */
function lossOf(result: Result, request: string): number {
  let lost = 0;
  for (const variant of result.variants) {
    for (const each of variant.summary.during)
      if (each.request === request) lost += 1 - (each.success.value ?? 1);
  }
  return Math.round(lost * 1e6);
}

function headlineOf(result: Result): FaultInfo | null {
  const isHarmful = (fault: FaultInfo): boolean =>
    result.variants.some(
      (variant) =>
        variant.summary.recovery.fault === fault.id ||
        !variant.cascade.innocent.some((innocent) => innocent.fault === fault.id),
    );
  const faults = faultsOf(result);
  const byRecovery = faults.find((fault) =>
    result.variants.some((variant) => variant.summary.recovery.fault === fault.id),
  );
  return byRecovery ?? faults.find(isHarmful) ?? faults[0] ?? null;
}

/** Every fault once, by its id: those of the baseline, then those that only other variants have. */
export function faultsOf({ faults, variants }: Result): readonly FaultInfo[] {
  const all = [...faults, ...variants.flatMap((variant) => variant.faults)];
  return [...groupedBy(all, ({ id }) => id).values()].map(([first]) => first!);
}

/** True for components with instances: not for workloads, nor for queues and the like, which only hold messages. */
export function isServer(node: TopologyNode): boolean {
  return node.kind !== 'workload' && node.replicas > 0 && node.parts.length > 0;
}
