import type { SweepEdge, SweepFigures, SweepKind } from '../../spec/result/sweep.js';
import { exactShare, formatSeconds } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { strongList, type Words } from '../emphasis.js';
import { listed } from '../format.js';
import { groupedBy } from '../../text/order.js';
import type { Badge } from '../words.js';
import { edgeGives, giveWords } from './gives.js';
import {
  caseAt,
  expectText,
  figuresOf,
  hasBudgets,
  isSample,
  settingText,
  budgetStatusOf,
  tallyOf,
  type SweepResultAxis,
  type SweepView,
} from './cases.js';
import { regionText } from './region.js';

/** The badge before the verdict; null if there is nothing to judge. */
export function sweepBadge(view: SweepView): Badge | null {
  const { result } = view;
  if (result.sweep.kind === 'bisect') {
    const unsure = result.edges.filter((edge) => !edge.isSure).length;
    return unsure > 0 ? { text: 'not sure', tone: 'open' } : null;
  }
  if (!hasBudgets(result)) return null;
  const all = result.cases.length;
  const held = settingsHeld(view, null);
  const tone = held === 0 ? 'fail' : held === all ? 'pass' : 'open';
  return { text: `${held} of ${all} hold`, tone };
}

/** The question in one sentence: kind, axes, variants, runs, time. */
export function askedText(view: SweepView): string {
  const { result, free } = view;
  const { sweep, axes } = result;
  const runs = plural(result.replications, 'replication');
  const each = result.variants.length > 1 ? ' of each variant' : '';
  const tail = `${sweep.kind === 'bisect' ? 'up to ' : ''}${runs}${each} at each ${sweep.kind === 'bisect' ? 'value' : 'setting'}, ${formatSeconds(result.run.duration)} measured`;
  if (sweep.kind === 'bisect') {
    const axis = axes[0];
    const values = axis?.values ?? [];
    const range =
      values.length === 0 ? '' : ` from ${values[0]!.text} to ${values[values.length - 1]!.text}`;
    const within =
      sweep.resolution === null ? '' : `, to within ${exactShare(sweep.resolution)} of the value`;
    return `Where along ${axis?.path ?? 'the axis'}${range} ${sweep.expect === null ? 'the budgets stop' : `${sweep.expect} stops`} to hold${within}: ${plural(values.length, 'value')} tried, ${tail}.`;
  }
  const over = free.map((i) => `${axes[i]!.path} (${extentText(axes[i]!, sweep.kind)})`);
  const fixed = axes
    .filter((_, i) => !free.includes(i))
    .map((axis) => `${axis.path} = ${axis.values[0]?.text ?? ''}`);
  const also = fixed.length === 0 ? '' : `, with ${listed(fixed)}`;
  const every = free.length > 1 ? 'Every combination' : 'Every value';
  const sample = sweep.kind === 'sobol' ? "A sample by Sobol's sequence" : 'A random sample';
  const kind = sweep.kind === 'grid' ? every : sample;
  return `${kind} of ${listed(over)}${also}: ${plural(result.cases.length, 'setting')}, ${tail}.`;
}

/**
 * The verdict, sentence by sentence: how many settings hold all budgets and where; for a bisection, where `expect`
 * breaks for each variant. Then what was not measured.
 */
export function sweepVerdict(view: SweepView): Words[] {
  const { result } = view;
  const said =
    result.sweep.kind === 'bisect'
      ? result.edges.map((edge) => edgeWords(view, edge))
      : hasBudgets(result)
        ? [countWords(view), ...regionWords(view), ...giveWords(view)]
        : [];
  if (result.sweep.kind === 'bisect' && result.edges.length === 0)
    said.push(['Nothing was tried.']);
  return [...said, ...stopWords(view), ...emptyWords(view)];
}

/** The limit that a bisection found for one variant: `retries holds up to 243/s and breaks at 248/s.` */
export function edgeWords(view: SweepView, edge: SweepEdge): Words {
  const values = view.result.axes[0]!.values;
  const text = (i: number | null): string => (i === null ? '?' : values[i]!.text);
  const said = outcomeText(view, edge, text, [0, values.length - 1]);
  const gives = edgeGives(view, edge);
  return [
    { strong: edge.variant },
    ` ${said}${reachedText(view, edge)}.${gives}${sureText(view, edge)}`,
  ];
}

/** The resolution that was reached: the distance of the two values, as a share of the larger one. */
function reachedText(view: SweepView, edge: SweepEdge): string {
  const { axes, sweep } = view.result;
  if (edge.outcome !== 'found' || sweep.resolution === null) return '';
  if (unmeasuredText(view, edge.variant, edge.breaks) !== null) return '';
  const [a, b] = [edge.holds, edge.breaks].map((i) => axes[0]!.values[i!]?.number ?? null);
  if (a === null || a === undefined || b === null || b === undefined) return '';
  const reached = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
  const isCount = axes[0]!.unit === 'number' && Number.isInteger(a) && Math.abs(a - b) === 1;
  const why = isCount ? ', the nearest whole numbers' : '';
  return ` (to within ${exactShare(Number(reached.toPrecision(2)))}${why})`;
}

