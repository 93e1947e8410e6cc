import type { ComponentKind } from '../spec/component-kind.js';
import type { MeteredResult, MeterResult } from '../spec/result-meters.js';
import type { FlowEnd } from './charts/flow.js';
import type { Unit } from './format.js';

/** A figure of a metered subject over time. */
export interface FamilyPanel {
  readonly key: string;
  /** What it shows, in words above the picture. */
  readonly words: string;
  readonly unit: Unit;
  /** A value for each step of the timeline; null where nothing was measured. */
  readonly series: (own: MeteredResult) => readonly (number | null)[];
}

/** A number of a metered subject for its table; null where it has none. */
export interface FamilyColumn {
  readonly head: string;
  readonly unit: Unit;
  readonly value: (own: MeteredResult) => number | null;
  /** Left out where nobody has such a number. */
  readonly rare?: true;
}

/** A section of the report: what is shown of things with meters of some kinds. */
export interface Family {
  readonly id: string;
  /** Neutral name of the section. */
  readonly name: string;
  readonly kinds: readonly ComponentKind[];
  /** Whether it speaks of the parts of a component, such as the groups of a topic, or of it as a whole. */
  readonly parts: boolean;
  /** A meter that its subjects have, where others of their kinds have not. */
  readonly having?: string;
  readonly panels: readonly FamilyPanel[];
  readonly columns: readonly FamilyColumn[];
  /** What becomes of those that begin, drawn as a flow for each variant; the counter of the beginning first. */
  readonly flow?: { readonly begun: string; readonly ends: readonly FlowEnd[] };
  /** The figure whose largest value makes the title and decides who is drawn. */
  readonly worst: FamilyColumn;
  readonly headline: (subject: string, variant: string | null, worst: string) => string;
  /** Said where that is 0 everywhere. */
  readonly quiet: string;
  readonly caption: string;
}

/** Ends of a saga that are none. */
const BROKEN: readonly string[] = ['stuck', 'inconsistent', 'lost'];

