import { askedSpans } from '../measure/faulted.js';
import type { Expression } from '../../contracts/scenario/expression.js';
import { speaksOf } from '../../language/expressions-of.js';
import { findMetric, type Metric } from '../../language/metrics.js';
import { invariant } from '../../kernel/invariant.js';
import type { BudgetSource } from '../../contracts/scenario/judgement.js';
import type { BudgetResult, Verdict } from '../../contracts/result/budgets.js';
import { runsToDecide } from '../../stats/replications.js';
import { finite, fromOf, meanOf, wideOf, type Measured } from '../measure/estimate.js';
import { lackOf } from './applies.js';
import { hold, type Held } from './limit.js';
import { neverCount } from '../measure/recovery.js';
import { rolloutResults } from '../measure/rollouts.js';
import { tooShort } from './too-short.js';
import { savedKey, savedOf } from './saved.js';
import { judgeSteps } from './step-verdict.js';
import { select } from '../measure/subjects.js';
import type { Study } from './study.js';
import type { VariantData } from '../measure/variant-data.js';
import { DEFAULT_CONFIDENCE, judge, levelOf, marginOf } from './verdict.js';
import { formatCount } from '../../text/figures.js';

/** Verdict on a budget in one variant; null if the budget is not about this variant. */
export function judgeBudget(
  source: BudgetSource,
  data: VariantData,
  study: Study,
): BudgetResult | null {
  const { expression } = source;
  if (!speaksOf(expression, data.variant.name)) return null;
  const found = findMetric(expression.metric.name);
  invariant(found.known === 'yes', 'analysis-metric-unknown');
  if (found.known !== 'yes') return null;
  const missing = missingRuns(expression, data, study);
  if (missing !== null) return undecided(source, found.metric, missing);
  const isUncompared = expression.limit.kind === 'ofSaved' && study.saved === null;
  return {
    text: source.text,
    metric: savedKey(expression),
    name: source.name,
    severity: source.severity,
    ...(source.strict && !isUncompared && { strict: true }),
    ...(expression.steps === null
      ? ofWindow(source, expression, data, study, found.metric)
      : ofSteps(source, expression, data, study, found.metric)),
  };
}

/** The missing runs of the variants in an expression, in words; null if there are none. */
function missingRuns({ limit }: Expression, data: VariantData, study: Study): string | null {
  const own = study.unfinished?.get(data.variant.name);
  if (own !== undefined) return own;
  if (limit.kind !== 'ofVariant') return null;
  const other = study.unfinished?.get(limit.variant);
  return other === undefined ? null : `${limit.variant}: ${other}`;
}

/** With missing runs there is no verdict, and no figure that suggests one. */
function undecided(source: BudgetSource, { unit }: Metric, note: string): BudgetResult {
  const { text, expression, name, severity, strict } = source;
  const metric = savedKey(expression);
  const empty = { value: null, ci95: null, limit: null, margin: null };
  const judged = { verdict: 'inconclusive', unit, note } as const;
  return { text, metric, name, severity, ...(strict && { strict }), ...empty, ...judged };
}

type Judgement = Omit<BudgetResult, 'text' | 'metric' | 'name' | 'severity'>;

/** Judges a budget on one figure of the window. */
function ofWindow(
  source: BudgetSource,
  expression: Expression,
  data: VariantData,
  study: Study,
  { unit }: Metric,
): Judgement {
  const held = ofWord(expression, data, study) ?? hold(expression, expression.window, data, study);
  const value = finite(held.measured.value);
  const isSaved = expression.limit.kind === 'ofSaved';
  const short = value === null && !source.allowEmpty ? tooShort(expression, data) : null;
  const lack = value === null && short === null ? lackOf(expression, data) : null;
  const nothing = isSaved ? 'not in the baseline' : 'nothing to compare with';
  return {
    ...(isSaved && study.saved === null
      ? { verdict: 'inconclusive', ci95: null, note: 'compared by check --baseline' }
      : short !== null
        ? { ...unmeasurable(short), ci95: null }
        : lack !== null
          ? { ...inapplicable(lack), ci95: null }
          : decide(expression, held, source, { nothing, until: searchedUntil(expression, data) })),
    value,
    limit: held.limit,
    margin: marginOf(expression.op, value, held.limit),
    unit,
    ...(isSaved && {
      saved: {
        key: savedKey(expression),
        value: savedOf(study, data, expression)?.value ?? null,
        each: held.measured.each.map(finite),
      },
    }),
  };
}

/** Judges a budget on each step of the window. */
function ofSteps(
  source: BudgetSource,
  expression: Expression,
  data: VariantData,
  study: Study,
  { unit }: Metric,
): Judgement {
  const { verdict, share, steps, needed } = judgeSteps(expression, data, study, source);
  const limit = expression.steps!.share;
  const isEmpty = share === null;
  const short = isEmpty && !source.allowEmpty ? tooShort(expression, data) : null;
  const lack = isEmpty && short === null ? lackOf(expression, data) : null;
  return {
    verdict: isEmpty && source.allowEmpty ? 'pass' : verdict,
    ...(needed !== undefined && { runsToDecide: needed }),
    ci95: null,
    note: isEmpty ? 'no samples' : null,
    ...(short !== null && unmeasurable(short)),
    ...(lack !== null && inapplicable(lack)),
    value: share,
    limit,
    margin: share === null ? null : share - limit,
    unit: 'share',
    steps: { ...steps, unit },
  };
}

