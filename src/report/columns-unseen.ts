import type { Estimate } from '../spec/result/estimate.js';
import type { VariantResult } from '../spec/result/result.js';
import { PLAIN_COLUMN } from './column.js';
import { NO_BACKLOG } from './family-parts.js';
import type { Column } from './column.js';
import {
  backlogEstimate,
  cancelledEstimate,
  countEstimate,
  deadEstimate,
  drainEstimate,
  hasOutbox,
  hitEstimate,
  isLeftWaiting,
  oldEstimate,
  staleEstimate,
  unsettledEstimate,
  waitingEstimate,
} from './unseen.js';
import type { View } from './view.js';

/** A column of effects that no user request shows, and the value above which it is shown. */
interface Candidate {
  readonly column: Column;
  /** The largest value over the variants must be above this. */
  readonly above: number;
  /** Replaces the rule of `above`: some variant must be like this. */
  readonly isIn?: (variant: VariantResult) => boolean;
}

/**
 * Columns of effects that no user request shows, for features of the scenario for which some variant has any effect.
 */
export function unseenColumns(view: View): Column[] {
  return candidates(view)
    .filter((candidate) => view.result.variants.some((variant) => isFound(candidate, variant)))
    .map(({ column }) => column);
}

function isFound({ column, above, isIn }: Candidate, variant: VariantResult): boolean {
  if (isIn !== undefined) return isIn(variant);
  return (column.pick(variant).value ?? 0) > above || (column.never?.(variant) ?? 0) > 0;
}

function candidates(view: View): Candidate[] {
  const count = (family: string, meter: string) => (variant: VariantResult) =>
    countEstimate(view, variant, family, meter);
  return [
    sagas(view),
    cancelled(view),
    ...backlogs(view),
    ...lookups(view),
    replicas(view),
    counted('dead', 'Dead', 'letters', deadEstimate),
    counted('lost', 'Lost', 'messages', count('messages', 'lostEffects')),
    counted('twice', 'Twice', 'handled', count('messages', 'duplicateEffects')),
    counted('deadlocks', 'Deadlocks', 'in a run', count('locks', 'deadlocks')),
    counted('commits', 'Commits', 'lost', count('replicas', 'lostCommits')),
    counted('cold', 'Cold', 'starts', count('functions', 'coldStarts')),
  ];
}

function sagas(view: View): Candidate {
  return {
    above: 0,
    column: {
      ...PLAIN_COLUMN,
      key: 'unseen.sagas',
      head: 'Broken',
      of: 'of sagas',
      unit: 'share',
      pick: (v) => unsettledEstimate(view, v),
      paths: [],
      note: 'Broken: sagas stuck, inconsistent or lost.',
    },
  };
}

function cancelled(view: View): Candidate {
  return {
    above: 0,
    column: {
      ...PLAIN_COLUMN,
      key: 'unseen.cancelled',
      head: 'Cancelled',
      of: 'of sagas',
      unit: 'share',
      pick: (v) => cancelledEstimate(view, v),
      paths: [],
      note: 'Cancelled: sagas undone in full, such as orders that users do not get.',
    },
  };
}

function backlogs(view: View): Candidate[] {
  return [
    {
      above: 9,
      column: {
        ...PLAIN_COLUMN,
        key: 'unseen.backlog',
        head: 'Backlog',
        of: 'at most',
        pick: (v) => backlogEstimate(view, v),
        paths: [],
        note: view.result.variants.some(hasOutbox)
          ? 'Backlog: most that wait for one consumer or in one outbox.'
          : 'Backlog: most that wait for one consumer.',
      },
    },
    {
      above: 0,
      column: {
        ...PLAIN_COLUMN,
        key: 'unseen.drain',
        head: 'Drained',
        of: 'after fault',
        unit: 'seconds',
        pick: (v) => drainEstimate(view, v),
        paths: [],
        missing: () => 'never',
        zero: NO_BACKLOG,
        never: (v) => drainEstimate(view, v).never,
        note: 'Drained: from the end of the fault until the backlog is gone.',
      },
    },
    {
      above: 0,
      isIn: (v) => isLeftWaiting(view, v),
      column: {
        ...PLAIN_COLUMN,
        key: 'unseen.waiting',
        head: 'Waiting',
        of: 'at the end',
        pick: (v) => waitingEstimate(view, v),
        paths: [],
        note: 'Waiting: for one consumer in the last step of the run.',
      },
    },
  ];
}

function lookups(view: View): Candidate[] {
  return [
    {
      above: 0.001,
      column: {
        ...PLAIN_COLUMN,
        key: 'unseen.stale',
        head: 'Stale',
        of: 'of reads',
        unit: 'share',
        pick: (v) => staleEstimate(view, v),
        paths: [],
        note: 'Stale: reads that miss a committed write.',
      },
    },
    {
      above: 0.001,
      column: {
        ...PLAIN_COLUMN,
        key: 'unseen.old',
        head: 'Old',
        of: 'of lookups',
        unit: 'share',
        pick: (v) => oldEstimate(view, v),
        paths: [],
        note: 'Old: cache lookups whose value had been written since it was loaded.',
      },
    },
    {
      above: 0,
      column: {
        ...PLAIN_COLUMN,
        key: 'unseen.hits',
        head: 'Hits',
        of: 'of caches',
        unit: 'share',
        better: 'more',
        pick: (v) => hitEstimate(view, v),
        paths: [],
        note: 'Hits: share of the cache lookups that find the value.',
      },
    },
  ];
}

/** Replicas of a variant, if an autoscaler of some variant sets their number. */
function replicas(view: View): Candidate {
  const { variants } = view.result;
  const names = Object.keys(variants[0]?.components ?? {}).filter((name) =>
    variants.some(({ components }) => components[name]?.fleet?.isScaled === true),
  );
  return {
    above: 0,
    column: {
      ...PLAIN_COLUMN,
      key: 'unseen.replicas',
      head: 'Replicas',
      of: 'on average',
      pick: (variant) => fleetEstimate(variant, names),
      paths: [],
      note: 'Replicas: how many there are on average of what is scaled.',
    },
  };
}

function fleetEstimate({ components }: VariantResult, names: readonly string[]): Estimate {
  const own = names.flatMap((name) => components[name]?.fleet?.instances ?? []);
  if (own.length === 1) return own[0]!;
  const each = (own[0]?.each ?? []).map((_, run) =>
    own.reduce((sum, one) => sum + (one.each[run] ?? 0), 0),
  );
  const value = own.reduce((sum, one) => sum + (one.value ?? 0), 0);
  return { value: own.length === 0 ? null : value, ci95: null, each };
}

function counted(
  key: string,
  head: string,
  of: string,
  pick: (variant: VariantResult) => Estimate,
): Candidate {
  const column = {
    ...PLAIN_COLUMN,
    key: `unseen.${key}`,
    head,
    of,
    pick,
    paths: [],
  };
  return { above: 0, column };
}
