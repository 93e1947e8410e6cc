import type { Expression, Limit, WindowClause } from '../../contracts/scenario/expression.js';
import { pairedInterval } from '../../stats/paired.js';
import type { Interval } from '../../stats/interval.js';
import { finite, intervalOf, pairedValues, trialsOf, type Measured } from '../measure/estimate.js';
import { savedOf } from './saved.js';
import { measureIn, variantNamed, type Study } from './study.js';
import type { VariantData } from '../measure/variant-data.js';

/** A value and its limit. */
export interface Held {
  readonly measured: Measured;
  /** Null if there is no limit to compare with. */
  readonly limit: number | null;
  /** Interval of the value relative to the limit, at a confidence level; null if there is none. */
  intervalAt(level: number): Interval | null;
}

/** Measures the metric of an expression in a window, and its limit. */
export function hold(
  expression: Expression,
  window: WindowClause | null,
  data: VariantData,
  study: Study,
): Held {
  const measured = measureIn(study, data, expression.metric, window);
  const { limit } = expression;
  if (limit.kind === 'quantity') {
    const intervalAt = (level: number): Interval | null => intervalOf(measured, level);
    return { measured, limit: limit.quantity.value, intervalAt };
  }
  const other = limit.kind === 'word' ? null : otherSide(limit, expression, window, data, study);
  const value = other === null ? null : finite(other.value);
  if (other === null || value === null) return { measured, limit: null, intervalAt: () => null };
  const against = value * other.factor;
  return {
    measured,
    limit: against,
    intervalAt: (level) => paired(measured, other, against, level),
  };
}

/** The value to which a limit is relative. */
interface OtherSide
  extends Pick<Measured, 'value' | 'each' | 'uncertain'>, Partial<Pick<Measured, 'trials'>> {
  readonly factor: number;
}

function otherSide(
  limit: Exclude<Limit, { readonly kind: 'quantity' | 'word' }>,
  expression: Expression,
  window: WindowClause | null,
  data: VariantData,
  study: Study,
): OtherSide | null {
  const { metric } = expression;
  switch (limit.kind) {
    case 'metric':
      return { factor: 1, ...measureIn(study, data, limit.metric, window) };
    case 'ofMetric':
      return { factor: limit.factor, ...measureIn(study, data, limit.metric, window) };
    case 'ofVariant': {
      const other = variantNamed(study, limit.variant);
      if (other === undefined) return null;
      return { factor: limit.factor, ...measureIn(study, other, metric, window) };
    }
    case 'ofBefore': {
      // The clause of the whole window, even if `window` is a single step of it.
      const clause = expression.window;
      if (clause === null || clause.kind === 'between') return null;
      const before = { kind: 'before', fault: clause.fault, offset: clause.offset } as const;
      return { factor: limit.factor, ...measureIn(study, data, metric, before) };
    }
    case 'ofSaved': {
      const saved = savedOf(study, data, expression);
      return saved === null ? null : { factor: limit.factor, ...saved };
    }
  }
}

/**
 * Interval of a value relative to a limit that was measured in the same runs: from the difference of each pair of
 * runs, around the difference of the pooled figures, shifted by the limit.
 */
function paired(
  measured: Measured,
  other: OtherSide,
  limit: number,
  level: number,
): Interval | null {
  const value = finite(measured.value);
  if (value === null) return null;
  const interval = differenceOf(measured, other, value - limit, level);
  if (interval === null) return null;
  return {
    ...interval,
    estimate: value,
    low: interval.low + limit,
    high: interval.high + limit,
  };
}

function differenceOf(
  measured: Measured,
  other: OtherSide,
  difference: number,
  level: number,
): Interval | null {
  const differences: number[] = [];
  for (const [a, b] of pairedValues(measured, other)) {
    if (a === null || b === null || !Number.isFinite(a) || !Number.isFinite(b)) continue;
    differences.push(a - other.factor * b);
  }
  const { factor } = other;
  const uncertain = [other.uncertain, measured.uncertain] as const;
  // Of a multiple of the other share, requests with the same outcome are a part, too.
  const trials = factor === 1 ? trialsOf(measured, other) : 0;
  return pairedInterval({ difference, differences, factor, uncertain, trials }, level);
}
