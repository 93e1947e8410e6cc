import type { ExportedMetric } from '../../language/exported.js';
import type { Matcher, Selector } from '../../promql/ast.js';
import { anchored } from '../../promql/parse.js';

/** What the series of a scenario are called, and which values their labels can have. */
export interface KnownSeries {
  readonly metrics: readonly ExportedMetric[];
  /** Values of the labels that the scenario names; other labels are not checked. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Names of recorded series. */
  readonly recorded: ReadonlySet<string>;
}

/** A name that leads nowhere. */
export interface QueryProblem {
  readonly message: string;
  readonly found: string;
  readonly allowed: readonly string[];
}

/** What is wrong with a selector: a metric that is not exported, a label that it does not have, a value that never occurs. */
export function selectorProblem(
  { name, matchers }: Selector,
  known: KnownSeries,
): QueryProblem | null {
  if (known.recorded.has(name)) return null;
  const metric = known.metrics.find((own) => own.name === name);
  if (metric === undefined) {
    const allowed = [...known.metrics.map((own) => own.name), ...known.recorded];
    return { message: `no run exports the metric ${name}`, found: name, allowed };
  }
  for (const matcher of matchers) {
    const problem = matcherProblem(matcher, metric, known);
    if (problem !== null) return problem;
  }
  return null;
}

function matcherProblem(
  { label, op, value }: Matcher,
  { name, labels }: ExportedMetric,
  { values }: KnownSeries,
): QueryProblem | null {
  if (!labels.includes(label)) {
    return { message: `${name} has no label ${label}`, found: label, allowed: labels };
  }
  const allowed = values.get(label);
  if (allowed === undefined || op === '!=' || op === '!~') return null;
  const isThere =
    op === '=' ? allowed.includes(value) : allowed.some((own) => anchored(value).test(own));
  if (isThere) return null;
  return { message: `${label} is never ${value}: no such series`, found: value, allowed };
}
