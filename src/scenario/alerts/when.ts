import { meterFamily } from '../../language/exported.js';
import { findMetric, type Metric } from '../../language/metrics.js';
import type { ComponentKind } from '../../contracts/component-kind.js';
import type { Expression, Subject } from '../../contracts/scenario/expression.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import { rateOf, SEEN_BY_CALLER, shareOf, userSeries, type RequestSeries } from './burn-rate.js';
import { promTime, selectorText } from './text.js';

/** The query of a condition, or why there is none. */
type Translated = { readonly expr: string } | { readonly problem: string };

type Pairs = RequestSeries['matchers'];

const RATES_OVER_NS = 300e9;

/** What monitoring sees of a subject. */
interface Seen {
  /** Its requests or attempts; null = it counts none. */
  readonly requests: RequestSeries | null;
  /** Series of its levels by metric: the selector, and how those of its instances or parts are joined. */
  readonly level: (metric: string) => readonly [selector: string, join: string] | null;
}

/** The query that asks what a condition says. `overNs`: its window; null = the usual one. */
export function translated(
  { metric, op, limit }: Expression,
  overNs: number | null,
  scenario: Scenario,
  kindOf: (name: string) => ComponentKind | undefined,
): Translated {
  if (limit.kind !== 'quantity') return { problem: 'expected a number as the limit' };
  const found = findMetric(metric.name);
  if (found.known !== 'yes') return { problem: `unknown metric ${metric.name.join('.')}` };
  const seen = seenOf(metric.subject, scenario, kindOf);
  if ('problem' in seen) return seen;
  const value = measured(found.metric, found.ending, seen, overNs);
  if (value === null) {
    const name = metric.name.join('.');
    return {
      problem: `no exported series shows ${name} of ${metric.text.slice(0, -name.length - 1)}: write expr with one that does`,
    };
  }
  return { expr: `${value} ${op} ${limit.quantity.value}` };
}

function measured(
  { name }: Metric,
  ending: string,
  { requests, level }: Seen,
  overNs: number | null,
): string | null {
  const window = overNs ?? RATES_OVER_NS;
  const own = requests === null ? null : ofRequests(name, ending, requests, window);
  if (own !== null) return own;
  if (ending !== 'mean' && ending !== '') return null;
  const found = level(name);
  if (found === null) return null;
  const [selector, join] = found;
  const over = overNs === null ? selector : `avg_over_time(${selector}[${promTime(overNs)}])`;
  return `${join}(${over})`;
}

function ofRequests(
  name: string,
  ending: string,
  series: RequestSeries,
  window: number,
): string | null {
  switch (name) {
    case 'success':
      return shareOf(series, series.succeeded, window);
    case 'throughput':
      return rateOf(series, window);
    case 'share':
      return series.hasOutcomes ? shareOf(series, `outcome="${ending}"`, window) : null;
    case 'latency':
      return latencyOf(series, ending, window);
    default:
      return null;
  }
}

function latencyOf({ time, matchers }: RequestSeries, ending: string, ns: number): string | null {
  const rate = (suffix: string): string =>
    `rate(${selectorText(`${time}_${suffix}`, matchers)}[${promTime(ns)}])`;
  if (ending === 'mean') return `sum(${rate('sum')}) / sum(${rate('count')})`;
  const digits = /^p(\d+)$/.exec(ending)?.[1];
  if (digits === undefined) return null;
  return `histogram_quantile(${Number(`0.${digits}`)}, sum by (le) (${rate('bucket')}))`;
}

/** Gauges of processes by their metric. */
const OF_PROCESS: Readonly<Record<string, string>> = {
  queue: 'request_queue_length',
  concurrency: 'requests_in_flight',
};
/** Gauges of the calls and pools of a process by their metric. */
const OF_CALLS: Readonly<Record<string, string>> = {
  'pool.waiting': 'pool_waiters',
  connections: 'pool_connections_open',
};

function seenOf(
  subject: Subject,
  scenario: Scenario,
  kindOf: (name: string) => ComponentKind | undefined,
): Seen | { readonly problem: string } {
  if (subject.kind === 'edge') return ofEdge(subject);
  if (subject.kind !== 'component') {
    return { problem: 'expected a component, a workload or an edge CALLER->CALLEE' };
  }
  const { component, part, instance, version } = subject.at;
  if (version !== null) return { problem: 'the exported series do not tell versions apart' };
  const kind = kindOf(component) ?? 'service';
  if (kind === 'workload') return { requests: userSeries(component, part), level: () => null };
  const process: Pairs = [
    ['service', component],
    ...(instance === null ? [] : [['instance', `${component}[${instance}]`] as const]),
  ];
  const isServer = kind === 'service' || kind === 'gateway';
  if (isServer && part !== null) {
    return { problem: 'write the whole component, or expr with the endpoint that is meant' };
  }
  const own: Pairs = [
    ['component', component],
    ...(part === null ? [] : [['part', part] as const]),
  ];
  return {
    requests: isServer ? serverSeries(component, process, scenario) : null,
    level: (metric) => {
      const gauge = OF_PROCESS[metric];
      if (gauge !== undefined) return [selectorText(gauge, process), 'sum'];
      const isAge = meterFamily(kind, metric, 'gauge').unit === 'seconds';
      const name = meterFamily(kind, metric, 'gauge').name;
      return isServer ? null : [selectorText(name, own), isAge ? 'max' : 'sum'];
    },
  };
}

/** Attempts of calls, as the caller sees them. */
function ofEdge({ from, to }: Extract<Subject, { kind: 'edge' }>): Seen {
  const ends = [
    ...(from.component === 'all' ? [] : [['service', from.component] as const]),
    ...(to.component === 'all' ? [] : [['target', to.component] as const]),
  ];
  const part = to.part === null ? [] : [['endpoint', to.part] as const];
  return {
    requests: {
      counter: 'client_requests_total',
      time: 'client_request_duration_seconds',
      ...SEEN_BY_CALLER,
      matchers: [...ends, ...part],
    },
    level: (metric) => {
      const gauge = OF_CALLS[metric];
      return gauge === undefined ? null : [selectorText(gauge, ends), 'sum'];
    },
  };
}

/** What a server counts by itself: only callers see its timeouts, so success there means another thing. */
function serverSeries(
  name: string,
  matchers: RequestSeries['matchers'],
  { services, gateways }: Scenario,
): RequestSeries | null {
  const protocol = (services.get(name) ?? gateways.get(name))?.protocol?.kind;
  if (protocol === 'grpc' || protocol === 'tcp') return null;
  return {
    counter: 'http_requests_total',
    time: 'http_request_duration_seconds',
    matchers,
    succeeded: 'status_code=~"[23].."',
    hasOutcomes: false,
  };
}
