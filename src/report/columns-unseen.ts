import type { Estimate } from '../spec/result/estimate.js';
import type { VariantResult } from '../spec/result/result.js';
import { PLAIN_COLUMN } from './column.js';
import { NO_BACKLOG } from './family-parts.js';
import type { Column } from './column.js';
import {
  backlogEstimate,
  countEstimate,
  deadEstimate,
  drainEstimate,
  hasOutbox,
  hitEstimate,
  staleEstimate,
  unsettledEstimate,
} from './unseen.js';
import type { View } from './view.js';

/** A column of effects that no user request shows, and the value above which it is shown. */
interface Candidate {
  readonly column: Column;
  /** The largest value over the variants must be above this. */
  readonly above: number;
}

/**
 * Columns of effects that no user request shows, for features of the scenario for which some variant has any effect.
 */
export function unseenColumns(view: View): Column[] {
  return candidates(view)
    .filter(({ column, above }) =>
      view.result.variants.some(
        (variant) =>
          (column.pick(variant).value ?? 0) > above || (column.never?.(variant) ?? 0) > 0,
      ),
    )
    .map(({ column }) => column);
}

function candidates(view: View): Candidate[] {
  const count = (family: string, meter: string) => (variant: VariantResult) =>
    countEstimate(view, variant, family, meter);
  return [
    sagas(view),
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
        missing: 'never',
        zero: NO_BACKLOG,
        never: (v) => drainEstimate(view, v).never,
        note: 'Drained: from the end of the fault until the backlog is gone.',
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
