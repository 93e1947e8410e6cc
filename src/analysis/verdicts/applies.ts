import { findMetric, type MetricName } from '../../language/metrics.js';
import { processOf } from '../../contracts/plan/versions.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import type { Expression, MetricPath } from '../../contracts/scenario/expression.js';
import { isAsked } from '../measure/breakers.js';
import { LARGEST_METER_LEVEL, METER_DISTRIBUTION, METER_LEVEL } from '../measure/meter-readings.js';
import { MEASUREMENTS } from '../measure/metrics/table.js';
import type { Measurement } from '../measure/question.js';
import { select, type Selection } from '../measure/subjects.js';
import type { VariantData } from '../measure/variant-data.js';

/**
 * Why a metric has no meaning in a variant, which has no such thing: `pg has no replicas`. Null if it has one, and the
 * runs only have no samples of it.
 */
export function lackOf({ metric }: Expression, data: VariantData): string | null {
  const found = findMetric(metric.name);
  if (found.known !== 'yes') return null;
  const { name } = found.metric;
  const selection = select(metric, data);
  const subject = subjectText(metric);
  const lack = LACKS[name]?.(data, selection) ?? null;
  if (lack !== null) return `${subject} ${lack}`;
  if (!isMetered(name) || isRecorded(data, selection, name)) return null;
  return `${subject} ${WITHOUT_METER[name] ?? `has no ${name}`}`;
}

function subjectText({ text, name }: MetricPath): string {
  return text.slice(0, text.length - name.join('.').length - 1);
}

type Lack = (data: VariantData, selection: Selection) => string | null;

const poolless: Lack = ({ plan }, { callers, callees }) => {
  const edges = wiringOf(plan).between(callers, callees);
  const isPooled = edges.some(({ pool, connections }) => pool !== null || connections !== null);
  return isPooled ? null : 'has no pool';
};

const unlimited =
  (what: string, limitOf: (process: ReturnType<typeof processOf>) => number): Lack =>
  ({ plan }, { instances }) => {
    const limits = instances.map((instance) => limitOf(processOf(plan, instance)));
    return limits.length > 0 && limits.every((limit) => limit === Infinity)
      ? `has no limit of ${what}`
      : null;
  };

/** Metrics that need something that a variant may not have, and that is not measured by a meter of their name. */
const LACKS: Partial<Readonly<Record<MetricName, Lack>>> = {
  'pool.wait': poolless,
  'pool.waiting': poolless,
  'pool.utilization': poolless,
  cpu: unlimited('cores', ({ cpu }) => cpu.cores),
  memory: unlimited('memory', ({ memory }) => memory?.limit ?? Infinity),
  utilization: unlimited('workers and cores', ({ concurrency, cpu }) =>
    Math.min(concurrency, cpu.cores),
  ),
  'breaker.openFor': ({ records }, selection) =>
    records.some(({ machines }) => machines.some(({ machine }) => isAsked({ selection }, machine)))
      ? null
      : 'has no breaker',
  'rollout.result': ({ plan }, { callees }) =>
    [...callees].some((id) => (plan.components[id].versions?.rollout ?? null) !== null)
      ? null
      : 'has no rollout',
};

/** What a subject lacks that has no meter of this name, where the name does not say it. */
const WITHOUT_METER: Partial<Readonly<Record<MetricName, string>>> = {
  staleReads: 'has no replicas',
  replicaLag: 'has no replicas',
  'outbox.rows': 'has no outbox',
  'outbox.retained': 'has no outbox whose log is kept: write logPerRow',
  'outbox.age': 'has no outbox',
  'outbox.delay': 'has no outbox',
};

const BY_METER: ReadonlySet<Measurement> = new Set([
  METER_LEVEL,
  LARGEST_METER_LEVEL,
  METER_DISTRIBUTION,
]);
/** Shares of one meter in another, which have no value without them. */
const SHARES: ReadonlySet<MetricName> = new Set<MetricName>([
  'staleReads',
  'backwardReads',
  'conflicts',
]);

function isMetered(name: MetricName): boolean {
  return SHARES.has(name) || BY_METER.has(MEASUREMENTS[name]);
}

function isRecorded({ records }: VariantData, { callees }: Selection, name: MetricName): boolean {
  return records.some(({ meters }) =>
    meters.some((meter) => meter.name === name && callees.has(meter.component)),
  );
}
