import { PART_KIND, type ComponentKind } from '../contracts/component-kind.js';
import {
  BREAKER_SERIES,
  COUNTED_SERIES,
  GAUGE_SERIES,
  UP_SERIES,
  type CountedSeries,
} from '../contracts/record/exported.js';
import { METRICS, metricsOf, type MetricName } from './metrics.js';

/** A metric that a run exports, as the text of a query names it. */
export interface ExportedMetric {
  readonly name: string;
  readonly labels: readonly string[];
}

/** Buckets of a histogram unless others are asked for: those of the client libraries, seconds. */
export const BUCKETS: readonly number[] = [0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Gauges that record an age in ns; their metrics are in seconds. */
const AGES: ReadonlySet<string> = new Set<MetricName>(
  METRICS.filter(({ ending, unit }) => ending === 'gauge' && unit === 'seconds').map(
    ({ name }) => name,
  ),
);

/** Factor from a gauge's recorded values to the unit that users see. */
export function meterScale(name: string): number {
  return AGES.has(name) ? 1e-9 : 1;
}

/** Family of a figure of a component: `queue_ready`, `topic_age_seconds`. */
export function meterFamily(
  kind: ComponentKind,
  name: string,
  form: 'counter' | 'gauge',
): { readonly name: string; readonly unit: string } {
  const unit = form === 'gauge' && meterScale(name) !== 1 ? 'seconds' : '';
  return { name: `${snake(`${kind}_${name}`)}${unit === '' ? '' : `_${unit}`}`, unit };
}

function snake(name: string): string {
  return name.replaceAll('.', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Labels of the figures of components. */
const OF_COMPONENT = ['variant', 'component', 'part'];

/** All metrics that runs with components of these kinds can export, without repetitions. */
export function exportedMetrics(kinds: Iterable<ComponentKind>): readonly ExportedMetric[] {
  const all = [...BASE];
  for (const kind of new Set(kinds)) {
    const own = [...metricsOf(kind), ...metricsOf(PART_KIND[kind])];
    for (const { name, ending } of own) {
      const isLevel = ending === 'gauge' || ending === 'level';
      const family = meterFamily(kind, name, isLevel ? 'gauge' : 'counter').name;
      if (isLevel) all.push({ name: family, labels: OF_COMPONENT });
      else if (ending === 'none') all.push({ name: `${family}_total`, labels: OF_COMPONENT });
    }
  }
  return [...new Map(all.map((metric) => [metric.name, metric])).values()];
}

function countedMetrics({ counter, time, labels, more }: CountedSeries): readonly ExportedMetric[] {
  return [
    { name: `${counter}_total`, labels: [...labels, more] },
    { name: `${time}_bucket`, labels: [...labels, 'le'] },
    { name: `${time}_count`, labels },
    { name: `${time}_sum`, labels },
  ];
}

const PROCESS = ['variant', 'service', 'instance'];

const BASE: readonly ExportedMetric[] = [
  ...Object.values<CountedSeries>(COUNTED_SERIES).flatMap(countedMetrics),
  { name: UP_SERIES, labels: PROCESS },
  ...Object.values(GAUGE_SERIES).map(([name, , , hasTarget]) => ({
    name,
    labels: hasTarget ? [...PROCESS, 'target'] : PROCESS,
  })),
  { name: BREAKER_SERIES, labels: ['variant', 'name', 'state'] },
];