/** Every family, in the order of the report. */
export const FAMILIES: readonly Family[] = [
  {
    id: 'messages',
    name: 'Messages',
    kinds: ['topic'],
    parts: true,
    panels: [
      gaugePanel('lag', 'messages not yet handled', 'number'),
      gaugePanel('age', 'age of the oldest of them', 'seconds'),
    ],
    columns: [
      counted('Handled', 'consumed'),
      largestOf('Most waiting', 'lag', 'number'),
      largestOf('Oldest', 'age', 'seconds'),
      quantile('Delay p50', 'delay', 'p50'),
      quantile('Delay p99', 'delay', 'p99'),
      counted('Redelivered', 'redeliveries'),
      counted('Twice', 'duplicateEffects'),
      counted('Lost', 'lostEffects'),
      { ...largestOf('Paused at once', 'paused', 'number'), rare: true },
    ],
    worst: largestOf('Most waiting', 'lag', 'number'),
    headline: (subject, variant, worst) =>
      `Up to ${worst} messages wait for ${subject}${variant === null ? '' : ` in ${variant}`}`,
    quiet: 'No message waits',
    caption:
      'Messages published and not yet committed, and the time since the oldest of them was published; means over replications. Twice: effects that had happened before. Lost: confirmed to the publisher, never handled.',
  },
  {
    id: 'projections',
    name: 'Read models',
    kinds: ['projection'],
    parts: false,
    panels: [
      gaugePanel('lag', 'events not yet in the view', 'number'),
      gaugePanel('age', 'age of the oldest of them', 'seconds'),
    ],
    columns: [
      counted('Events', 'consumed'),
      largestOf('Most waiting', 'lag', 'number'),
      largestOf('Oldest', 'age', 'seconds'),
      quantile('Delay p99', 'delay', 'p99'),
      counted('Reads', 'reads'),
      sharedBy('Stale', 'staleReads', 'reads'),
      quantile('Staleness p99', 'staleness', 'p99'),
      sharedBy('Backward', 'backwardReads', 'reads'),
      counted('Twice', 'duplicateEffects'),
      counted('Left out', 'lostEffects'),
      counted('Taken over', 'takeovers'),
    ],
    worst: largestOf('Most waiting', 'lag', 'number'),
    headline: (subject, variant, worst) =>
      `Up to ${worst} events wait for ${subject}${variant === null ? '' : ` in ${variant}`}`,
    quiet: 'Every view has every event',
    caption:
      'Events committed and not yet in the view, and the time since the oldest of them; means over replications. Stale: reads that miss an event of what they read that was committed before they began; staleness is the age of the first of those, 0 for all other reads. Backward: reads that miss what an earlier answer to the same client had. Taken over: segments whose claims ran out.',
  },
  {
    id: 'event-stores',
    name: 'Event stores',
    kinds: ['eventStore'],
    parts: false,
    panels: [countPanel('conflicts', 'appends that conflict, by step', ['conflicts'])],
    columns: [
      counted('Appends', 'appends'),
      sharedBy('Conflicts', 'conflicts', 'appends'),
      counted('Snapshots gone', 'snapshotsInvalidated'),
      quantile('Events replayed p50', 'replayed', 'p50', 'number'),
      quantile('Events replayed p99', 'replayed', 'p99', 'number'),
    ],
    worst: sharedBy('Conflicts', 'conflicts', 'appends'),
    headline: (subject, variant, worst) =>
      `${worst} of the appends to ${subject} conflict${variant === null ? '' : ` in ${variant}`}`,
    quiet: 'No append meets another',
    caption:
      'Appends that met another version of their stream than they had loaded; means over replications. Replayed: events that a load applied, behind its snapshot where there is one. Snapshots gone: streams that a flush took theirs from.',
  },
  {
    id: 'sagas',
    name: 'Sagas',
    kinds: ['saga'],
    parts: false,
    panels: [
      countPanel('completed', 'sagas that completed', ['completed']),
      countPanel('broken', 'sagas stuck, inconsistent or lost', BROKEN),
    ],
    columns: [
      counted('Begun', 'accepted'),
      counted('Completed', 'completed'),
      counted('Compensated', 'compensated'),
      counted('Stuck', 'stuck'),
      counted('Inconsistent', 'inconsistent'),
      counted('Lost', 'lost'),
      counted('Taken over', 'takeovers'),
      quantile('Duration p50', 'duration', 'p50'),
      quantile('Duration p99', 'duration', 'p99'),
    ],
    flow: {
      begun: 'accepted',
      ends: [
        { meter: 'completed', words: 'completed', fill: 'var(--ok)' },
        { meter: 'compensated', words: 'compensated', fill: 'var(--degraded)' },
        { meter: 'stuck', words: 'stuck', fill: 'var(--s2)' },
        { meter: 'lost', words: 'lost', fill: 'var(--down)' },
        { meter: 'inconsistent', words: 'inconsistent', fill: 'var(--failing)' },
        { meter: 'running', words: 'still running', fill: 'var(--base)' },
      ],
    },
    worst: summed('Without a consistent end', BROKEN),
    headline: (subject, variant, worst) =>
      `${worst} of ${subject} come to no consistent end${variant === null ? '' : ` in ${variant}`}`,
    quiet: 'Every saga comes to a consistent end',
    caption:
      'Sagas by the time of their beginning; means over replications. Stuck: no end in time, or waiting for a human. Inconsistent: ended with effects that do not belong together. Lost: accepted, and nobody knows them any more. Taken over: an instance went on with what another one had begun.',
  },
  {
    id: 'replicas',
    name: 'Replicas',
    kinds: ['database'],
    having: 'replicaLag',
    parts: false,
    panels: [gaugePanel('replicaLag', 'how far the last replica is behind', 'seconds')],
    columns: [
      counted('Reads', 'reads'),
      ratioOf('Old', 'staleReads', 'reads'),
      largestOf('Furthest behind', 'replicaLag', 'seconds'),
      counted('Failovers', 'failovers'),
      counted('Written at an old primary', 'divergedWrites'),
      counted('Commits lost', 'lostCommits'),
    ],
    worst: counted('Commits lost', 'lostCommits'),
    headline: (subject, variant, worst) =>
      `${worst} confirmed writes of ${subject} are lost${variant === null ? '' : ` in ${variant}`}`,
    quiet: 'No confirmed write is lost',
    caption:
      'Age of the oldest write that a replica has not applied. Old: reads of a row that had been written since. Lost: writes that were confirmed and that the replica which became the primary did not have; means over replications.',
  },
  {
    id: 'caches',
    name: 'Caches',
    kinds: ['cache'],
    parts: false,
    panels: [ratioPanel('hits', 'reads', 'share of the reads that found the value')],
    columns: [
      counted('Reads', 'reads'),
      ratioOf('Hits', 'hits', 'reads'),
      counted('Loads', 'loads'),
      counted('Evicted', 'evictions'),
      ratioOf('Old', 'staleReads', 'reads'),
      counted('Writes lost', 'lostWrites'),
    ],
    worst: counted('Loads', 'loads'),
    headline: (subject, variant, worst) =>
      `${worst} values were loaded for ${subject}${variant === null ? '' : ` in ${variant}`}`,
    quiet: 'Nothing had to be loaded',
    caption:
      'Share of the lookups that found the value, of a cache at any of its levels. Old: values that had been written since they were loaded.',
  },
  {
    id: 'thread-pools',
    name: 'Thread pools',
    kinds: ['database'],
    parts: true,
    having: 'threadPool.queue',
    panels: [gaugePanel('threadPool.queue', 'operations that wait for a thread', 'number')],
    columns: [
      largestOf('Most waiting', 'threadPool.queue', 'number'),
      quantile('Wait p50', 'threadPool.wait', 'p50'),
      quantile('Wait p99', 'threadPool.wait', 'p99'),
    ],
    worst: largestOf('Most waiting', 'threadPool.queue', 'number'),
    headline: (subject, variant, worst) =>
      `Up to ${worst} operations wait for a thread for ${subject}${variant === null ? '' : ` in ${variant}`}`,
    quiet: 'Every operation has a thread at once',
    caption:
      'Operations in the queues of their thread pools, over all nodes; means over replications. Who finds a queue full is rejected with 429, and has not waited.',
  },
  {
    id: 'refreshes',
    name: 'Refreshes',
    kinds: ['database'],
    parts: false,
    having: 'refreshLag',
    panels: [ratioPanel('staleReads', 'reads', 'share of the searches that miss a write')],
    columns: [
      counted('Searches of a shard', 'reads'),
      sharedBy('Stale', 'staleReads', 'reads'),
      quantile('Found after p50', 'refreshLag', 'p50'),
      quantile('Found after p99', 'refreshLag', 'p99'),
      counted('Failovers', 'failovers'),
    ],
    worst: sharedBy('Stale', 'staleReads', 'reads'),
    headline: (subject, variant, worst) =>
      `${worst} of the searches of ${subject} miss a write${variant === null ? '' : ` in ${variant}`}`,
    quiet: 'No search misses a write',
    caption:
      'Searches of a shard whose copy has written something since its last refresh. Found after: from a write at a copy to the refresh that shows it.',
  },
];

