import { LOOKS_ERROR } from '../stats/looks.js';
import { holds } from '../contracts/compare.js';
import type { Measure } from '../contracts/scenario/expression.js';
import { isJudgedAmong } from '../language/expressions-of.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { RunRecord } from '../contracts/record/record.js';
import type { Verdict } from '../contracts/result/budgets.js';
import type { ScenarioFile } from '../contracts/scenario/scenario.js';
import type { BudgetSource } from '../contracts/scenario/judgement.js';
import type { SweepFigure, SweepFigures } from '../contracts/result/sweep-figures.js';
import type { StoryEvent } from '../contracts/result/cascade.js';
import { judgeBudget } from './verdicts/budget.js';
import { storiesOf } from './story/cascade.js';
import { eachStep } from '../language/each-step.js';
import { fullest, type FullResource } from './measure/fullest.js';
import { combineDigests } from './measure/digest.js';
import { estimateOf, finite } from './measure/estimate.js';
import { neverCount } from './measure/recovery.js';
import { alarmsOf } from './measure/warnings.js';
import { arrivedOf, finishedOf, sumParts } from './measure/sums.js';
import { measureIn, variantNamed, type Study } from './verdicts/study.js';
import { variantData, type VariantData } from './measure/variant-data.js';
import { wholeRun } from './measure/window.js';
import { sumOf } from '../stats/sums.js';
import { formatRate, formatShare } from '../text/figures.js';

/** Measurements at every setting of a sweep. */
export interface Asked {
  readonly metrics: readonly Measure[];
  readonly budgets: readonly BudgetSource[];
  /** The expectation of `bisect`; null for other sweeps. */
  readonly expect: BudgetSource | null;
  /** Share of the error probability of 5 % that intervals may spend; absent = all of it. */
  readonly part?: number;
}

/** The runs of one setting, by variant; `records` by replication. */
export interface CaseRuns {
  /** The scenario with the values of this setting and only the variants of the sweep. */
  readonly file: ScenarioFile;
  readonly plans: readonly Plan[];
  readonly records: readonly (readonly RunRecord[])[];
}

/**
 * The figures of each variant at one setting. A variant that a guard stopped, or that has no records for lack of
 * memory, has a reason instead of figures. Pure: equal input gives equal output.
 */
export function caseFigures(runs: CaseRuns, asked: Asked): readonly SweepFigures[] {
  const { file, plans, records } = runs;
  const all = file.variants.map((variant, i) =>
    records[i].length === 0 ? null : variantData(variant, plans[i], records[i], wholeRun(plans[i])),
  );
  const sound = all.filter((data) => data !== null).filter((data) => stopOf(data) === null);
  const stories = new Map(
    isAboutCascade(asked) ? sound.map((data) => [data.variant.name, storiesOf(data)]) : [],
  );
  const study: Study = { variants: sound, stories, saved: null };
  return all.map((data, i) =>
    data === null
      ? {
          name: file.variants[i].name,
          digest: combineDigests([]),
          replications: 0,
          stop: 'memory',
          ...nothing(asked),
        }
      : figuresOf(data, study, asked, file),
  );
}

/**
 * Splits budgets into those that can be judged with these variants alone, and the texts of the others. `together`:
 * variants that run at the same settings, so that a budget may compare one with another.
 */
export function splitBudgets(
  budgets: readonly BudgetSource[],
  variants: readonly string[],
  together: readonly string[],
): { readonly judged: readonly BudgetSource[]; readonly leftOut: readonly string[] } {
  const isJudged = ({ expression }: BudgetSource): boolean =>
    isJudgedAmong(expression, variants, together);
  return {
    judged: budgets.filter(isJudged),
    leftOut: budgets.filter((budget) => !isJudged(budget)).map(({ text }) => text),
  };
}

