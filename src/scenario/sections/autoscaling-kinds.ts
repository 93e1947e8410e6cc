import type { Autoscaling, WrittenAutoscaling } from '../../contracts/scenario/autoscaling.js';
import type {
  WrittenHpa,
  WrittenKeda,
  KedaScaling,
} from '../../contracts/scenario/scaling-ratio.js';
import type {
  WrittenSchedule,
  ScheduledAction,
  ScheduledScaling,
} from '../../contracts/scenario/scaling-schedule.js';
import type {
  WrittenStepScaling,
  TargetTracking,
  ScalingStep,
  StepScaling,
} from '../../contracts/scenario/scaling-step.js';
import type { WrittenTargetTracking } from '../../contracts/scenario/scaling-target.js';
import type { HostOutput } from '../schema/host.js';
import { resolveHpa, checkForm, groupOf, resolveRatio } from './autoscaling.js';
import type { Cursor } from '../resolve/context.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';

/** Resolves the fields of kind `scheduled`; `replicas` is the initial number. */
function resolveScheduled(here: Cursor, own: WrittenSchedule, replicas: number): ScheduledScaling {
  const { everyNs: every } = own;
  const seen = new Set<number>();
  own.actions.forEach(({ atNs: time, ...action }, index) => {
    const path = here.in('actions', index);
    checkAction(path, action);
    if (seen.has(time)) {
      path.in('at').conflict('another action has the same time: remove one of them');
    }
    seen.add(time);
    const { durationNs } = here.output.run;
    if (time >= durationNs) {
      const message = `never happens: the run ends at ${formatDuration(durationNs)}`;
      path.in('at').conflict(message);
    } else if (every !== null && time >= every) {
      const message = `the actions repeat every ${formatDuration(every)}, before this one: write an earlier at or a longer every`;
      path.in('at').conflict(message);
    }
  });
  const { durationNs } = here.output.run;
  if (every !== null && every + Math.min(...seen) >= durationNs) {
    const message = `nothing repeats, because the run ends at ${formatDuration(durationNs)}: remove every, or write a shorter one`;
    here.in('every').conflict(message);
  }
  const bounds = own.actions.flatMap((action) => [action.replicas, action.min, action.max]);
  const known = bounds.filter((value) => value !== null);
  return {
    kind: 'scheduled',
    metrics: [],
    min: Math.min(replicas, ...known),
    max: mostScheduled(own, replicas),
    syncNs: every ?? durationNs,
    metricDelayNs: 0,
    shrinks: own.actions.some(({ replicas: count, max }) => (count ?? max) !== null),
    actions: [...own.actions].sort((a, b) => a.atNs - b.atNs),
    everyNs: every,
  };
}

/** The largest number of replicas that the actions lead to. */
function mostScheduled({ actions }: WrittenSchedule, replicas: number): number {
  return Math.max(replicas, ...actions.map((action) => action.replicas ?? action.min ?? 1));
}

function checkAction(here: Cursor, { replicas, min, max }: Omit<ScheduledAction, 'atNs'>): void {
  if (replicas !== null && (min !== null || max !== null)) {
    here.conflict('replicas sets the number: remove min and max');
  }
  if (replicas === null && min === null && max === null) {
    here.report('FL203', 'an action needs replicas, min or max');
  }
  if (min !== null && max !== null && min > max) {
    const message = `min, ${min}, is greater than max, ${max}: lower min or raise max`;
    here.in('min').conflict(message);
  }
}

type StepText = WrittenStepScaling['steps'][number];

