import { INSTANCE_STATE, JOURNAL, type RunRecord } from '../../contracts/record/record.js';
import type { VariantData } from '../measure/variant-data.js';
import { isForGood } from './outages.js';

/** Whether an instance that does not run only waits for its platform to start it. */
export function isWaiting({ plan }: VariantData, id: number): boolean {
  const { component } = plan.instances[id];
  const isOver = plan.faults.some((fault) => fault.instances.includes(id) && isForGood(fault));
  return plan.components[component].restart !== null && !isOver;
}

/** States in which an instance works. One that was asked to end works until it has ended. */
const WORKING: readonly number[] = [
  INSTANCE_STATE.up,
  INSTANCE_STATE.leaving,
  INSTANCE_STATE.restartRequested,
  INSTANCE_STATE.ready,
  INSTANCE_STATE.unready,
  INSTANCE_STATE.wanted,
];

/** Instances that do not run according to their last entry in the journal. */
export function instancesDown(record: RunRecord): readonly number[] {
  const { kind, subject, value } = record.journal;
  const last = new Map<number, number>();
  const absent = new Set<number>();
  for (let i = 0; i < kind.length; i++) {
    if (kind[i] !== JOURNAL.instance) continue;
    last.set(subject[i], value[i]);
    if (value[i] === INSTANCE_STATE.absent) absent.add(subject[i]);
    else if (value[i] === INSTANCE_STATE.wanted) absent.delete(subject[i]);
  }
  return [...last]
    .filter(([id, state]) => !absent.has(id) && !WORKING.includes(state))
    .map(([id]) => id);
}