function figuresOf(
  data: VariantData,
  study: Study,
  asked: Asked,
  file: ScenarioFile,
): SweepFigures {
  const stop = stopOf(data);
  const { records, variant } = data;
  const head = {
    name: variant.name,
    digest: combineDigests(records.map((record) => record.digest)),
    replications: records.length,
    stop,
  };
  if (stop !== null) return { ...head, ...nothing(asked) };
  const unanswered = unansweredIn(data);
  const counted: VariantData = unanswered === null ? data : { ...data, countsUnanswered: true };
  const all = {
    ...study,
    variants: study.variants.map((other) => (other === data ? counted : other)),
  };
  const judged = {
    figures: asked.metrics.map((measure) => figureOf(measure, counted, all, asked.part)),
    budgets: asked.budgets.map((budget) => verdictOn(budget, counted, all)),
    points: asked.budgets.map((budget) => verdictOn({ ...budget, confidence: null }, counted, all)),
    expect: asked.expect === null ? null : expectOf(asked.expect, counted, all),
  };
  const isGood = isMet(judged, asked);
  const gives = isGood ? undefined : firstToGive(data, isOfUsers(judged, asked, data));
  const alarms = [
    ...alarmsOf([data], file),
    ...(isGood && unanswered !== null ? [unansweredAlarm(unanswered)] : []),
  ];
  return {
    ...head,
    ...judged,
    ...(gives !== undefined && { gives }),
    ...(alarms.length > 0 && { alarms }),
  };
}

/** Whether the point estimates meet the expectation and every budget that counts. */
function isMet(
  { points, expect }: Pick<SweepFigures, 'points' | 'expect'>,
  { budgets, expect: asked }: Asked,
): boolean {
  const fails = points.some((verdict, i) => verdict === 'fail' && budgets[i].severity === 'error');
  if (fails || expect === null || asked === null) return !fails;
  const { verdict, value, limit } = expect;
  if (verdict !== 'inconclusive') return verdict === 'pass';
  return value !== null && limit !== null && holds(asked.expression.op, value, limit);
}

/** Empty figures for runs that did not finish. */
function nothing(asked: Asked): Pick<SweepFigures, 'figures' | 'budgets' | 'points' | 'expect'> {
  const budgets = asked.budgets.map(() => null);
  const figures = asked.metrics.map(() => NOTHING);
  return { figures, budgets, points: budgets, expect: null };
}

const NOTHING: SweepFigure = { value: null, ci95: null, never: 0, each: [] };

function figureOf(
  { metric, window }: Measure,
  data: VariantData,
  study: Study,
  part = 1,
): SweepFigure {
  const measured = measureIn(study, data, metric, window);
  const never = neverCount(measured);
  const each = measured.each.map(finite);
  if (never > 0) return { value: null, ci95: null, never, each };
  const { ci95 } = estimateOf(measured, 1 - LOOKS_ERROR * part);
  return { value: finite(measured.value), ci95, never, each };
}

/** Verdict on a budget; null if it is not about this variant or has no meaning in it, or compares it with a variant without figures. */
function verdictOn(budget: BudgetSource, data: VariantData, study: Study): Verdict | null {
  const { limit } = budget.expression;
  if (limit.kind === 'ofVariant' && variantNamed(study, limit.variant) === undefined) return null;
  const judged = judgeBudget(budget, data, study);
  return judged === null || judged.applies === false ? null : judged.verdict;
}

/** The verdict uses the confidence that the bisection asks for; the interval in the result is that of 95 %. */
function expectOf(asked: BudgetSource, data: VariantData, study: Study): SweepFigures['expect'] {
  const judged = judgeBudget(asked, data, study);
  const shown = judgeBudget({ ...asked, confidence: 0.95 }, data, study);
  if (judged === null || shown === null) return null;
  const { value, ci95, limit, unit, note } = shown;
  return { verdict: judged.verdict, value, ci95, limit, unit, note };
}

/** Why the runs ended early; null = they completed. */
function stopOf({ records }: VariantData): string | null {
  const stopped = records.find(({ stop }) => stop !== 'horizon' && stop !== 'drained');
  if (stopped === undefined) return null;
  // The event limit is not a budget of the scenario.
  return stopped.stop === 'budget' ? 'events' : stopped.stop;
}

