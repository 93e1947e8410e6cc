import type { Aggregation, Expr, Grouping, Selector } from './ast.js';
import type { Element, Value } from './element.js';
import { NO_LABELS, LabelSet } from './labels.js';
import { anchored } from './parse.js';
import { joined } from './join.js';
import { quantilesOf } from './quantile.js';
import { RANGE_FUNCTIONS, windowOf } from './range-functions.js';
import type { Series, SeriesStore } from './series.js';

/** Evaluates expressions over the series of a run, at any instant. */
export class Evaluator {
  private readonly chosen = new Map<
    Selector,
    { readonly of: number; readonly series: readonly Series[] }
  >();
  private readonly groups = new Map<Grouping, Map<LabelSet, LabelSet>>();

  constructor(private readonly store: SeriesStore) {}

  /** The elements of an expression at a time in seconds; a number is an element without labels. */
  vector(expr: Expr, at: number): readonly Element[] {
    const value = this.value(expr, at);
    return typeof value === 'number' ? [{ labels: NO_LABELS, value }] : value;
  }

  /** The series that a selector finds. */
  seriesOf(selector: Selector): readonly Series[] {
    const all = this.store.named(selector.name);
    const known = this.chosen.get(selector);
    if (known?.of === all.length) return known.series;
    const tests = selector.matchers.map(({ label, op, value }) => {
      if (op === '=' || op === '!=') {
        return ({ labels }: Series) => (labels.get(label) === value) === (op === '=');
      }
      const regex = anchored(value);
      return ({ labels }: Series) => regex.test(labels.get(label)) === (op === '=~');
    });
    const series = all.filter((one) => tests.every((test) => test(one)));
    this.chosen.set(selector, { of: all.length, series });
    return series;
  }

  private value(expr: Expr, at: number): Value {
    switch (expr.kind) {
      case 'number':
        return expr.value;
      case 'selector':
        return this.instant(expr, at - expr.offset);
      case 'negate': {
        const of = this.value(expr.of, at);
        return typeof of === 'number' ? -of : mapped(of, (value) => -value);
      }
      case 'aggregate':
        return this.aggregated(expr.op, expr.grouping, this.vector(expr.of, at));
      case 'call':
        return this.called(expr, at);
      case 'binary':
        return joined(expr, this.value(expr.left, at), this.value(expr.right, at));
    }
  }

  private instant(selector: Selector, at: number): readonly Element[] {
    const found: Element[] = [];
    for (const series of this.seriesOf(selector)) {
      const value = series.valueAt(at);
      if (value !== null) found.push({ labels: series.labels, value });
    }
    return found;
  }

  private called({ name, args }: Extract<Expr, { kind: 'call' }>, at: number): Value {
    const [first, second] = args;
    const ofWindow = RANGE_FUNCTIONS[name];
    if (ofWindow !== undefined && first?.kind === 'selector') {
      const end = at - first.offset;
      const found: Element[] = [];
      for (const series of this.seriesOf(first)) {
        const value = ofWindow(windowOf(series, end - first.range!, end));
        if (value !== null) found.push({ labels: series.labels, value });
      }
      return found;
    }
    const own = this.vector(first!, at);
    const number = second === undefined ? NaN : this.vector(second, at);
    switch (name) {
      case 'histogram_quantile':
        return quantilesOf(own[0]?.value ?? NaN, number as readonly Element[]);
      case 'abs':
        return mapped(own, Math.abs);
      case 'clamp_min':
        return mapped(own, (value) => Math.max(value, onlyOf(number)));
      case 'clamp_max':
        return mapped(own, (value) => Math.min(value, onlyOf(number)));
      case 'scalar':
        return own.length === 1 ? own[0].value : NaN;
      case 'absent':
        return own.length > 0 ? [] : [{ labels: absentLabels(first!), value: 1 }];
      default:
        // `vector`: a number is an element without labels.
        return own;
    }
  }

  private aggregated(
    op: Aggregation,
    grouping: Grouping,
    elements: readonly Element[],
  ): readonly Element[] {
    const groups = new Map<string, { readonly labels: LabelSet; readonly values: number[] }>();
    for (const { labels, value } of elements) {
      const own = this.groupOf(grouping, labels);
      const group = groups.get(own.key);
      if (group === undefined) groups.set(own.key, { labels: own, values: [value] });
      else group.values.push(value);
    }
    return [...groups.values()].map(({ labels, values }) => ({
      labels,
      value: AGGREGATE[op](values),
    }));
  }

  private groupOf(grouping: Grouping, labels: LabelSet): LabelSet {
    let known = this.groups.get(grouping);
    if (known === undefined) this.groups.set(grouping, (known = new Map()));
    let own = known.get(labels);
    if (own === undefined) {
      own = grouping.without ? labels.without(grouping.labels) : labels.only(grouping.labels);
      known.set(labels, own);
    }
    return own;
  }
}

const AGGREGATE: Readonly<Record<Aggregation, (values: readonly number[]) => number>> = {
  sum: total,
  avg: (values) => total(values) / values.length,
  max: (values) => values.reduce((most, value) => (value > most || isNaN(most) ? value : most)),
  min: (values) => values.reduce((least, value) => (value < least || isNaN(least) ? value : least)),
  count: (values) => values.length,
};

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function mapped(elements: readonly Element[], of: (value: number) => number): readonly Element[] {
  return elements.map(({ labels, value }) => ({ labels, value: of(value) }));
}

function onlyOf(value: Value): number {
  return typeof value === 'number' ? value : (value[0]?.value ?? NaN);
}

/** Labels that the matchers of a selector name. Source: prometheus/promql/functions.go (createLabelsForAbsentFunction). */
function absentLabels(expr: Expr): LabelSet {
  if (expr.kind !== 'selector') return NO_LABELS;
  const equal = expr.matchers.filter(({ op }) => op === '=');
  return LabelSet.of(equal.map(({ label, value }) => [label, value] as const));
}