/** Counts by step of the timeline, of several meters together. */
export function countPanel(key: string, words: string, meters: readonly string[]): FamilyPanel {
  return {
    key,
    words,
    unit: 'number',
    series: (own) => {
      const found = meters.flatMap((meter) => meterOf(own, meter, 'counter') ?? []);
      return (found[0]?.steps ?? []).map((_, step) =>
        found.reduce((sum, { steps }) => sum + steps[step]!, 0),
      );
    },
  };
}

/** Counts of a run, of several meters together. */
export function summed(head: string, meters: readonly string[]): FamilyColumn {
  return {
    head,
    unit: 'number',
    value: (own) =>
      meters.reduce((sum, meter) => sum + (meterOf(own, meter, 'counter')?.total ?? 0), 0),
  };
}

/** A gauge over time. */
export function gaugePanel(meter: string, words: string, unit: Unit): FamilyPanel {
  return {
    key: meter,
    words,
    unit,
    series: (own) => {
      const found = meterOf(own, meter, 'gauge');
      return found === null ? [] : found.steps;
    },
  };
}

/** A count over another, step by step. */
function ratioPanel(meter: string, of: string, words: string): FamilyPanel {
  return {
    key: meter,
    words,
    unit: 'share',
    series: (own) => {
      const [part, all] = [meterOf(own, meter, 'counter'), meterOf(own, of, 'counter')];
      if (part === null || all === null) return [];
      return all.steps.map((count, step) => (count > 0 ? part.steps[step]! / count : null));
    },
  };
}

/** A count over another, of the whole run. */
function ratioOf(head: string, meter: string, of: string): FamilyColumn {
  return {
    head,
    unit: 'share',
    value: (own) => {
      const [part, all] = [meterOf(own, meter, 'counter'), meterOf(own, of, 'counter')];
      return part === null || all === null || all.total === 0 ? null : part.total / all.total;
    },
  };
}

/** Count of a run. */
export function counted(head: string, meter: string): FamilyColumn {
  return {
    head,
    unit: 'number',
    value: (own) => meterOf(own, meter, 'counter')?.total ?? null,
  };
}

/** Share of one count in another. */
function sharedBy(head: string, meter: string, of: string): FamilyColumn {
  return {
    head,
    unit: 'share',
    value: (own) => {
      const all = meterOf(own, of, 'counter')?.total ?? 0;
      return all === 0 ? null : (meterOf(own, meter, 'counter')?.total ?? 0) / all;
    },
  };
}

/** Largest value of a gauge. */
export function largestOf(head: string, meter: string, unit: Unit): FamilyColumn {
  return { head, unit, value: (own) => meterOf(own, meter, 'gauge')?.max ?? null };
}

/** A quantile of durations. */
export function quantile(
  head: string,
  meter: string,
  which: 'p50' | 'p99',
  unit: Unit = 'seconds',
): FamilyColumn {
  return {
    head,
    unit,
    value: (own) => meterOf(own, meter, 'durations')?.[which] ?? null,
  };
}

type Form = MeterResult['form'];
type MeterOf<F extends Form> = Extract<MeterResult, { readonly form: F }>;

function meterOf<F extends Form>(own: MeteredResult, name: string, form: F): MeterOf<F> | null {
  const found = Object.hasOwn(own.meters, name) ? own.meters[name] : undefined;
  return found?.form === form ? (found as MeterOf<F>) : null;
}
