import type { TargetTracking } from '../../contracts/scenario/scaling-step.js';
import type { WrittenTargetTracking } from '../../contracts/scenario/scaling-target.js';
import { checkForm, groupOf } from './autoscaling.js';
import type { Cursor } from '../resolve/context.js';

/** Share of the target below which the alarm of a scale-in is raised. */
const LOW = 0.9;

/** Resolves the fields of kind `targetTracking`: two steps whose change is the ratio of the metric to its target. */
export function resolveTarget(here: Cursor, own: WrittenTargetTracking): TargetTracking {
  const of = groupOf(here, own);
  checkForm(here.in('target'), own.metric, own.target);
  const { kind, metric, min, max, syncNs, metricDelayNs, periods, inPeriods, scaleIn } = own;
  const target = own.target.value;
  const change = { unit: 'ratio', value: target } as const;
  return {
    ...{ kind, metrics: [{ metric, target, of }], min, max, syncNs, metricDelayNs, periods },
    ...{ shrinks: scaleIn, inPeriods, above: [{ threshold: target, change }] },
    below: scaleIn ? [{ threshold: LOW * target, change }] : [],
    ...{ outCooldownNs: own.outCooldownNs, inCooldownNs: own.inCooldownNs },
  };
}
