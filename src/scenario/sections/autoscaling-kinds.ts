import type { Autoscaling, WrittenAutoscaling } from '../../contracts/scenario/autoscaling.js';
import type {
  WrittenHpa,
  WrittenKeda,
  KedaScaling,
} from '../../contracts/scenario/scaling-ratio.js';
import type { WrittenSchedule } from '../../contracts/scenario/scaling-schedule.js';
import type { WrittenStepScaling, TargetTracking } from '../../contracts/scenario/scaling-step.js';
import type { WrittenTargetTracking } from '../../contracts/scenario/scaling-target.js';
import type { HostOutput } from '../schema/host.js';
import { resolveHpa, checkForm, groupOf, resolveRatio } from './autoscaling.js';
import { mostScheduled, resolveScheduled } from './autoscaling-scheduled.js';
import { resolveStep } from './autoscaling-step.js';
import type { Cursor } from '../resolve/context.js';

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
