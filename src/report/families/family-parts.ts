import type { MeteredResult, MeterResult, RolloutResult } from '../../contracts/result/meters.js';
import type { Unit } from '../../text/figures.js';
import type { FamilyColumn, FamilyPanel } from './family.js';

/** A panel of the rate of several counters together, by step of the timeline. */
export function ratePanel(key: string, words: string, meters: readonly string[]): FamilyPanel {
  return {
    key,
    words,
    unit: 'perSecond',
    series: (own, seconds) => {
      const found = meters.flatMap((meter) => meterOf(own, meter, 'counter') ?? []);
      return (found[0]?.steps ?? []).map(
        (_, step) => found.reduce((sum, { steps }) => sum + (steps[step] ?? 0), 0) / seconds,
      );
    },
  };
}

/** A gauge over time, with the lowest and the highest replication. */
export function gaugePanel(key: string, words: string, unit: Unit): FamilyPanel {
  return {
    key,
    words,
    unit,
    series: (own) => meterOf(own, key, 'gauge')?.steps ?? [],
    band: (own) => meterOf(own, key, 'gauge')?.band ?? null,
  };
}

/** Share of a backlog in several partitions from which it is mostly in one. */
const SKEWED = 0.75;

/** A panel of the backlog in the largest partition, shown if most of the backlog is there. */
export function hottestPanel(words: string): FamilyPanel {
  const panel = gaugePanel('partitionLag', words, 'number');
  return { ...panel, when: isSkewed };
}

/** Whether most of the largest backlog is in one partition. */
export function isSkewed(own: MeteredResult): boolean {
  const [one, all] = [meterOf(own, 'partitionLag', 'gauge'), meterOf(own, 'lag', 'gauge')];
  return one !== null && all !== null && all.max >= FEW && one.max > SKEWED * all.max;
}

/** Backlogs smaller than this are not checked for skew. */
const FEW = 50;

/** A panel of one count over another by step of the timeline; a gap where the other is 0. */
export function ratioPanel(meter: string, of: string, words: string, fits = false): FamilyPanel {
  return {
    key: meter,
    words,
    unit: 'share',
    fits,
    series: (own) => {
      const [part, all] = [meterOf(own, meter, 'counter'), meterOf(own, of, 'counter')];
      if (part === null || all === null) return [];
      return all.steps.map((count, step) => (count > 0 ? part.steps[step]! / count : null));
    },
  };
}

/** A column of a count per run: the mean of the replications. */
export function counted(head: string, meter: string): FamilyColumn {
  return {
    head,
    unit: 'number',
    value: (own) => meterOf(own, meter, 'counter')?.total ?? null,
    each: (own) => meterOf(own, meter, 'counter')?.each ?? [],
  };
}

function deadLettered(head: string, isPassed: boolean): FamilyColumn {
  const column = counted(head, 'deadLettered');
  const holds = (own: MeteredResult): boolean => (own.passesOn === true) === isPassed;
  return {
    ...column,
    value: (own) => (holds(own) ? column.value(own) : isPassed ? null : 0),
    each: (own) => (holds(own) ? column.each!(own) : []),
  };
}

/** Dead letters of a subject that stay there, */
export const DEAD_LETTERS: FamilyColumn = deadLettered('Dead letters', false);
/** and those that are read or passed on again, such as by a retry delay queue. */
export const DEAD_LETTERED: readonly FamilyColumn[] = [
  DEAD_LETTERS,
  deadLettered('Passed on', true),
];

/** A count over another, of all replications together; null if the other is 0. */
export function ratioOf(head: string, meter: string, of: string): FamilyColumn {
  return {
    head,
    unit: 'share',
    value: (own) => {
      const [part, all] = [meterOf(own, meter, 'counter'), meterOf(own, of, 'counter')];
      return part === null || all === null || all.total === 0 ? null : part.total / all.total;
    },
    each: (own) => {
      const [part, all] = [meterOf(own, meter, 'counter'), meterOf(own, of, 'counter')];
      return (all?.each ?? []).map((count, i) => (count > 0 ? (part?.each[i] ?? 0) / count : null));
    },
  };
}

/** Share of the replications in which a rollout ended in a given way. */
export function ofRuns(head: string, pick: (own: RolloutResult) => number): FamilyColumn {
  return {
    head,
    unit: 'share',
    value: ({ rollout }) => (rollout === undefined ? null : pick(rollout) / rollout.seconds.length),
  };
}

/** Mean of the known values; null if there is none. */
export function meanOfKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** The gauge of what waits: without what a handler works on, where that is measured. */
export function waitingOf(own: MeteredResult): MeterOf<'gauge'> | null {
  return meterOf(own, 'waiting', 'gauge') ?? meterOf(own, 'lag', 'gauge');
}

/** Largest value of a gauge in any replication. */
export function largestOf(
  head: string,
  meter: string,
  unit: Unit,
  gaugeOf = (own: MeteredResult) => meterOf(own, meter, 'gauge'),
): FamilyColumn {
  return {
    head,
    unit,
    value: (own) => gaugeOf(own)?.max ?? null,
    each: (own) => gaugeOf(own)?.each ?? [],
    largest: true,
  };
}

/** Mean of a gauge over the run. */
export function meanOf(head: string, meter: string, unit: Unit): FamilyColumn {
  return { head, unit, value: (own) => meterOf(own, meter, 'gauge')?.mean ?? null };
}

/** A quantile of durations, or of numbers that are recorded like durations. */
export function quantile(
  head: string,
  meter: string,
  which: 'p50' | 'p99' | 'max',
  unit: Unit = 'seconds',
): FamilyColumn {
  return {
    head,
    unit,
    value: (own) => meterOf(own, meter, 'durations')?.[which] ?? null,
    interval: (own) => meterOf(own, meter, 'durations')?.ci95[which] ?? null,
  };
}

/**
 * Text for subjects whose backlog at the end of a fault is no larger than before it, so that draining takes no time.
 */
export const NO_BACKLOG = 'none left';

/** Time to drain the backlog after the fault that leaves the longest one; Infinity if it never drains. */
export function drained(head: string): FamilyColumn {
  return {
    head,
    unit: 'seconds',
    zero: NO_BACKLOG,
    value: (own) => {
      const all = Object.values(own.drain ?? {});
      if (all.length === 0) return null;
      return Math.max(...all.map(({ value }) => value ?? Infinity));
    },
  };
}

type Form = MeterResult['form'];
type MeterOf<F extends Form> = Extract<MeterResult, { readonly form: F }>;

/** A meter by its name, if it has this form. */
export function meterOf<F extends Form>(
  own: MeteredResult,
  name: string,
  form: F,
): MeterOf<F> | null {
  const found = Object.hasOwn(own.meters, name) ? own.meters[name] : undefined;
  return found?.form === form ? (found as MeterOf<F>) : null;
}

/** Mean count per run, 0 if it was not counted. */
export function countIn(own: MeteredResult, meter: string): number {
  return meterOf(own, meter, 'counter')?.total ?? 0;
}

/** Whether any call waited for a lock, or was aborted because of one. */
export function hasLocks(own: MeteredResult): boolean {
  const waited = meterOf(own, 'lockWait', 'durations');
  const ended = ['deadlocks', 'lockTimeouts'].some((name) => countIn(own, name) > 0);
  return ended || (waited?.max ?? 0) > 0;
}
