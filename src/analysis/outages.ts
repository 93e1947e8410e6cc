import { faultKind } from '../patterns/registry.js';
import type { KnobName } from '../spec/fault.js';
import type { Ns } from '../kernel/time.js';
import { downsOf } from './downs.js';
import type { PlanFault } from '../spec/plan.js';
import type { RunRecord } from '../spec/record.js';
import { spansIn } from './faulted.js';
import type { VariantData } from './variant-data.js';

/** What is turned where nothing answers any more. */
const STOPPING: ReadonlySet<KnobName> = new Set<KnobName>(['down', 'frozen']);

/** Spans in which some fault stops every instance of a component, up to the first that is back where they come one by one. */
export function outagesOf(
  component: number,
  data: VariantData,
  record: RunRecord,
): PlanFault['spans'] {
  const { instances } = data.plan.components[component];
  return data.plan.faults.flatMap((fault) => {
    if (!fault.knobs.some((knob) => STOPPING.has(knob))) return [];
    const own = fault.instances.filter((id) => data.plan.instances[id].component === component);
    const { select } = fault;
    const isAll =
      select.kind === 'all' ||
      select.kind === 'indices' ||
      (select.kind === 'count' ? select.count >= instances : select.share >= 1);
    if (own.length !== instances || !isAll) return [];
    const returns = returnsOf(data, fault, record);
    return spansIn(data, fault, record).map(({ fromNs, untilNs }) => {
      const backNs = returns.find((end) => end.untilNs === untilNs)?.backNs;
      const first = Math.min(...own.map((id) => backNs?.get(id) ?? untilNs));
      return { fromNs, untilNs: Math.min(first, data.plan.horizonNs) };
    });
  });
}

/** The end of an activation of a fault that gives its instances back one by one. */
export interface Returns {
  readonly untilNs: Ns;
  /** By instance that was down then: when it ran again, absolute; Infinity = not in this run. */
  readonly backNs: ReadonlyMap<number, Ns>;
  /** The most restarts that one of them took, those in vain among them. */
  readonly restarts: number;
}

/** Of each activation that has ended of a fault whose instances take a time of their own after it; none of others. */
export function returnsOf(
  data: VariantData,
  fault: PlanFault,
  record: RunRecord,
): readonly Returns[] {
  if (!hasRecovery(fault) && !waitsForRestart(data, fault)) return [];
  const ended = spansIn(data, fault, record).filter(({ untilNs }) => untilNs < data.plan.horizonNs);
  const downs = downsOf(data, record, new Set(fault.instances));
  return ended.map(({ untilNs }) => {
    const held = downs.filter((down) => down.fromNs <= untilNs && down.untilNs >= untilNs);
    return {
      untilNs,
      backNs: new Map(held.map((down) => [down.instance, down.untilNs])),
      restarts: Math.max(0, ...held.map((down) => down.restarts)),
    };
  });
}

/** When the last instance ran again that a fault gives back one by one: Infinity = not in this run, 0 = there is none. */
export function lastReturnNs(data: VariantData, record: RunRecord): Ns {
  const times = data.plan.faults.flatMap((fault) =>
    returnsOf(data, fault, record).flatMap(({ backNs }) => [...backNs.values()]),
  );
  return Math.max(0, ...times);
}

function hasRecovery({ kind, config, share }: PlanFault): boolean {
  const edits = faultKind(kind)?.edits(config, 1, share) ?? [];
  return edits.some(({ recovery }) => recovery !== undefined);
}

/** Whether a platform starts what the fault has ended, in its own time. */
function waitsForRestart({ plan }: VariantData, fault: PlanFault): boolean {
  const isStarted = (id: number): boolean =>
    plan.components[plan.instances[id].component].restart !== null;
  return fault.knobs.includes('down') && fault.instances.some(isStarted);
}
