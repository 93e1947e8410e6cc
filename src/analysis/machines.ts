import { JOURNAL, type MachineRecord, type RunRecord } from '../spec/record.js';
import type { Ns } from '../kernel/time.js';
import type { Span } from './window.js';

/** A transition of a state machine at an absolute time; the machine starts in state 0. */
export interface Transition {
  readonly atNs: number;
  readonly state: number;
}

/** Transitions of each machine of a run, by machine id; journals count from the end of the warm-up. */
export function transitionsOf(record: RunRecord, warmupNs: Ns): readonly (readonly Transition[])[] {
  const { timeNs, kind, subject, value } = record.journal;
  const lists: Transition[][] = record.machines.map(() => []);
  for (let i = 0; i < timeNs.length; i++) {
    if (kind[i] !== JOURNAL.machine) continue;
    lists[subject[i]]?.push({ atNs: timeNs[i] + warmupNs, state: value[i] });
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
