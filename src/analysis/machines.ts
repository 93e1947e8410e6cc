import { JOURNAL, type MachineRecord, type RunRecord } from '../spec/record.js';
import type { Ns } from '../kernel/time.js';
import type { Span } from './window.js';

/** A transition of a state machine at an absolute time; the machine starts in state 0. */
export interface Transition {
  readonly atNs: number;
  readonly state: number;
}

/** Of a machine that stays in its first state, as most of a large fleet do. */
const NONE: Transition[] = [];
const known = new WeakMap<RunRecord, readonly (readonly Transition[])[]>();

/** Transitions of each machine of a run, by machine id; journals count from the end of the warm-up. */
export function transitionsOf(record: RunRecord, warmupNs: Ns): readonly (readonly Transition[])[] {
  let lists = known.get(record);
  if (lists === undefined) known.set(record, (lists = listsOf(record, warmupNs)));
  return lists;
}

function listsOf({ journal, machines }: RunRecord, warmupNs: Ns): readonly Transition[][] {
  const { timeNs, kind, subject, value } = journal;
  const lists = machines.map(() => NONE);
  for (let i = 0; i < timeNs.length; i++) {
    const id = subject[i];
    if (kind[i] !== JOURNAL.machine || id >= lists.length) continue;
    if (lists[id] === NONE) lists[id] = [];
    lists[id].push({ atNs: timeNs[i] + warmupNs, state: value[i] });
  }
  return lists;
}

/** True for the state in which a breaker lets nothing pass. */
export function isOpen(machine: MachineRecord, state: number): boolean {
  const name = machine.states[state];
  return name === 'open' || name === 'forcedOpen';
}

/** Time that a machine stands open within the spans, ns. */
export function openNs(
  machine: MachineRecord,
  transitions: readonly Transition[],
  spans: readonly Span[],
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
