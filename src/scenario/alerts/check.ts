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
interface QueryProblem {
  readonly message: string;
  /** Empty = the message says what to write. */
  readonly found: string;
  readonly allowed: readonly string[];
}

/** By label of this language: what exporters and scrape configurations of Prometheus call it. */
const FOREIGN: readonly (readonly [label: string, words: RegExp])[] = [
  ['service', /^(job|app|application|app_kubernetes_io_name|container|deployment|service_name)$/],
  ['component', /^(job|app|application|app_kubernetes_io_name|container|deployment|service_name)$/],
  ['workload', /^(job|app|application|client)$/],
  ['instance', /^(pod|pod_name|kubernetes_pod_name|hostname)$/],
  ['status_code', /^(code|status|http_status_code|response_code|http_response_status_code)$/],
  ['outcome', /^(code|status|result)$/],
  ['endpoint', /^(handler|path|route|uri|url|operation|http_route)$/],
  ['method', /^(verb|http_method|http_request_method)$/],
];

/** Labels of a cluster: a scenario is one. */
const OF_CLUSTER =
  /^(namespace|kubernetes_namespace|cluster|env|environment|region|prometheus|stage)$/;

/** What is wrong with a selector: a metric that is not exported, a label that it does not have, a value that never occurs. */
export function selectorProblems(
  { name, matchers }: Selector,
  known: KnownSeries,
): readonly QueryProblem[] {
  if (known.recorded.has(name)) return [];
  const metric = known.metrics.find((own) => own.name === name);
  if (metric === undefined) {
    const allowed = [...known.metrics.map((own) => own.name), ...known.recorded];
    return [{ message: `no run exports the metric ${name}`, found: name, allowed }];
  }
  return matchers.flatMap((matcher) => matcherProblem(matcher, metric, known) ?? []);
}

/** A label that elements are grouped by and that none of their series has; `metrics` are the names in the expression. */
export function groupingProblem(
  label: string,
  names: readonly string[],
  { metrics, recorded }: KnownSeries,
): QueryProblem | null {
  const own = metrics.filter(({ name }) => names.includes(name));
  // Recorded series, and metrics that have been reported, have labels that are not known here.
  if (own.length < names.length || names.some((name) => recorded.has(name))) return null;
  const labels = [...new Set(own.flatMap((metric) => metric.labels))];
  if (labels.length === 0 || labels.includes(label)) return null;
  const better = ownLabel(label, labels);
  const hint =
    better !== null
      ? `: write ${better}`
      : OF_CLUSTER.test(label)
        ? ': leave it out, a scenario is one cluster'
        : '';
  const message = `no series here has the label ${label}${hint}`;
  return { message, found: hint === '' ? label : '', allowed: better === null ? labels : [] };
}

/** What this language calls a label of another exporter, of those that a metric has. */
function ownLabel(label: string, labels: readonly string[]): string | null {
  return FOREIGN.find(([own, words]) => labels.includes(own) && words.test(label))?.[0] ?? null;
}

function matcherProblem(
  { label, op, value }: Matcher,
  { name, labels }: ExportedMetric,
  { values }: KnownSeries,
): QueryProblem | null {
  if (!labels.includes(label)) {
    const message = `${name} has no label ${label}`;
    const own = ownLabel(label, labels);
    if (own !== null) {
      return { message: `${message}: write ${own}${op}"${value}"`, found: '', allowed: [] };
    }
    const hint = OF_CLUSTER.test(label) ? ': leave it out, a scenario is one cluster' : '';
    return { message: `${message}${hint}`, found: hint === '' ? label : '', allowed: labels };
  }
  const allowed = values.get(label);
  if (allowed === undefined || op === '!=' || op === '!~') return null;
  const isThere =
    op === '=' ? allowed.includes(value) : allowed.some((own) => anchored(value).test(own));
  if (isThere) return null;
  return { message: `${label} is never ${value}: no such series`, found: value, allowed };
}
