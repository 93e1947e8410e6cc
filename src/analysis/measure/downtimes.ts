import type { Ns } from '../../kernel/time.js';
import { holdBack } from '../../contracts/plan/probes.js';
import { processOf } from '../../contracts/plan/versions.js';
import { INSTANCE_STATE, JOURNAL, type RunRecord } from '../../contracts/record/record.js';
import { columnOf } from './step-columns.js';
import { stepAt, type Steps } from './steps.js';
import type { VariantData } from './variant-data.js';

/** An interval in which a process was down. */
export interface Downtime {
  readonly instance: number;
  readonly fromNs: Ns;
  /** Time of its shutdown order; null = none. */
  readonly askedNs: Ns | null;
  /** How its shutdown ended; null = it had no shutdown order, or it ended by itself or by a fault. */
  readonly end: 'drained' | 'killed' | null;
  /** A probe ended it. */
  readonly restartRequested: boolean;
  /** An autoscaler left its slot empty. */
  readonly absent: boolean;
  /** It was down when an autoscaler removed its slot, so no restart is due. */
  givenUp: boolean;
  /** Infinity = to the end of the run. */
  untilNs: Ns;
  /** For an empty slot: time at which an instance was wanted there again; Infinity = not in this run. */
  wantedNs: Ns;
  /** Time at which its probes reported it ready; Infinity = not in this run. */
  readyNs: Ns;
  /** Number of starts, including the last one. */
  restarts: number;
}

/** All intervals in which instances were down, in order of time. */
export function downtimesOf(
  { plan }: VariantData,
  { journal }: RunRecord,
  instances: ReadonlySet<number>,
): readonly Downtime[] {
  const { timeNs, kind, subject, value } = journal;
  const downtimes: Downtime[] = [];
  const open = new Map<number, Downtime>();
  /** Intervals of instances that run again but are not ready yet. */
  const unready = new Map<number, Downtime[]>();
  const asked = new Map<number, Ns>();
  const requested = new Set<number>();
  const absent = new Set<number>();
  const ends = new Map<number, 'drained' | 'killed'>();
  for (let k = 0; k < timeNs.length; k++) {
    const instance = subject[k];
    if (kind[k] !== JOURNAL.instance || !instances.has(instance)) continue;
    const at = timeNs[k] + plan.warmupNs;
    if (value[k] === INSTANCE_STATE.leaving) {
      asked.set(instance, at);
    } else if (value[k] === INSTANCE_STATE.restartRequested) {
      requested.add(instance);
    } else if (value[k] === INSTANCE_STATE.absent) {
      absent.add(instance);
      const down = open.get(instance);
      // The slot of an instance that is down needs no restart any more.
      if (down === undefined) continue;
      down.untilNs = at;
      down.givenUp = !down.absent;
      downtimes.push(reopened({ ...down, fromNs: at, absent: true, askedNs: null, end: null }));
      open.set(instance, downtimes[downtimes.length - 1]);
    } else if (value[k] === INSTANCE_STATE.wanted) {
      absent.delete(instance);
      fill(open.get(instance), at);
    } else if (value[k] === INSTANCE_STATE.drained || value[k] === INSTANCE_STATE.killed) {
      ends.set(instance, value[k] === INSTANCE_STATE.drained ? 'drained' : 'killed');
    } else if (value[k] === INSTANCE_STATE.down) {
      const askedNs = asked.get(instance) ?? null;
      asked.delete(instance);
      const end = ends.get(instance) ?? null;
      ends.delete(instance);
      const own = { restartRequested: requested.delete(instance), absent: absent.has(instance) };
      const down = reopened({ instance, fromNs: at, askedNs, end, ...own });
      downtimes.push(down);
      open.set(instance, down);
    } else if (value[k] === INSTANCE_STATE.failedStart && open.has(instance)) {
      open.get(instance)!.restarts++;
    } else if (value[k] === INSTANCE_STATE.up && open.has(instance)) {
      const down = open.get(instance)!;
      down.untilNs = at;
      open.delete(instance);
      const { probes } = processOf(plan, instance);
      if (!holdBack(probes)) down.readyNs = at;
      else unready.set(instance, [...(unready.get(instance) ?? []), down]);
    } else if (value[k] === INSTANCE_STATE.ready) {
      for (const down of unready.get(instance) ?? []) down.readyNs = at;
      unready.delete(instance);
    }
  }
  return downtimes;
}

/** Time that processes are down, by step; ns. */
export function awayOf(downtimes: readonly Downtime[], steps: Steps): Float64Array {
  return columnOf(steps, (awayNs) => {
    for (const { fromNs, untilNs } of downtimes) {
      for (let step = stepAt(steps, fromNs); step < steps.count; step++) {
        const begin = steps.startNs[step];
        if (begin >= untilNs) break;
        awayNs[step] += Math.min(untilNs, begin + steps.lengthNs[step]) - Math.max(fromNs, begin);
      }
    }
  });
}

/** Records that an instance is wanted in an empty slot. */
function fill(down: Downtime | undefined, at: Ns): void {
  if (down?.absent === true) down.wantedNs = at;
}

/** An interval that has not ended yet. */
function reopened(
  down: Omit<Downtime, 'untilNs' | 'wantedNs' | 'readyNs' | 'restarts' | 'givenUp'>,
): Downtime {
  return {
    ...down,
    untilNs: Infinity,
    wantedNs: Infinity,
    readyNs: Infinity,
    restarts: 1,
    givenUp: false,
  };
}