/** Resolves the fields of kind `step`. */
function resolveStep(here: Cursor, own: WrittenStepScaling): StepScaling {
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

function resolveKeda(here: Cursor, own: WrittenKeda): KedaScaling {
  const ratio = resolveRatio(here, own);
  const wrong = here.conflicts();
  const isWritten = (key: string): boolean => here.in(key).written() !== undefined;
  const lag = ratio.metrics.some(({ metric }) => metric === 'lag');
  // KEDA's webhook refuses this too (scaledobject_webhook.go): what uses a processor shows nothing while nothing runs.
  if (own.min === 0 && !lag && ratio.metrics.length > 0) {
    const message =
      'without metric: lag nothing starts the first replica again: scale on lag as well, or write min: 1';
    wrong(isWritten('min') ? 'min' : 'kind', message);
  }
  if (own.min > 0) {
    for (const key of ['cooldownPeriod', 'activationLagThreshold'] as const) {
      if (!isWritten(key)) continue;
      wrong(key, `with min: ${own.min} the last replicas stay: remove it, or write min: 0`);
    }
  }
  return ratio;
}

/** Share of the target below which the alarm of a scale-in is raised. */
const LOW = 0.9;

/** Resolves the fields of kind `targetTracking`: two steps whose change is the ratio of the metric to its target. */
function resolveTarget(here: Cursor, own: WrittenTargetTracking): TargetTracking {
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

interface Scaler<Output> {
  /** Fewest and most replicas as written; `replicas`: the initial number, 1 if it is not written. */
  range(output: Output, replicas: number): { readonly min: number | null; readonly max: number };
  resolve(here: Cursor, output: Output, replicas: number): Autoscaling;
}

const bounds = ({
  min,
  max,
}: WrittenHpa | WrittenKeda | WrittenStepScaling | WrittenTargetTracking): {
  min: number;
  max: number;
} => ({
  min,
  max,
});

/** All kinds of autoscalers: one line each. */
const SCALERS: {
  readonly hpa: Scaler<WrittenHpa>;
  readonly keda: Scaler<WrittenKeda>;
  readonly step: Scaler<WrittenStepScaling>;
  readonly targetTracking: Scaler<WrittenTargetTracking>;
  readonly scheduled: Scaler<WrittenSchedule>;
} = {
  hpa: { range: bounds, resolve: resolveHpa },
  keda: { range: bounds, resolve: resolveKeda },
  step: { range: bounds, resolve: resolveStep },
  targetTracking: { range: bounds, resolve: resolveTarget },
  scheduled: {
    range: (output, replicas) => ({ min: null, max: mostScheduled(output, replicas) }),
    resolve: resolveScheduled,
  },
};

function scalerOf(output: WrittenAutoscaling): Scaler<WrittenAutoscaling> {
  return SCALERS[output.kind ?? 'hpa'] as Scaler<WrittenAutoscaling>;
}

/** Initial number of replicas: as written, else the minimum of the autoscaler. */
export function initialReplicas({ replicas, autoscaling, zone }: HostOutput): number | null {
  const isCounted = zone !== null && typeof zone === 'object' && !Array.isArray(zone);
  if (replicas !== null || isCounted || autoscaling === null) return replicas;
  return scalerOf(autoscaling).range(autoscaling, 1).min;
}

/** Most replicas that the autoscaler allows; undefined without one. */
export function mostReplicas({ replicas, autoscaling }: HostOutput): number | undefined {
  if (autoscaling === null) return undefined;
  return scalerOf(autoscaling).range(autoscaling, replicas ?? 1).max;
}

/** Resolves `autoscaling`; `replicas` is the initial number. */
export function resolveAutoscaling(
  here: Cursor,
  output: HostOutput,
  replicas: number,
  cores: number,
): Autoscaling | null {
  const { autoscaling: own } = output;
  if (own === null) return null;
  const at = here.in('autoscaling');
  const { min, max } = scalerOf(own).range(own, replicas);
  if (min !== null && min > max) {
    const message = `min, ${min}, is greater than max, ${max}: lower min or raise max`;
    at.in('min').conflict(message);
  } else if (min !== null && (replicas < min || replicas > max)) {
    const message =
      `replicas, ${replicas}, is outside the range of the autoscaler: expected ${min} to ` +
      `${max}`;
    at.conflict(message);
  }
  const scaling = scalerOf(own).resolve(at, own, replicas);
  const share = scaling.metrics.findIndex(({ metric }) => metric === 'cpu');
  if (share >= 0 && (output.resources?.requests?.cpu ?? null) === null && cores === Infinity) {
    const isList = 'metrics' in own && own.metrics !== null;
    const where = isList ? [...at.path, 'metrics', share] : [...at.path, 'metric'];
    const message =
      'a share of unlimited cores is undefined: write cpu: CORES, or resources: { requests: { ' +
      'cpu: CORES } }';
    here.at(...where).conflict(message);
  }
  return scaling;
}
