import { NS_PER_SECOND } from '../../kernel/time.js';
import type {
  Autoscaling,
  HpaScaling,
  ScalingMetric,
  ScalingRules,
  ScalingTarget,
} from '../../contracts/scenario/autoscaling.js';
import type { HpaOutput, RulesOutput, TargetOutput } from '../schema/autoscaling.js';
import type { KedaOutput } from '../schema/autoscaling-keda.js';
import { isOneOf, conflict, report, type Context, type Path } from './context.js';

const PERIOD_NS = 15 * NS_PER_SECOND;

/** Default limits for scaling up (kubernetes pkg/apis/autoscaling/v2 defaults.go). */
const UP: ScalingRules['policies'] = [
  { unit: 'percent', value: 100, periodNs: PERIOD_NS },
  { unit: 'pods', value: 4, periodNs: PERIOD_NS },
];
const DOWN: ScalingRules['policies'] = [{ unit: 'percent', value: 100, periodNs: PERIOD_NS }];

/** By metric: the form of its target, and an example. */
const FORMS: Readonly<Record<string, readonly [form: TargetOutput['form'], example: string]>> = {
  cpu: ['share', '60%'],
  rate: ['rate', '50/s'],
  latency: ['duration', '200ms'],
};
const NUMBER = ['number', '20'] as const;

/** Resolves the fields of kind `hpa`. */
export function resolveHpa(context: Context, own: HpaOutput, at: Path): HpaScaling {
  return { kind: 'hpa', ...resolveRatio(context, own, at) };
}

/** Resolves the fields that an autoscaler has which follows the ratio of metrics to targets. */
export function resolveRatio(
  context: Context,
  own: HpaOutput | KedaOutput,
  at: Path,
): Omit<HpaScaling, 'kind'> {
  return {
    metrics: metricsOf(context, own, at),
    min: own.min,
    max: own.max,
    syncNs: own.syncPeriod,
    metricDelayNs: own.metricDelay,
    shrinks: own.scaleDown.selectPolicy !== 'disabled',
    tolerance: own.tolerance,
    up: rulesOf(context, own.scaleUp, UP, [...at, 'scaleUp']),
    down: rulesOf(context, own.scaleDown, DOWN, [...at, 'scaleDown']),
  };
}

function metricsOf(
  context: Context,
  own: HpaOutput | KedaOutput,
  at: Path,
): readonly ScalingTarget[] {
  const { metric, target, of, metrics } = own;
  if (metrics !== undefined) {
    const single = metric !== undefined ? 'metric' : target !== undefined ? 'target' : 'of';
    if (own[single] !== undefined) {
      const message = `${single} is the short form of one entry of metrics: move it into metrics`;
      conflict(context, [...at, single], message);
    }
    return metrics.map((entry, index) => targetOf(context, entry, [...at, 'metrics', index]));
  }
  if (metric === undefined || target === undefined) {
    const missing = metric === undefined ? 'metric' : 'target';
    const message = `${missing} is missing: write both, as in metric: cpu, target: 60%`;
    report(context, 'FL203', at, message);
    return [];
  }
  return [targetOf(context, { metric, target, of }, at)];
}

type Entry = NonNullable<HpaOutput['metrics']>[number];

function targetOf(context: Context, { metric, target, of }: Entry, at: Path): ScalingTarget {
  checkForm(context, metric, target, [...at, 'target']);
  return { metric, target: target.value, of: groupOf(context, { metric, of }, at) };
}

/** Reports a value of another form than those of a metric. */
export function checkForm(
  context: Context,
  metric: ScalingMetric,
  target: TargetOutput,
  at: Path,
): void {
  const [form, example] = FORMS[metric] ?? NUMBER;
  const isShare = form === 'share' && target.form === 'number' && target.value <= 1;
  if (target.form !== form && !isShare) {
    const message = `expected a target for ${metric}, such as ${example}`;
    report(context, 'FL204', at, message);
  } else if (target.value === 0) {
    report(context, 'FL204', at, 'a target of 0 can never be reached: write more than 0');
  }
}

/** The group or queue of the metric `lag`; null for other metrics. */
export function groupOf(
  context: Context,
  { metric, of }: Pick<Entry, 'metric' | 'of'>,
  at: Path,
): string | null {
  if (metric === 'lag' && of === undefined) {
    const message =
      'of is missing: write the consumer group whose lag to use, as topic.group, or the queue';
    report(context, 'FL203', at, message);
  }
  if (metric !== 'lag' && of !== undefined) {
    const message = `of applies only to metric: lag, and the metric is ${metric}: remove it`;
    conflict(context, [...at, 'of'], message);
  }
  return metric === 'lag' ? (of ?? null) : null;
}

function rulesOf(
  context: Context,
  own: RulesOutput,
  usual: ScalingRules['policies'],
  at: Path,
): ScalingRules {
  const policies = own.policies?.map(({ percent, pods, period }, index) => {
    if ((percent === undefined) === (pods === undefined)) {
      const message = 'a policy needs exactly one of percent and pods';
      conflict(context, [...at, 'policies', index], message);
    }
    const unit = pods === undefined ? ('percent' as const) : ('pods' as const);
    return { unit, value: pods ?? percent ?? 1, periodNs: period };
  });
  return {
    stabilizationNs: own.stabilization,
    policies: policies ?? usual,
    selectPolicy: own.selectPolicy,
  };
}

/** Reports metrics of the lag of unknown groups or queues, after all names are known. */
export function checkLags(
  context: Context,
  hosts: readonly (readonly [path: Path, autoscaling: Autoscaling | null])[],
  known: readonly string[],
): void {
  for (const [path, autoscaling] of hosts) {
    autoscaling?.metrics.forEach(({ of }, index) => {
      if (of === null || context.names.broken.has(of.split('.')[0])) return;
      const at = [...path, 'autoscaling'];
      const isList = autoscaling.metrics.length > 1;
      const where = isList ? [...at, 'metrics', index, 'of'] : at;
      isOneOf(context, of, known, where, `there is no group or queue ${of}`);
    });
  }
}