/** Number of settings that hold all budgets, for one variant, or for any of them where `variant` is null. */
export function settingsHeld(view: SweepView, variant: string | null): number {
  return view.result.cases.filter((one) =>
    one.variants.some(
      (figures) =>
        (variant === null || figures.name === variant) &&
        budgetStatusOf(view.result, figures) === 'holds',
    ),
  ).length;
}

/** Number of settings at which a budget holds and fails, of those at which it is judged. */
export interface BudgetCount {
  readonly held: number;
  readonly failed: number;
  readonly of: number;
}

/** Numbers of settings at which a budget holds and fails for a variant; null if it is not judged. */
export function budgetCounts(view: SweepView, budget: number, variant: string): BudgetCount | null {
  const verdicts = view.result.cases.flatMap((one) => {
    const verdict = figuresOf(one, variant)?.budgets[budget] ?? null;
    return verdict === null ? [] : [verdict];
  });
  if (verdicts.length === 0) return null;
  const count = (word: string): number => verdicts.filter((verdict) => verdict === word).length;
  return { held: count('pass'), failed: count('fail'), of: verdicts.length };
}

function outcomeText(
  view: SweepView,
  edge: SweepEdge,
  text: (i: number | null) => string,
  [first, last]: readonly [number, number],
): string {
  const unmeasured = (at: number | null): string | null => unmeasuredText(view, edge.variant, at);
  if (edge.outcome === 'holds')
    return `holds over the whole range ${text(first)} to ${text(last)}, as far as its ends tell`;
  if (edge.outcome === 'breaks') {
    const [low, high] = [unmeasured(first), unmeasured(last)];
    if (low !== null && high !== null) return `is undecided at both ends: ${low}`;
    if (low !== null) return `breaks at ${text(last)}; at ${text(first)} ${low}`;
    if (high !== null) return `breaks already at ${text(first)}; at ${text(last)} ${high}`;
    return `breaks already at ${text(first)}, and at ${text(last)} too`;
  }
  const rises = edge.holds !== null && edge.breaks !== null && edge.holds > edge.breaks;
  const why = unmeasured(edge.breaks);
  if (why !== null) {
    return rises
      ? `holds from ${text(edge.holds)} on; up to ${text(edge.breaks)} ${why}`
      : `holds up to ${text(edge.holds)}; from ${text(edge.breaks)} on ${why}`;
  }
  return rises
    ? `breaks up to ${text(edge.breaks)} and holds from ${text(edge.holds)} on`
    : `holds up to ${text(edge.holds)} and breaks at ${text(edge.breaks)}`;
}

/** Why a variant has no figures at a value; null if it has some. */
function unmeasuredText(view: SweepView, variant: string, at: number | null): string | null {
  const figures = at === null ? null : expectOf(view, at, variant);
  if (figures === null) return null;
  if (figures.stop !== null)
    return `the runs were stopped (${figures.stop}), and nothing was measured`;
  const { expect } = figures;
  const isEmpty =
    expect !== null && expect.value === null && expect.note?.startsWith('never') !== true;
  return isEmpty ? 'nothing was measured' : null;
}

/** The extent of an axis: its number of values, or the ends of a sampled range. */
function extentText({ values, scale }: SweepResultAxis, kind: SweepKind): string {
  if (!isSample(kind) || scale === 'list' || values.length < 2)
    return plural(values.length, 'value');
  return `${values[0]!.text} to ${values[values.length - 1]!.text}`;
}

/** The values on both sides, and a note if the limit is uncertain. */
function sureText(view: SweepView, edge: SweepEdge): string {
  const side = (i: number | null): string | null => {
    const expect = i === null ? null : (expectOf(view, i, edge.variant)?.expect ?? null);
    return expect === null ? null : expectText(expect);
  };
  const holds = side(edge.holds);
  const breaks = side(edge.breaks);
  const measured =
    holds === null || breaks === null
      ? brokenText(view, edge)
      : ` Measured: ${holds} where it holds, ${breaks} where it breaks.`;
  const last = view.result.axes[0]!.values.length - 1;
  const asked = edge.outcome === 'found' ? [edge.holds, edge.breaks] : [0, last];
  const isUnmeasured = asked.some((at) => unmeasuredText(view, edge.variant, at) !== null);
  if (isUnmeasured) return '';
  const warning = edge.isSure
    ? ''
    : ' Not sure: the runs leave it open on one side at least, so more of them may move this.';
  return measured + warning;
}

