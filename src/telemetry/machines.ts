import { JOURNAL } from '../contracts/record/record.js';
import type { MachineBlock, MachineRecord, RunRecord } from '../contracts/record/record.js';
import type { Ns } from '../kernel/time.js';

/** A transition of a state machine at an absolute time; the machine starts in state 0. */
export interface Transition {
  readonly atNs: number;
  readonly state: number;
}

/** A machine that has left its first state. In a large fleet few do. */
export interface Moved {
  readonly id: number;
  readonly machine: MachineRecord;
  readonly transitions: readonly Transition[];
}

const known = new WeakMap<RunRecord, readonly Moved[]>();

/** Machines of a run that have transitions, by their numbers. Journal times count from the end of the warm-up. */
export function movedOf(record: RunRecord, warmupNs: Ns): readonly Moved[] {
  let list = known.get(record);
  if (list === undefined) known.set(record, (list = listOf(record, warmupNs)));
  return list;
}

function listOf({ journal, machines }: RunRecord, warmupNs: Ns): readonly Moved[] {
  const { timeNs, kind, subject, value } = journal;
  const lists = new Map<number, Transition[]>();
  for (let i = 0; i < timeNs.length; i++) {
    if (kind[i] !== JOURNAL.machine) continue;
    const list = lists.get(subject[i]);
    const transition = { atNs: timeNs[i] + warmupNs, state: value[i] };
    if (list === undefined) lists.set(subject[i], [transition]);
    else list.push(transition);
  }
  const machineOf = finder(machines);
  return [...lists]
    .sort(([a], [b]) => a - b)
    .map(([id, transitions]) => ({ id, machine: machineOf(id), transitions }));
}

/** Number of machines in a block. */
export function sizeOf({ callers, targets }: MachineBlock): number {
  return callers * targets;
}

/** Returns a function that finds the machine of a number. */
function finder(blocks: readonly MachineBlock[]): (id: number) => MachineRecord {
  const singles = new Map<number, MachineRecord>();
  const others: MachineBlock[] = [];
  for (const block of blocks) {
    if (sizeOf(block) === 1) singles.set(block.first, block.machine);
    else others.push(block);
  }
  return (id) => singles.get(id) ?? others.flatMap((block) => within(block, id) ?? [])[0];
}

function within(block: MachineBlock, id: number): MachineRecord | null {
  const { machine, callers, stride, targets, step } = block;
  const behind = id - block.first;
  const caller = stride === 0 ? 0 : Math.floor(behind / stride);
  const left = behind - caller * stride;
  const target = step === 0 ? 0 : Math.floor(left / step);
  if (behind < 0 || caller >= callers || target >= targets || left !== target * step) return null;
  const { instance, calleeInstance } = machine;
  return {
    ...machine,
    instance: instance < 0 ? instance : instance + caller,
    calleeInstance: calleeInstance < 0 ? calleeInstance : calleeInstance + target,
  };
}

/** True for a circuit breaker. The metrics `breaker.*` and the breaker events count no other machines. */
export function isBreaker(machine: MachineRecord): boolean {
  return machine.policy === 'circuitBreaker';
}

/** True for a state in which a breaker rejects all calls. */
export function isOpen(machine: MachineRecord, state: number): boolean {
  const name = machine.states[state];
  return name === 'open' || name === 'forcedOpen';
}

/** Time within the spans for which a machine is open, ns. */
export function openNs(
  machine: MachineRecord,
  transitions: readonly Transition[],
  spans: readonly { readonly fromNs: Ns; readonly untilNs: Ns }[],
): number {
  let total = 0;
  const count = (fromNs: number, untilNs: number): void => {
    for (const span of spans) {
      total += Math.max(0, Math.min(untilNs, span.untilNs) - Math.max(fromNs, span.fromNs));
    }
  };
  let state = 0;
  let since = 0;
  for (const transition of transitions) {
    if (isOpen(machine, state)) count(since, transition.atNs);
    state = transition.state;
    since = transition.atNs;
  }
  if (isOpen(machine, state)) count(since, Infinity);
  return total;
}
