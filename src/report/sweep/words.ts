import type { SweepEdge } from '../../contracts/result/sweep.js';
import type { SweepKind } from '../../contracts/scenario/sweeps.js';
import { exactShare, formatSeconds } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { strongList, type Words } from '../base/emphasis.js';
import { listed } from '../base/format.js';
import { groupedBy } from '../../text/order.js';
import type { Badge } from '../words/answer.js';
import { giveWords } from './gives.js';
import { edgeParts } from './limits.js';
import {
  valueWord,
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

/** `Limit of retries between 243/s and 248/s.` */
function edgeWords(view: SweepView, edge: SweepEdge): Words {
  const { whose, what, gives, measured } = edgeParts(view, edge);
  return [{ strong: whose }, ` ${what}${gives}${measured}`];
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

/** The extent of an axis: its number of values, or the ends of a sampled range. */
function extentText({ values, scale }: SweepResultAxis, kind: SweepKind): string {
  if (!isSample(kind) || scale === 'list' || values.length < 2)
    return plural(values.length, 'value');
  return `${values[0]!.text} to ${values[values.length - 1]!.text}`;
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
