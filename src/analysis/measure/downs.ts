import type { Ns } from '../../kernel/time.js';
import { holdBack } from '../../spec/probes.js';
import { INSTANCE_STATE, JOURNAL } from '../../spec/record.js';
import type { RunRecord } from '../../spec/record.js';
import { stepAt, type Steps } from './steps.js';
import type { VariantData } from './variant-data.js';

/** When a process was away. */
export interface Down {
  readonly instance: number;
  readonly fromNs: Ns;
  /** When it was asked to end; null = it was not. */
  readonly askedNs: Ns | null;
  /** How it ended that was asked to; null = by itself or by a fault, or nobody asked it. */
  readonly end: 'drained' | 'killed' | null;
  /** A probe had it ended. */
  readonly condemned: boolean;
  /** An autoscaler wanted its place to be empty. */
  readonly absent: boolean;
  /** It was down when an autoscaler gave its place up: nobody waits for it any more. */
  givenUp: boolean;
  /** Infinity = to the end of the run. */
  untilNs: Ns;
  /** Of one whose place was empty: when somebody was to be there again; Infinity = not in this run. */
  wantedNs: Ns;
  /** When it was ready to be called, as its probes say; Infinity = not in this run. */
  readyNs: Ns;
  /** How often it was started, the last time among them. */
  restarts: number;
}

/** When instances were down, in order of time. */
export function downsOf(
  { plan }: VariantData,
  { journal }: RunRecord,
  instances: ReadonlySet<number>,
): readonly Down[] {
  const { timeNs, kind, subject, value } = journal;
  const downs: Down[] = [];
  const open = new Map<number, Down>();
  /** Of instances that run again and are not ready yet. */
  const unready = new Map<number, Down[]>();
  const asked = new Map<number, Ns>();
  const condemned = new Set<number>();
  const absent = new Set<number>();
  const ends = new Map<number, 'drained' | 'killed'>();
  for (let k = 0; k < timeNs.length; k++) {
    const instance = subject[k];
    if (kind[k] !== JOURNAL.instance || !instances.has(instance)) continue;
    const at = timeNs[k] + plan.warmupNs;
    if (value[k] === INSTANCE_STATE.leaving) {
      asked.set(instance, at);
    } else if (value[k] === INSTANCE_STATE.condemned) {
      condemned.add(instance);
    } else if (value[k] === INSTANCE_STATE.absent) {
      absent.add(instance);
      const down = open.get(instance);
      // One that is down is not waited for any more.
      if (down === undefined) continue;
      down.untilNs = at;
      down.givenUp = !down.absent;
      downs.push(reopened({ ...down, fromNs: at, absent: true, askedNs: null, end: null }));
      open.set(instance, downs[downs.length - 1]);
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
      const own = { condemned: condemned.delete(instance), absent: absent.has(instance) };
      const down = reopened({ instance, fromNs: at, askedNs, end, ...own });
      downs.push(down);
      open.set(instance, down);
    } else if (value[k] === INSTANCE_STATE.failedStart && open.has(instance)) {
      open.get(instance)!.restarts++;
    } else if (value[k] === INSTANCE_STATE.up && open.has(instance)) {
      const down = open.get(instance)!;
      down.untilNs = at;
      open.delete(instance);
      const { probes } = plan.components[plan.instances[instance].component];
      if (!holdBack(probes)) down.readyNs = at;
      else unready.set(instance, [...(unready.get(instance) ?? []), down]);
    } else if (value[k] === INSTANCE_STATE.ready) {
      for (const down of unready.get(instance) ?? []) down.readyNs = at;
      unready.delete(instance);
    }
  }
  return downs;
}

/** Time that processes are away, by step. */
export function awayOf(downs: readonly Down[], steps: Steps): Float64Array {
  const awayNs = new Float64Array(steps.count);
  for (const { fromNs, untilNs } of downs) {
    for (let step = stepAt(steps, fromNs); step < steps.count; step++) {
      const begin = steps.startNs[step];
      if (begin >= untilNs) break;
      awayNs[step] += Math.min(untilNs, begin + steps.lengthNs[step]) - Math.max(fromNs, begin);
    }
  }
  return awayNs;
}

/** Somebody is to be at an empty place again. */
function fill(down: Down | undefined, at: Ns): void {
  if (down?.absent === true) down.wantedNs = at;
}

/** One that is not over yet. */
function reopened(
  down: Omit<Down, 'untilNs' | 'wantedNs' | 'readyNs' | 'restarts' | 'givenUp'>,
): Down {
  return {
    ...down,
    untilNs: Infinity,
    wantedNs: Infinity,
    readyNs: Infinity,
    restarts: 1,
    givenUp: false,
  };
}
