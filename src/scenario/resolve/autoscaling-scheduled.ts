import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import type { ScheduledScaling } from '../../contracts/scenario/autoscaling.js';
import type { ScheduledOutput } from '../schema/autoscaling-scheduled.js';
import { conflict, report, type Context, type Path } from './context.js';

/** Resolves the fields of kind `scheduled`; `replicas` is the initial number. */
export function resolveScheduled(
  context: Context,
  own: ScheduledOutput,
  at: Path,
  replicas: number,
): ScheduledScaling {
  const { every } = own;
  const seen = new Set<number>();
  own.actions.forEach(({ atNs: time, ...action }, index) => {
    const path = [...at, 'actions', index];
    checkAction(context, action, path);
    if (seen.has(time)) {
      conflict(context, [...path, 'at'], 'another action has the same time: remove one of them');
    }
    seen.add(time);
    const { durationNs } = context.output.run;
    if (time >= durationNs) {
      const message = `never happens: the run ends at ${formatDuration(durationNs)}`;
      conflict(context, [...path, 'at'], message);
    } else if (every !== undefined && time >= every) {
      const message = `the actions repeat every ${formatDuration(every)}, before this one: write an earlier at or a longer every`;
      conflict(context, [...path, 'at'], message);
    }
  });
  const { durationNs } = context.output.run;
  if (every !== undefined && every + Math.min(...seen) >= durationNs) {
    const message = `nothing repeats, because the run ends at ${formatDuration(durationNs)}: remove every, or write a shorter one`;
    conflict(context, [...at, 'every'], message);
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
    everyNs: every ?? null,
  };
}

/** The largest number of replicas that the actions lead to. */
export function mostScheduled({ actions }: ScheduledOutput, replicas: number): number {
  return Math.max(replicas, ...actions.map((action) => action.replicas ?? action.min ?? 1));
}

function checkAction(
  context: Context,
  { replicas, min, max }: Pick<ScheduledOutput['actions'][number], 'replicas' | 'min' | 'max'>,
  path: Path,
): void {
  if (replicas !== null && (min !== null || max !== null)) {
    conflict(context, path, 'replicas sets the number: remove min and max');
  }
  if (replicas === null && min === null && max === null) {
    report(context, 'FL203', path, 'an action needs replicas, min or max');
  }
  if (min !== null && max !== null && min > max) {
    const message = `min, ${min}, is greater than max, ${max}: lower min or raise max`;
    conflict(context, [...path, 'min'], message);
  }
}
