import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Autoscaling } from '../../contracts/scenario/autoscaling.js';
import type {
  ScalingMetric,
  ScalingTarget,
  WrittenMetric,
  WrittenTarget,
} from '../../contracts/scenario/scaling-metrics.js';
import type {
  HpaScaling,
  ScalingRules,
  WrittenHpa,
  WrittenKeda,
  WrittenRules,
} from '../../contracts/scenario/scaling-ratio.js';
import { cursorAt, type Context, type Cursor, type Path } from '../resolve/context.js';

const PERIOD_NS = 15 * NS_PER_SECOND;

/** Default limits for scaling up, where an autoscaler has a `behavior` (kubernetes pkg/apis/autoscaling/v2 defaults.go). */
const UP: ScalingRules['policies'] = [
  { unit: 'percent', value: 100, periodNs: PERIOD_NS },
  { unit: 'pods', value: 4, periodNs: PERIOD_NS },
];
const DOWN: ScalingRules['policies'] = [{ unit: 'percent', value: 100, periodNs: PERIOD_NS }];

/** By metric: the form of its target, and an example. */
const FORMS: Readonly<Record<string, readonly [form: WrittenTarget['form'], example: string]>> = {
  cpu: ['share', '60%'],
  rate: ['rate', '50/s'],
  latency: ['duration', '200ms'],
};
const NUMBER = ['number', '20'] as const;

/** Resolves the fields of kind `hpa`. */
export function resolveHpa(here: Cursor, own: WrittenHpa): HpaScaling {
  return { ...resolveRatio(here, own), kind: 'hpa' };
}

/** Resolves the fields that an autoscaler has which follows the ratio of metrics to targets. */
export function resolveRatio<Own extends WrittenHpa | WrittenKeda>(here: Cursor, own: Own) {
  const { metric: _metric, target: _target, of: _of, metrics: _metrics, ...others } = own;
  const { min, max } = own;
  const hasBehavior = ['scaleUp', 'scaleDown'].some((key) => here.in(key).written() !== undefined);
  return {
    metrics: metricsOf(here, own),
    ...{ min, max },
    ...others,
    shrinks: own.down.selectPolicy !== 'disabled',
    up: rulesOf(here.in('scaleUp'), own.up, hasBehavior ? UP : plainUp(own)),
    down: rulesOf(here.in('scaleDown'), own.down, DOWN),
  };
}

function metricsOf(here: Cursor, own: WrittenHpa | WrittenKeda): readonly ScalingTarget[] {
  const { metric, target, of, metrics } = own;
  if (metrics !== null) {
    const single = metric !== null ? 'metric' : target !== null ? 'target' : 'of';
    if (own[single] !== null) {
      const message = `${single} is the short form of one entry of metrics: move it into metrics`;
      here.in(single).conflict(message);
    }
    return metrics.map((entry, index) => targetOf(here.in('metrics', index), entry));
  }
  if (metric === null || target === null) {
    const missing = metric === null ? 'metric' : 'target';
    const example = of === null ? 'metric: cpu, target: 60%' : `metric: lag, target: 50, of: ${of}`;
    const message = `${missing} is missing: write both, as in ${example}`;
    here.report('FL203', message);
    return [];
  }
  return [targetOf(here, { metric, target, of })];
}

function targetOf(here: Cursor, { metric, target, of }: WrittenMetric): ScalingTarget {
  checkForm(here.in('target'), metric, target);
  return { metric, target: target.value, of: groupOf(here, { metric, of }) };
}

/** Reports a value of another form than those of a metric. */
export function checkForm(here: Cursor, metric: ScalingMetric, target: WrittenTarget): void {
  const [form, example] = FORMS[metric] ?? NUMBER;
  const isShare = form === 'share' && target.form === 'number' && target.value <= 1;
  if (target.form !== form && !isShare) {
    const message = `expected a target for ${metric}, such as ${example}`;
    here.report('FL204', message);
  } else if (target.value === 0) {
    here.report('FL204', 'a target of 0 can never be reached: write more than 0');
  }
}

/** The group or queue of the metric `lag`; null for other metrics. */
export function groupOf(
  here: Cursor,
  { metric, of }: Pick<WrittenMetric, 'metric' | 'of'>,
): string | null {
  if (metric === 'lag' && of === null) {
    const message =
      'of is missing: write the consumer group whose lag to use, as topic.group, or the queue';
    here.report('FL203', message);
  }
  if (metric !== 'lag' && of !== null) {
    const message = `of applies only to metric: lag, and the metric is ${metric}: remove it`;
    here.in('of').conflict(message);
  }
  return metric === 'lag' ? of : null;
}

/** Limits without a `behavior`: with each evaluation twice as many, and at least 4 (horizontal.go, calculateScaleUpLimit). */
function plainUp({ syncNs }: Pick<WrittenHpa, 'syncNs'>): ScalingRules['policies'] {
  return [
    { unit: 'percent', value: 100, periodNs: syncNs },
    { unit: 'total', value: 4, periodNs: syncNs },
  ];
}

function rulesOf(here: Cursor, own: WrittenRules, usual: ScalingRules['policies']): ScalingRules {
  const policies = own.policies?.map(({ percent, pods, periodNs }, index) => {
    if ((percent === null) === (pods === null)) {
      const message = 'a policy needs exactly one of percent and pods';
      here.in('policies', index).conflict(message);
    }
    const unit = pods === null ? ('percent' as const) : ('pods' as const);
    return { unit, value: pods ?? percent ?? 1, periodNs };
  });
  return { ...own, policies: policies ?? usual };
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
      cursorAt(context, ...where).isOneOf(of, known, `there is no group or queue ${of}`);
    });
  }
}
