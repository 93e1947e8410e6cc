import type { FamilyId } from '../families/families.js';
import type { Estimate } from '../../contracts/result/estimate.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { columnOf, type Column } from './column.js';
import { NO_BACKLOG } from '../families/family-parts.js';
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
} from '../families/unseen.js';
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
  const count = (family: FamilyId, meter: string) => (variant: VariantResult) =>
    countEstimate(view, variant, family, meter);
  return [
    ...sagas(view),
    ...backlogs(view),
    ...lookups(view),
    replicas(view),
    // Without a place for them there are none.
    unseen('dead', ['Dead', 'letters'], (v) => orNone(deadEstimate(v), v)),
    unseen('lost', ['Lost', 'messages'], count('messages', 'lostEffects')),
    unseen('twice', ['Twice', 'handled'], count('messages', 'duplicateEffects')),
    unseen('deadlocks', ['Deadlocks', 'in a run'], count('locks', 'deadlocks')),
    unseen('commits', ['Commits', 'lost'], count('replicas', 'lostCommits')),
    unseen('cold', ['Cold', 'starts'], count('functions', 'coldStarts')),
  ];
}

function sagas(view: View): Candidate[] {
  return [
    unseen('sagas', ['Broken', 'of sagas'], (v) => unsettledEstimate(view, v), {
      unit: 'share',
      note: 'Broken: sagas stuck, inconsistent or lost.',
    }),
    unseen('cancelled', ['Cancelled', 'of sagas'], (v) => cancelledEstimate(view, v), {
      unit: 'share',
      note: 'Cancelled: sagas undone in full, such as orders that users do not get.',
    }),
  ];
}

function backlogs(view: View): Candidate[] {
  const outboxes = view.result.variants.some(hasOutbox) ? ' or in one outbox' : '';
  return [
    {
      ...unseen('backlog', ['Backlog', 'at most'], (v) => backlogEstimate(view, v), {
        note: `Backlog: most that wait for one consumer${outboxes}.`,
      }),
      above: 9,
    },
    unseen('drain', ['Drained', 'after fault'], (v) => drainEstimate(view, v), {
      unit: 'seconds',
      missing: (v) => (drainEstimate(view, v).never > 0 ? 'never' : null),
      zero: () => NO_BACKLOG,
      never: (v) => drainEstimate(view, v).never,
      note: 'Drained: from the end of the fault until the backlog is gone.',
    }),
    {
      ...unseen('waiting', ['Waiting', 'at the end'], (v) => waitingEstimate(view, v), {
        note: 'Waiting: for one consumer in the last step of the run.',
      }),
      isIn: (v) => isLeftWaiting(view, v),
    },
  ];
}

function lookups(view: View): Candidate[] {
  return [
    {
      ...unseen('stale', ['Stale', 'of reads'], (v) => staleEstimate(view, v), {
        unit: 'share',
        note: 'Stale: reads that miss a committed write.',
      }),
      above: 0.001,
    },
    {
      ...unseen('old', ['Old', 'of lookups'], (v) => oldEstimate(view, v), {
        unit: 'share',
        note: 'Old: cache lookups whose value had been written since it was loaded.',
      }),
      above: 0.001,
    },
    unseen('hits', ['Hits', 'of caches'], (v) => hitEstimate(view, v), {
      unit: 'share',
      better: 'more',
      note: 'Hits: share of the cache lookups that find the value.',
    }),
  ];
}

/** Replicas of a variant, if an autoscaler of some variant sets their number. */
function replicas(view: View): Candidate {
  const { variants } = view.result;
  const names = Object.keys(variants[0]?.components ?? {}).filter((name) =>
    variants.some(({ components }) => components[name]?.fleet?.isScaled === true),
  );
  return unseen('replicas', ['Replicas', 'on average'], (v) => fleetEstimate(v, names), {
    note: 'Replicas: how many there are on average of what is scaled.',
  });
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

/** A figure, 0 in each run of a variant that cannot have any. */
function orNone(own: Estimate, { perReplication }: VariantResult): Estimate {
  return own.value === null ? { value: 0, ci95: null, each: perReplication.map(() => 0) } : own;
}

/** A column that is shown if any variant has more than 0. */
function unseen(
  key: string,
  head: readonly [string, string],
  pick: Column['pick'],
  rest?: Partial<Column>,
): Candidate {
  return { above: 0, column: columnOf(`unseen.${key}`, head, pick, rest) };
}
