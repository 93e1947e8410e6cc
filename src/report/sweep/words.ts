import type { SweepEdge, SweepFigures, SweepKind } from '../../spec/result/sweep.js';
import { exactShare, formatSeconds } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { strongList, type Words } from '../emphasis.js';
import { listed } from '../format.js';
import { groupedBy } from '../../text/order.js';
import type { Badge } from '../answer.js';
import { edgeGives, giveWords } from './gives.js';
import {
  valueWord,
  caseAt,
  expectText,
  figuresOf,
  hasBudgets,
  isAlongLoad,
  isSample,
  settingText,
  budgetStatusOf,
  valueText,
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

/** The question in one sentence: what is varied, how many values and runs, time. */
export function askedText(view: SweepView): string {
  const { result, free } = view;
  const { sweep, axes, replications } = result;
  const variants = result.variants.length;
  const whose = variants > 1 ? ` of each of ${variants} variants` : ' each';
  const runs = `${sweep.kind === 'bisect' ? 'up to ' : ''}${plural(replications, 'run')}${whose}`;
  const tail = `${runs}, ${formatSeconds(result.run.duration)} measured`;
  if (sweep.kind === 'bisect') {
    const path = axes[0]?.path ?? 'the axis';
    const values = axes[0]?.values ?? [];
    const range =
      values.length === 0 ? '' : ` from ${values[0]!.text} to ${values[values.length - 1]!.text}`;
    const within =
      sweep.resolution === null ? '' : `, to within ${exactShare(sweep.resolution)} of the value`;
    return `Where along ${path}${range} ${sweep.expect === null ? 'the budgets stop' : `${sweep.expect} stops`} to hold${within}: ${plural(values.length, valueWord(path))}, ${tail}.`;
  }
  const over = free.map((i) => `${axes[i]!.path} (${extentText(axes[i]!, sweep.kind)})`);
  const fixed = axes
    .filter((_, i) => !free.includes(i))
    .map((axis) => `${axis.path} = ${axis.values[0]?.text ?? ''}`);
  const also = fixed.length === 0 ? '' : `, with ${listed(fixed)}`;
  const count = result.cases.length;
  if (sweep.kind === 'grid' && free.length === 1) {
    const { path } = axes[free[0]!]!;
    return `${path}${also}: ${plural(count, valueWord(path))}, ${tail}.`;
  }
  const sample = sweep.kind === 'sobol' ? "A sample by Sobol's sequence" : 'A random sample';
  const kind = sweep.kind === 'grid' ? 'Every combination' : sample;
  return `${kind} of ${listed(over)}${also}: ${plural(count, 'setting')}, ${tail}.`;
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
  return [...said, ...beganWords(view), ...stopWords(view), ...emptyWords(view)];
}

/** The limit that a bisection found for one variant: `Limit of retries between 243/s and 248/s.` */
function edgeWords(view: SweepView, edge: SweepEdge): Words {
  const values = view.result.axes[0]!.values;
  const text = (i: number | null): string => (i === null ? '?' : values[i]!.text);
  const gives = edgeGives(view, edge);
  const rest = `.${gives}${sureText(view, edge)}`;
  const isMeasured = unmeasuredText(view, edge.variant, edge.breaks) === null;
  if (edge.outcome !== 'found' || !isMeasured) {
    const said = outcomeText(view, edge, text, [0, values.length - 1]);
    return [{ strong: edge.variant }, ` ${said}${rest}`];
  }
  const whose = view.result.variants.length > 1 ? `Limit of ${edge.variant}` : 'Limit';
  return [{ strong: whose }, ` ${betweenText(view, edge)}${rest}`];
}

/**
 * The two values between which a limit is. If the runs leave one of them open, the next value on its side at which they
 * do not, and those two by the point estimates.
 */
function betweenText(view: SweepView, edge: SweepEdge): string {
  const { values, unit } = view.result.axes[0]!;
  const [holds, breaks] = [edge.holds!, edge.breaks!];
  const rises = holds > breaks;
  const between = (a: number, b: number): string => {
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    return `between ${values[low]!.text} and ${values[high]!.text}`;
  };
  const side = rises ? ', holds above it' : '';
  const [a, b] = [values[holds]!.number, values[breaks]!.number];
  const isCount =
    unit === 'number' && a !== null && b !== null && Number.isInteger(a) && Math.abs(a - b) === 1;
  const numbers = isCount ? ', the nearest whole numbers' : '';
  const near = `${between(holds, breaks)}${side}${numbers}`;
  if (edge.isSure) return near;
  const away = rises ? 1 : -1;
  const sureHolds = sureAt(view, edge.variant, holds, away, 'pass');
  const sureBreaks = sureAt(view, edge.variant, breaks, -away, 'fail');
  const isOpen = sureHolds !== holds || sureBreaks !== breaks;
  if (sureHolds === null || sureBreaks === null || !isOpen)
    return `${near}, not sure with so few runs`;
  return `${between(sureHolds, sureBreaks)}${side}; by the point estimates ${between(holds, breaks)}${numbers}`;
}

/** The first value from one on, in a direction, at which the runs decide this way; null if none does. */
function sureAt(
  view: SweepView,
  variant: string,
  from: number,
  step: number,
  asked: 'pass' | 'fail',
): number | null {
  const { result } = view;
  for (let at = from; at >= 0 && at < result.axes[0]!.values.length; at += step) {
    const figures = expectOf(view, at, variant);
    if (figures === null || figures.stop !== null) continue;
    const status = budgetStatusOf(result, figures);
    const verdict =
      figures.expect?.verdict ?? (status === 'holds' ? 'pass' : status === 'fails' ? 'fail' : null);
    if (verdict === asked) return at;
  }
  return null;
}

/** The replicas with which autoscaled components begin: `Each load begins with the replicas of its autoscaler: a 5 to 10.` */
function beganWords(view: SweepView): Words[] {
  const counts = new Map<string, number[]>();
  for (const { variants } of view.result.cases) {
    for (const { component, replicas } of variants.flatMap(({ began }) => began ?? []))
      counts.set(component, [...(counts.get(component) ?? []), replicas]);
  }
  if (counts.size === 0) return [];
  const words = [...counts].map(([name, all]) => {
    const [least, most] = [Math.min(...all), Math.max(...all)];
    return `${name} ${least}${most > least ? ` to ${most}` : ''}`;
  });
  const each = isAlongLoad(view) ? 'load' : 'setting';
  return [
    [`Each ${each} begins with the replicas that the autoscaler has at it: ${listed(words)}.`],
  ];
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
  const warning =
    edge.isSure || edge.outcome === 'found' ? '' : ' Not sure: the runs leave it open at one end.';
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
    { strong: `${held} of ${plural(all, isAlongLoad(view) ? 'load' : 'setting')}` },
    ` ${verb} all budgets${whole}${tail}.${undecided}`,
  ];
}

/** Where each variant holds all budgets. Variants with the same settings share a sentence. */
function regionWords(view: SweepView): Words[] {
  const judged = view.result.variants.filter((one) => isJudged(view, one));
  return [...groupedBy(judged, (name) => limitAlong(view, name) ?? whereText(view, name))].map(
    ([where, names]) => [
      ...strongList(names),
      ` ${names.length === 1 ? 'holds' : 'hold'} all budgets ${where}.`,
    ],
  );
}

/** The limit along a load: `up to 1400/s, not at 2400/s`; null if there is none, or more than one. */
function limitAlong(view: SweepView, name: string): string | null {
  const { result, free } = view;
  if (!isAlongLoad(view)) return null;
  const statuses = result.cases.map((one) => {
    const figures = figuresOf(one, name);
    return figures === null ? 'unjudged' : budgetStatusOf(result, figures);
  });
  const last = statuses.lastIndexOf('holds');
  const first = statuses.indexOf('fails');
  if (last < 0 || first < last) return null;
  const [low, high] = [last, first].map((i) => valueText(view, free[0]!, result.cases[i]!.at));
  return `up to ${low!}, and not at ${high!}`;
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
