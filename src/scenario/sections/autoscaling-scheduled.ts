import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import type {
  ScheduledAction,
  ScheduledScaling,
  WrittenSchedule,
} from '../../contracts/scenario/scaling-schedule.js';
import type { Cursor } from '../resolve/context.js';

/** Resolves the fields of kind `scheduled`; `replicas` is the initial number. */
export function resolveScheduled(
  here: Cursor,
  own: WrittenSchedule,
  replicas: number,
): ScheduledScaling {
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
export function mostScheduled({ actions }: WrittenSchedule, replicas: number): number {
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