/** A budget about something that a variant does not have breaks nothing, and holds nothing. */
function inapplicable(lack: string): Pick<BudgetResult, 'verdict' | 'note' | 'applies'> {
  return { verdict: 'pass', note: `does not apply: ${lack}`, applies: false };
}

/** No number of runs decides it, so it is no break, whether or not it is strict, and holds nothing. */
function unmeasurable(note: string): Pick<BudgetResult, 'verdict' | 'note' | 'applies'> {
  return { verdict: 'inconclusive', note, applies: false };
}

type Decision = Pick<BudgetResult, 'verdict' | 'ci95' | 'note' | 'from' | 'runsToDecide'>;

/** `nothing`: the note where the limit has no value; `until`: the end of a search for recovery, in words. */
function decide(
  expression: Expression,
  held: Held,
  source: BudgetSource,
  { nothing, until }: { readonly nothing: string; readonly until: string },
): Decision {
  const { measured, limit } = held;
  const { confidence, part } = source;
  const level = levelOf({ confidence: confidence ?? DEFAULT_CONFIDENCE, part }, measured);
  const interval = level === null ? null : held.intervalAt(level);
  const ci95 = interval === null ? null : ([interval.low, interval.high] as const);
  const from = fromOf(measured, interval);
  if (expression.limit.kind === 'word' && measured.kind === 'exact') {
    return { ...decideWord(measured), ci95, ...from };
  }
  if (measured.kind === 'recovery') {
    const decision = decideRecovery(expression, measured, until);
    if (decision !== null) return { ...decision, ci95, ...from };
  }
  if (measured.value === null) {
    return { verdict: source.allowEmpty ? 'pass' : 'fail', ci95: null, note: 'no samples' };
  }
  if (limit === null) return { verdict: 'fail', ci95, note: nothing, ...from };
  const shown = confidence === null ? null : interval;
  const judged = (around: Parameters<typeof judge>[3]): Verdict =>
    judge(expression.op, measured.value!, limit, around, source.by);
  const verdict = judged(shown);
  if (verdict !== 'inconclusive' || shown === null || level === null)
    return { verdict, ci95, note: null, ...from };
  const { value } = measured;
  const needed = runsToDecide(wideOf(measured, shown, 1 - level), (half) => {
    return judged({ low: value - half, high: value + half }) !== 'inconclusive';
  });
  return { verdict, ci95, note: null, runsToDecide: needed, ...from };
}

/** Share of the runs for which a statement about the result of a rollout is true. */
function ofWord(expression: Expression, data: VariantData, study: Study): Held | null {
  const { limit, op, metric } = expression;
  if (limit.kind !== 'word' || metric.name.join('.') !== 'rollout.result') return null;
  const results = rolloutResults({ data, selection: select(metric, data) });
  if (results === null) return hold(expression, expression.window, data, study);
  const each = results.map((own) => ((own === limit.word) === (op === '==') ? 1 : 0));
  return { measured: meanOf(each, 'exact'), limit: null, intervalAt: () => null };
}

/** It happens in some runs only: more of them do not change that. */
const MIXED = { verdict: 'inconclusive', runsToDecide: null } as const;

/** Passes if it holds in all runs and fails if it holds in none; otherwise inconclusive. */
function decideWord(measured: Measured): Omit<Decision, 'ci95'> {
  const known = measured.each.filter((value) => value !== null);
  const held = known.filter((value) => value === 1).length;
  if (known.length === 0) return { verdict: 'fail', note: 'no samples' };
  if (held === known.length) return { verdict: 'pass', note: null };
  const note = `in ${formatCount(held)} of ${formatCount(known.length)} runs`;
  return held === 0 ? { verdict: 'fail', note } : { ...MIXED, note };
}

/** Words for the end of the window in which a state is searched after a fault, if the next fault ends it. */
function searchedUntil({ window }: Expression, data: VariantData): string {
  if (window?.kind !== 'after') return '';
  const [span] = askedSpans(window, data);
  return span !== undefined && span.untilNs < data.plan.endNs ? ' before the next fault' : '';
}

/** `never` breaks every limit except `== never`. Null if all runs recover. */
function decideRecovery(
  expression: Expression,
  measured: Measured,
  until: string,
): Omit<Decision, 'ci95'> | null {
  const known = measured.each.filter((value) => value !== null).length;
  if (known === 0) return null;
  const never = neverCount(measured);
  const some = never === known ? '' : ` in ${formatCount(never)} of ${formatCount(known)} runs`;
  const note = `never${some}${until}`;
  if (expression.limit.kind === 'word') {
    const share = expression.op === '==' ? never / known : 1 - never / known;
    if (share !== 0 && share !== 1) return { ...MIXED, note };
    return { verdict: share === 1 ? 'pass' : 'fail', note: never === 0 ? null : note };
  }
  return never === 0 ? null : { verdict: 'fail', note };
}
