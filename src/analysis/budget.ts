import type { Expression, Limit } from '../scenario/expression.js';
import { findMetric } from '../scenario/metrics.js';
import { invariant } from '../kernel/invariant.js';
import { holds } from '../spec/compare.js';
import type { CompareOp } from '../spec/compare.js';
import type { BudgetSource } from '../spec/scenario.js';
import type { BudgetResult, Verdict } from '../spec/result.js';
import { sectionInterval, type Interval } from '../stats/interval.js';
import { finite, fromOf, intervalOf, type Measured } from './estimate.js';
import { neverCount } from './recovery.js';
import { subjectOf } from './subjects.js';
import { checkedExpression, measureIn, variantNamed, type Study } from './study.js';
import type { VariantData } from './variant-data.js';
import { count } from './words.js';

const DEFAULT_CONFIDENCE = 0.95;

/** Verdict on a budget in one variant; null where the budget is not about this variant. */
export function judgeBudget(
  source: BudgetSource,
  data: VariantData,
  study: Study,
): BudgetResult | null {
  const expression = checkedExpression(source.text);
  const { variants } = expression;
  if (variants !== null && !variants.some(({ name }) => name === data.variant.name)) return null;
  const found = findMetric(expression.metric.name, subjectOf(expression.metric, data));
  invariant(found.known === 'yes', 'analysis-metric-unknown');
  if (found.known !== 'yes') return null;
  const measured = measureIn(study, data, expression.metric, expression.window);
  const held = hold(expression, measured, data, study, source.confidence);
  return {
    text: source.text,
    name: source.name,
    severity: source.severity,
    ...decide(expression, measured, held, source),
    ...fromOf(measured, held.interval),
    value: finite(measured.value),
    limit: held.limit,
    margin: marginOf(expression.op, finite(measured.value), held.limit),
    unit: found.metric.unit,
  };
}

/** What a value is held against: the limit, and the interval of the value beside it. */
interface Held {
  readonly limit: number | null;
  readonly interval: Interval | null;
}

function hold(
  expression: Expression,
  measured: Measured,
  data: VariantData,
  study: Study,
  confidence: number | null,
): Held {
  const level = confidence ?? DEFAULT_CONFIDENCE;
  const isExact = measured.kind === 'exact' && level === DEFAULT_CONFIDENCE;
  const { limit } = expression;
  if (limit.kind === 'quantity') {
    return { limit: limit.quantity.value, interval: isExact ? null : intervalOf(measured, level) };
  }
  if (limit.kind === 'word') return { limit: null, interval: null };
  const other = otherSide(limit, expression, data, study);
  const value = other === null ? null : finite(other.measured.value);
  if (other === null || value === null) return { limit: null, interval: null };
  const against = value * other.factor;
  return { limit: against, interval: isExact ? null : paired(measured, other, against, level) };
}

interface OtherSide {
  readonly factor: number;
  readonly measured: Measured;
}

function otherSide(
  limit: Exclude<Limit, { readonly kind: 'quantity' | 'word' }>,
  expression: Expression,
  data: VariantData,
  study: Study,
): OtherSide | null {
  const { metric, window } = expression;
  switch (limit.kind) {
    case 'metric':
      return { factor: 1, measured: measureIn(study, data, limit.metric, window) };
    case 'ofMetric':
      return { factor: limit.factor, measured: measureIn(study, data, limit.metric, window) };
    case 'ofVariant': {
      const other = variantNamed(study, limit.variant);
      if (other === undefined) return null;
      return { factor: limit.factor, measured: measureIn(study, other, metric, window) };
    }
    case 'ofBefore': {
      if (window === null || window.kind === 'between') return null;
      const before = { kind: 'before', fault: window.fault, offset: window.offset } as const;
      return { factor: limit.factor, measured: measureIn(study, data, metric, before) };
    }
  }
}

/**
 * Interval of the value beside a limit that was measured in the same runs: the difference of each pair
 * of runs, around the difference of the pooled figures, moved by the limit.
 */
function paired(
  measured: Measured,
  other: OtherSide,
  limit: number,
  level: number,
): Interval | null {
  const differences: number[] = [];
  const n = Math.min(measured.each.length, other.measured.each.length);
  for (let i = 0; i < n; i++) {
    const a = measured.each[i];
    const b = other.measured.each[i];
    if (a === null || b === null || !Number.isFinite(a) || !Number.isFinite(b)) continue;
    differences.push(a - other.factor * b);
  }
  const value = finite(measured.value);
  if (value === null) return null;
  const interval = sectionInterval(value - limit, differences, level);
  if (interval === null) return null;
  return {
    ...interval,
    estimate: value,
    low: interval.low + limit,
    high: interval.high + limit,
  };
}

type Decision = Pick<BudgetResult, 'verdict' | 'ci95' | 'note'>;

function decide(
  expression: Expression,
  measured: Measured,
  held: Held,
  source: BudgetSource,
): Decision {
  const { interval } = held;
  const ci95 = interval === null ? null : ([interval.low, interval.high] as const);
  if (measured.kind === 'recovery') {
    const decision = decideRecovery(expression, measured);
    if (decision !== null) return { ...decision, ci95 };
  }
  if (measured.value === null) {
    return { verdict: source.allowEmpty ? 'pass' : 'fail', ci95: null, note: 'no samples' };
  }
  if (held.limit === null) return { verdict: 'fail', ci95, note: 'nothing to compare with' };
  const verdict = judge(
    expression.op,
    measured.value,
    held.limit,
    source.confidence === null ? null : interval,
  );
  return { verdict, ci95, note: null };
}

/** `never` breaks every limit; `== never` asks for nothing else. Null where all runs recover. */
function decideRecovery(expression: Expression, measured: Measured): Omit<Decision, 'ci95'> | null {
  const known = measured.each.filter((value) => value !== null).length;
  if (known === 0) return null;
  const never = neverCount(measured);
  const note = never === known ? 'never' : `never in ${count(never)} of ${count(known)} runs`;
  if (expression.limit.kind === 'word') {
    const share = expression.op === '==' ? never / known : 1 - never / known;
    const verdict = share === 1 ? 'pass' : share === 0 ? 'fail' : 'inconclusive';
    return { verdict, note: never === 0 ? null : note };
  }
  return never === 0 ? null : { verdict: 'fail', note };
}

/**
 * The whole interval on the right side passes, on the wrong side fails, across the limit is
 * inconclusive. Without an interval the point decides. A value that stands exactly on a limit that it
 * cannot go beyond (0 % or 100 % seen, 0 % or 100 % wanted) is decided by the point too.
 */
export function judge(
  op: CompareOp,
  value: number,
  limit: number,
  interval: Pick<Interval, 'low' | 'high'> | null,
): Verdict {
  const isExactEnd = value === limit && (limit === 0 || limit === 1);
  if (interval === null || isExactEnd || op === '==' || op === '!=') {
    return holds(op, value, limit) ? 'pass' : 'fail';
  }
  const low = holds(op, interval.low, limit);
  const high = holds(op, interval.high, limit);
  if (low && high) return 'pass';
  return low || high ? 'inconclusive' : 'fail';
}

/** Room to the limit as a share of it, positive on the right side; null where the limit is 0. */
export function marginOf(op: CompareOp, value: number | null, limit: number | null): number | null {
  if (value === null || limit === null || limit === 0) return null;
  const room = op === '>' || op === '>=' ? value - limit : limit - value;
  return room / Math.abs(limit);
}
