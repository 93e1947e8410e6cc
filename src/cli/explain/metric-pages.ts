import { METRICS, STATISTICS, endingsOf, findMetric, metricsOf } from '../../language/metrics.js';
import type { Metric } from '../../language/metrics.js';
import type { SubjectKind } from '../../language/metrics/entry.js';
import { paragraph, wrap } from './layout.js';

/** Pages of a metric, with or without its subject and statistic, and of a subject. */
export function metricPages(name: string): readonly string[] {
  const subject = SUBJECTS[name as SubjectKind];
  return [
    ...metricsNamed(name).map(metricPage),
    ...(subject === undefined ? [] : [subjectPage(name as SubjectKind, subject)]),
    ...(isStatistic(name) ? [statisticPage(name)] : []),
  ];
}

/** Names with such a page. */
export function metricNames(): readonly string[] {
  return [...METRICS.map((metric) => metric.name), ...Object.keys(SUBJECTS), ...STATISTICS];
}

function isStatistic(name: string): name is (typeof STATISTICS)[number] {
  return (STATISTICS as readonly string[]).includes(name);
}

function statisticPage(name: (typeof STATISTICS)[number]): string {
  const share = /^p(\d\d)(\d?)$/.exec(name);
  const percent = share === null ? '' : `${share[1]}${share[2] === '' ? '' : `.${share[2]}`} %`;
  const what = {
    mean: 'The mean of all values.',
    max: 'The largest value.',
    min: 'The smallest value.',
  }[name as string];
  const text =
    what ??
    `The value that ${percent} of all values do not exceed. Histograms of all replications are merged before it is taken.`;
  const names = METRICS.filter((metric) => endingsOf(metric).includes(name)).map(
    (metric) => metric.name,
  );
  return [
    `${name}, a statistic`,
    paragraph(`${text} It follows the name of a metric, as in latency.p99.`),
    wrap(`Metrics: ${[...new Set(names)].sort().join(', ')}`, '', '  ').join('\n'),
  ].join('\n\n');
}

/** What may follow a metric: of `age.p99`, `age` and its statistics; null if the first word is no metric with endings. */
export function metricBeginning(
  dotted: string,
): { readonly known: string; readonly next: readonly string[] } | null {
  const [known] = dotted.split('.', 1);
  const next = METRICS.filter(({ name }) => name === known).flatMap(endingsOf);
  return next.length === 0 || known === dotted ? null : { known: known!, next: [...new Set(next)] };
}

/** `latency`, `latency.p99`, `shoppers.latency.p99`, `a->b.amplification`. */
function metricsNamed(name: string): readonly Metric[] {
  const alike = METRICS.filter((metric) => metric.name === name);
  if (alike.length > 0) return alike;
  const words = name.replace(/^.*->/, '').split('.');
  for (let start = 0; start < words.length; start++) {
    const found = findMetric(words.slice(start));
    if (found.known === 'yes') return [found.metric];
    // `users.latency` is a metric without its statistic; `queue.capacity` is not a metric.
    if (found.known === 'ending' && found.found === '') return [found.metric];
  }
  return [];
}

function metricPage(metric: Metric): string {
  const endings = endingsOf(metric);
  const better = { low: 'Lower is better.', high: 'Higher is better.', none: '' }[metric.better];
  return [
    `${metric.name}, a metric`,
    paragraph(metric.help),
    `Of: ${metric.subjects.join(', ')}. Unit: ${UNIT_WORDS[metric.unit]}. ${better}`.trimEnd(),
    ...(endings.length === 0 ? [] : [paragraph(`Followed by: ${endings.join(', ')}.`)]),
    ...(metric.needsAfter ? ['Needs a clause `after FAULT`.'] : []),
  ].join('\n\n');
}

const UNIT_WORDS = {
  seconds: 'seconds',
  perSecond: 'per second',
  share: 'share, 0 to 1',
  number: 'number',
} as const;

/** The part of a metric before the dot: an example, and its meaning. */
const SUBJECTS: Readonly<Record<SubjectKind, readonly [written: string, what: string]>> = {
  workload: ['users', 'An entry of `workloads`: all its requests together.'],
  request: ['users.buy', 'One kind of request of a workload, by its name or by what it calls.'],
  gateway: ['edge', 'An entry of `gateways`: all its routes together.'],
  route: ['edge.orders', 'One route of a gateway, by its name.'],
  service: ['shop', 'An entry of `services` or `functions`: all its endpoints together.'],
  endpoint: ['shop.buy', 'One endpoint of a service.'],
  version: ['shop@v2', 'The instances of one version of a service or gateway.'],
  versionEndpoint: ['shop@v2.buy', 'One endpoint of a service, on the instances of one version.'],
  instance: ['shop[0]', 'One replica of a component, counted from 0.'],
  edge: ['shop->payments', 'All calls from one component or endpoint to another.'],
  database: ['orders-db', 'An entry of `databases`: all its operations together.'],
  operation: ['orders-db.insert', 'One operation of a database, a broker or an event store.'],
  topic: ['orders', 'An entry of `topics`.'],
  group: ['orders.shipping', 'One group of consumers of a topic.'],
  broker: ['kafka', 'An entry of `brokers`: the nodes of topics and queues.'],
  registry: ['eureka', 'An entry of `registries`: the servers that know the instances.'],
  queue: ['mails', 'An entry of `queues`.'],
  consumer: ['mails.sender', 'One consumer of a queue, by its name or its group.'],
  saga: ['order', 'An entry of `sagas`.'],
  step: ['order.charge', 'One step of a saga.'],
  cache: ['items', 'An entry of `caches`: all its levels together.'],
  level: ['items.near', 'One level of a cache.'],
  eventStore: ['ledger', 'An entry of `eventStores`.'],
  projection: ['balances', 'An entry of `projections`: a read model.'],
  batch: ['balances.batch', 'The batches that a projection works on.'],
  cascade: ['cascade', 'The whole system: what a fault spreads to.'],
  run: ['run', 'The simulated run as a whole.'],
  alert: ['alerts.fast-burn', 'One alert of `alerts`, by its name.'],
};

function subjectPage(subject: SubjectKind, [written, what]: readonly [string, string]): string {
  const names = [...new Set(metricsOf(subject).map(({ name }) => name))].sort();
  return [
    `${subject}, a subject of metrics`,
    paragraph(`${what} Before the dot of a metric it reads, for example, ${written}.`),
    names.length === 0
      ? 'It has no metrics of its own.'
      : wrap(`Metrics: ${names.join(', ')}`, '', '  ').join('\n'),
  ].join('\n\n');
}