/** Whether any metric or budget needs the cascade, whose analysis takes longer than everything else. */
function isAboutCascade({ metrics, budgets, expect }: Asked): boolean {
  const judged = expect === null ? budgets : [...budgets, expect];
  const paths = [
    ...metrics.map(({ metric }) => metric),
    ...judged.flatMap(({ expression: { metric, limit } }) =>
      'metric' in limit ? [metric, limit.metric] : [metric],
    ),
  ];
  return paths.some(({ subject }) => subject.kind === 'cascade');
}

/** A resource is used up, or processes die: the reason, where a worse health is only its effect. */
const REASONS: readonly StoryEvent['kind'][] = ['saturated', 'poolFull', 'killed', 'pending'];
const EFFECTS: readonly StoryEvent['kind'][] = ['down', 'failing', 'degraded', 'backlog'];

/** From this multiple of the load down, a full resource is overloaded. */
const OVER = 0.98;
/** From this share of the requests on, those without a response count. */
const UNANSWERED = 0.01;

/**
 * The component that gives in first: the one whose resource is full, by the headroom of all runs, else the first one in
 * the first run that runs out of something or degrades. Undefined if none does.
 */
function firstToGive(data: VariantData, isOfRequests: boolean): SweepFigures['gives'] {
  return fullest(data, isOfRequests) ?? firstEvent(data);
}

/** Whether only budgets on requests of users break: users wait for no consumer of messages. */
function isOfUsers(
  { points }: Pick<SweepFigures, 'points'>,
  { budgets, expect }: Asked,
  { plan, componentIds }: VariantData,
): boolean {
  const broken = budgets.filter((_, i) => points[i] === 'fail');
  const isOfUser = ({ expression: { metric } }: (typeof broken)[number]): boolean => {
    const { subject } = metric;
    if (subject.kind !== 'component') return false;
    const id = componentIds.get(subject.at.component);
    return id !== undefined && plan.components[id].kind === 'workload';
  };
  return expect === null && broken.length > 0 && broken.every(isOfUser);
}

/** A resource that is full at a setting, and the share of the requests that wait for a response at the end of its runs. */
interface Unanswered {
  readonly full: FullResource;
  readonly share: number;
}

/** Where a resource is overloaded and many requests are never answered in the run; null elsewhere. */
function unansweredIn(data: VariantData): Unanswered | null {
  const users = data.records.map((record) => sumParts(record, data.requests, data.whole.cells));
  const arrived = sumOf(users.map((counts) => arrivedOf(counts)));
  const open = arrived - sumOf(users.map((counts) => finishedOf(counts)));
  if (!(open > UNANSWERED * arrived)) return null;
  const full = fullest(data, true);
  if (full === undefined || full.full.factor > OVER) return null;
  return { full, share: open / arrived };
}

function unansweredAlarm({ full, share }: Unanswered): string {
  return `${formatShare(share)} of the requests are not answered before the run ends and count as failures: ${full.subject} holds ${formatRate(full.holds)}`;
}

/** A component that is hit by a fault, or that fails requests by its own steps, does not give in where it only fails. */
function firstEvent(data: VariantData): SweepFigures['gives'] {
  const [story] = storiesOf({ ...data, records: data.records.slice(0, 1) });
  const { plan, componentIds, variant } = data;
  const hit = new Set(variant.scenario.faults.flatMap(({ target }) => target));
  // Connections run out on the way from one component to another.
  const isServer = ({ subject, kind }: StoryEvent): boolean => {
    const id = componentIds.get(subject);
    return id === undefined ? kind === 'poolFull' : plan.components[id].kind !== 'workload';
  };
  const own = story.events.filter(isServer);
  const first =
    own.find(({ kind }) => REASONS.includes(kind)) ??
    own.find(
      ({ kind, subject }) =>
        EFFECTS.includes(kind) && !hit.has(subject) && !failsItself(data, subject),
    );
  if (first === undefined) return undefined;
  const { subject, kind, at, text } = first;
  return { subject, kind, at, text };
}

/** Whether an endpoint of a service fails some of its requests by a step of its own. */
function failsItself({ variant }: VariantData, name: string): boolean {
  const service = variant.scenario.services.get(name);
  if (service === undefined) return false;
  let fails = false;
  for (const { steps } of service.endpoints.values())
    eachStep(steps, ({ verb }) => (fails ||= verb === 'fail'));
  return fails;
}
