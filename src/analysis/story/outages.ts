import { editsOf } from '../../patterns/registry.js';
import type { KnobEdit } from '../../model/faults/knob.js';
import type { Ns } from '../../kernel/time.js';
import { downtimesOf, type Downtime } from '../measure/downtimes.js';
import type { PlanFault } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { spansIn } from '../measure/faulted.js';
import { thereAt } from '../measure/presence.js';
import { instancesOf, type VariantData } from '../measure/variant-data.js';

/**
 * Spans in which some fault stops every instance of a component. If they come back one by one, the span ends when the
 * first is back.
 */
export function outagesOf(
  component: number,
  data: VariantData,
  record: RunRecord,
): PlanFault['spans'] {
  const all = instancesOf(data.plan, component);
  return data.plan.faults.flatMap((fault) => {
    if (editsOf(fault).every(({ knob }) => knob.stops === null)) return [];
    const own = fault.instances.filter((id) => data.plan.instances[id].component === component);
    const { select, role } = fault;
    // One of several nodes has the role: another one can take over.
    const hasRoles = data.plan.replications.some((one) => one.component === component);
    if (role !== null && hasRoles && all.length > 1) return [];
    const returns = returnsOf(data, fault, record);
    return spansIn(data, fault, record).flatMap(({ fromNs, untilNs }) => {
      const there = thereAt(data, record, all, fromNs);
      if (![...there].every((id) => own.includes(id)) || !hitsAll(data, select, there)) return [];
      const end = returns.find((candidate) => candidate.untilNs === untilNs);
      const first = Math.min(...own.map((id) => end?.backNs.get(id) ?? untilNs));
      // An instance that is shut down works until it has ended.
      const silentNs = Math.max(fromNs, ...(end?.ends ?? []).map((down) => down.fromNs));
      const backNs = Math.min(first, data.plan.horizonNs);
      return silentNs < backNs || silentNs === fromNs
        ? [{ fromNs: silentNs, untilNs: backNs }]
        : [];
    });
  });
}

/** Whether a fault that may hit all of these instances does. */
function hitsAll(
  { plan }: VariantData,
  select: PlanFault['select'],
  there: ReadonlySet<number>,
): boolean {
  switch (select.kind) {
    case 'all':
      return true;
    case 'indices':
      return [...there].every((id) => select.indices.includes(plan.instances[id].index));
    case 'count':
      return select.count >= there.size;
    case 'share':
      return select.share >= 1;
  }
}

/** End of an activation of a fault after which instances come back one by one. */
export interface Returns {
  readonly untilNs: Ns;
  /** For each instance that was down then: when it was ready again, absolute; Infinity = not in this run. */
  readonly backNs: ReadonlyMap<number, Ns>;
  /** Instances that the fault shut down. */
  readonly ends: readonly Downtime[];
  /** Most restarts that one of them took, failed ones included. */
  readonly restarts: number;
}

/** Ends of the activations of a fault whose instances take extra time to come back; empty for other faults. */
export function returnsOf(
  data: VariantData,
  fault: PlanFault,
  record: RunRecord,
): readonly Returns[] {
  const lingers = recoveryOf(fault) !== undefined;
  const asks = stops(fault, 'ask');
  if (!lingers && !asks && !waitsForRestart(data, fault)) return [];
  const ended = spansIn(data, fault, record).filter(({ untilNs }) => untilNs < data.plan.horizonNs);
  const candidates = new Set(candidatesOf(data, fault));
  const downtimes = downtimesOf(data, record, candidates).filter(
    ({ absent, givenUp }) => !absent && !givenUp,
  );
  return ended.map(({ fromNs, untilNs }) => {
    const held = downtimes.filter((down) => {
      // An instance may end long after its shutdown order.
      if (asks) return down.askedNs !== null && down.askedNs >= fromNs && down.askedNs <= untilNs;
      // An instance that was already down waits for another cause, unless the fault keeps all instances down.
      const isOwn = lingers || down.fromNs >= fromNs;
      return down.fromNs <= untilNs && down.untilNs >= untilNs && isOwn;
    });
    return {
      untilNs,
      backNs: new Map(held.map((down) => [down.instance, down.readyNs])),
      ends: asks ? held : [],
      restarts: Math.max(0, ...held.map((down) => down.restarts)),
    };
  });
}

/**
 * Time at which the last instance that comes back one by one after a fault was ready: Infinity = not in this run, 0 =
 * there is none. Instances that a fault never returns do not count.
 */
export function lastReturnNs(data: VariantData, record: RunRecord): Ns {
  const times = data.plan.faults
    .filter((fault) => !isForGood(fault))
    .flatMap((fault) =>
      returnsOf(data, fault, record).flatMap(({ backNs }) => [...backNs.values()]),
    );
  return times.reduce((last, at) => Math.max(last, at), 0);
}

/** Whether instances that a fault ends stay down when it is over. */
export function isForGood(fault: PlanFault): boolean {
  return recoveryOf(fault) === 'never';
}

/** The recovery times of instances after a fault; undefined if they come back at once. */
function recoveryOf(fault: PlanFault): KnobEdit['recovery'] {
  return editsOf(fault).find(({ recovery }) => recovery !== undefined)?.recovery;
}

/** Instances that a fault may hit. */
function candidatesOf({ plan }: VariantData, { instances, select }: PlanFault): readonly number[] {
  if (select.kind !== 'indices') return instances;
  return instances.filter((id) => select.indices.includes(plan.instances[id].index));
}

/** Whether the platform restarts instances that a fault has ended, with a delay. */
function waitsForRestart({ plan }: VariantData, fault: PlanFault): boolean {
  const isStarted = (id: number): boolean =>
    plan.components[plan.instances[id].component].restart !== null;
  return stops(fault, 'kill') && fault.instances.some(isStarted);
}

/** Whether a fault stops processes in this way. */
export function stops(fault: PlanFault, how: 'kill' | 'ask'): boolean {
  return editsOf(fault).some(({ knob }) => knob.stops === how);
}