/** The budgets that break, if the search found that not all of them hold. */
function brokenText(view: SweepView, edge: SweepEdge): string {
  const { budgets, sweep } = view.result;
  if (sweep.expect !== null) return '';
  const at = edge.outcome === 'breaks' ? 0 : edge.breaks;
  const figures = at === null ? null : expectOf(view, at, edge.variant);
  const broken = budgets.filter(
    ({ severity }, i) =>
      severity === 'error' && figures?.budgets[i] !== 'pass' && figures?.points[i] === 'fail',
  );
  if (broken.length === 0) return '';
  const shown = broken.slice(0, BROKEN_SHOWN).map(({ name, text }) => name ?? text);
  const more = broken.length - shown.length;
  return ` Broken there: ${shown.join('; ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

const BROKEN_SHOWN = 3;

function expectOf(view: SweepView, value: number, variant: string): SweepFigures | null {
  return figuresOf(caseAt(view, [value]), variant);
}

/** How many settings hold all budgets, in total and by variant, and how many are undecided. */
function countWords(view: SweepView): Words {
  const { result } = view;
  const all = result.cases.length;
  const several = result.variants.length > 1;
  const held = settingsHeld(view, null);
  const verb = held === 1 ? 'holds' : 'hold';
  const by = result.variants.map((name) =>
    isJudged(view, name) ? `${name}: ${settingsHeld(view, name)} of ${all}` : `${name}: not judged`,
  );
  const whole = several ? ' with at least one variant' : '';
  const tail = several ? ` (${by.join('; ')})` : '';
  const open = result.cases.filter(
    (one) =>
      one.variants.some((figures) => budgetStatusOf(result, figures) === 'undecided') &&
      !one.variants.some((figures) => budgetStatusOf(result, figures) === 'holds'),
  ).length;
  const undecided = open === 0 ? '' : ` ${open} more ${open === 1 ? 'is' : 'are'} undecided.`;
  return [
    { strong: `${held} of ${plural(all, 'setting')}` },
    ` ${verb} all budgets${whole}${tail}.${undecided}`,
  ];
}

/** Where each variant holds all budgets. Variants with the same settings share a sentence. */
function regionWords(view: SweepView): Words[] {
  const judged = view.result.variants.filter((one) => isJudged(view, one));
  return [...groupedBy(judged, (name) => whereText(view, name))].map(([where, names]) => [
    ...strongList(names),
    ` ${names.length === 1 ? 'holds' : 'hold'} all budgets ${where}.`,
  ]);
}

/** Whether any budget applies to a variant. */
function isJudged(view: SweepView, name: string): boolean {
  return view.result.cases.some((one) => {
    const figures = figuresOf(one, name);
    return figures !== null && tallyOf(view.result, figures).of > 0;
  });
}

/** Where a variant holds all budgets; null for a single variant that does so everywhere or nowhere. */
function whereText(view: SweepView, name: string): string | null {
  const { result } = view;
  const held = settingsHeld(view, name);
  const alone = result.variants.length === 1;
  if (held === result.cases.length) return alone ? null : 'at every setting';
  if (held === 0) return alone ? null : 'at no setting';
  const at = result.cases
    .filter((one) => {
      const figures = figuresOf(one, name);
      return figures !== null && budgetStatusOf(result, figures) === 'holds';
    })
    .map((one) => one.at);
  return regionText(view, at);
}

/** Variants whose runs were stopped, and where. */
function stopWords(view: SweepView): Words[] {
  const { result } = view;
  return result.variants.flatMap((name): Words[] => {
    const stopped = result.cases.filter((one) => (figuresOf(one, name)?.stop ?? null) !== null);
    if (stopped.length === 0) return [];
    const why = new Set(stopped.map((one) => figuresOf(one, name)!.stop!));
    const where =
      stopped.length === 1
        ? `at ${settingText(view, stopped[0]!.at)}`
        : `at ${stopped.length} of ${plural(result.cases.length, 'setting')}`;
    return [
      [
        'The runs of ',
        { strong: name },
        ` ${where} were stopped before their time (${listed([...why])}): nothing was measured there.`,
      ],
    ];
  });
}

/** Metrics without a measured value at any setting. */
function emptyWords(view: SweepView): Words[] {
  const { result } = view;
  const running = result.cases.flatMap((one) => one.variants.filter(({ stop }) => stop === null));
  if (result.cases.length === 0) return [['No setting was run.']];
  if (running.length === 0) return [['Nothing was measured: no run reached its end.']];
  const empty = result.metrics.filter((_, m) =>
    running.every(
      ({ figures }) => (figures[m]?.value ?? null) === null && (figures[m]?.never ?? 0) === 0,
    ),
  );
  return empty.length === 0
    ? []
    : [[`Nothing was measured of ${listed(empty.map((metric) => metric.text))}.`]];
}
