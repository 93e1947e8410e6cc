import type {
  ScalingStep,
  StepScaling,
  WrittenStepScaling,
} from '../../contracts/scenario/scaling-step.js';
import { checkForm, groupOf } from './autoscaling.js';
import type { Cursor } from '../resolve/context.js';

type StepText = WrittenStepScaling['steps'][number];

/** Resolves the fields of kind `step`. */
export function resolveStep(here: Cursor, own: WrittenStepScaling): StepScaling {
  const of = groupOf(here, own);
  own.steps.forEach((step, index) => checkStep(here.in('steps', index), own, step));
  const side = (key: 'above' | 'below', sign: 1 | -1): readonly ScalingStep[] =>
    own.steps
      .filter((step) => step[key] !== null)
      .map((step) => ({ threshold: step[key]!.value, change: changeOf(step) }))
      .sort((a, b) => sign * (a.threshold - b.threshold));
  const above = side('above', 1);
  const below = side('below', -1);
  if (above.length > 0 && below.length > 0 && below[0].threshold >= above[0].threshold) {
    const message =
      'steps above and below overlap: every below must be less than every above, or both apply at once';
    here.in('steps').conflict(message);
  }
  const target = above[0]?.threshold ?? below[0]?.threshold ?? NaN;
  const { kind, metric, steps, min, max, syncNs, metricDelayNs, periods } = own;
  return {
    ...{ kind, metrics: [{ metric, target, of }], min, max, syncNs, metricDelayNs },
    shrinks: steps.some(({ add }) => add === null),
    ...{ periods, inPeriods: periods, above, below },
    ...{ outCooldownNs: own.outCooldownNs, inCooldownNs: own.inCooldownNs },
  };
}

function changeOf({ add, remove, exactly }: StepText): ScalingStep['change'] {
  if (exactly !== null) return { unit: 'exactly', value: exactly };
  if (add !== null) return add;
  return remove === null ? { unit: 'count', value: 0 } : { ...remove, value: -remove.value };
}

/** Reports a step without one threshold and one change. */
function checkStep(here: Cursor, own: WrittenStepScaling, step: StepText): void {
  const wrong = here.conflicts();
  const { above, below, add, remove, exactly } = step;
  if ((above === null) === (below === null)) {
    here.conflict('a step needs exactly one of above and below');
    return;
  }
  if ([add, remove, exactly].filter((change) => change !== null).length !== 1) {
    here.conflict('a step needs exactly one of add, remove and exactly');
  }
  if (above !== null && remove !== null) {
    wrong('remove', 'a step above a threshold adds replicas: write add');
  }
  if (below !== null && add !== null) {
    wrong('add', 'a step below a threshold removes replicas: write remove');
  }
  const key = above === null ? 'below' : 'above';
  checkForm(here.in(key), own.metric, (above ?? below)!);
  const same = own.steps.filter((other) => other[key]?.value === step[key]!.value);
  if (same.length > 1 && same[0] !== step) {
    wrong(key, 'another step has the same threshold: remove one of them');
  }
}
