import type { Ns } from '../../kernel/time.js';
import { rungsOf } from '../../model/faults/ramps.js';
import type { Fault } from '../../contracts/scenario/scenario.js';
import type { RunSettings } from '../../contracts/scenario/run.js';

/** The changes in force at one time, in the order of their ids. */
export type State = readonly { readonly fault: string; readonly strength: number }[];

/** Largest number of different states of a run. */
export const STATES_MAX = 200;

/**
 * Every state that a run can be in, without the one of the file itself, those with few changes first; null if there are
 * more than STATES_MAX. Changes
 * with fixed times combine as these overlap. All others can combine with everything.
 */
export function statesOf(
  changes: readonly Fault[],
  isFixed: (fault: Fault) => boolean,
  run: RunSettings,
): readonly State[] | null {
  const sorted = [...changes].sort((a, b) => (a.id < b.id ? -1 : 1));
  let states = timeline(sorted.filter(isFixed), run);
  for (const fault of sorted) {
    if (isFixed(fault)) continue;
    const own = [0, ...strengthsOf(fault, run)];
    if (states.length * own.length > STATES_MAX + 1) return null;
    states = states.flatMap((state) =>
      own.map((strength) => new Map([...state, [fault.id, strength]])),
    );
  }
  const found = new Map<string, State>();
  for (const state of states) {
    const inForce = sorted.flatMap(({ id }) => {
      const strength = state.get(id) ?? 0;
      return strength > 0 ? [{ fault: id, strength }] : [];
    });
    addParts(found, inForce);
    if (found.size > STATES_MAX) return null;
  }
  return [...found.values()].sort((a, b) => a.length - b.length);
}

/** Adds a state with all its parts, which occur in runs without some of the faults. */
function addParts(found: Map<string, State>, state: State): void {
  if (state.length === 0 || found.has(stateKey(state)) || found.size > STATES_MAX) return;
  found.set(stateKey(state), state);
  for (const one of state) {
    addParts(
      found,
      state.filter((other) => other !== one),
    );
  }
}

/** Text that identifies a state. */
export function stateKey(state: State): string {
  return state.map(({ fault, strength }) => `${fault} ${strength}`).join(', ');
}

/** The strengths that a change can have above 0. */
function strengthsOf(fault: Fault, run: RunSettings): readonly number[] {
  const spans = fault.when === null ? fault.spans : [{ fromNs: 0, untilNs: fault.when.lengthNs }];
  const all = spans.flatMap(({ fromNs, untilNs }) => {
    const end = untilNs ?? run.durationNs + (run.drainNs ?? 0);
    return rungsOf(fault.ramp, fromNs, end).map(({ strength }) => strength);
  });
  return [...new Set(all)].filter((strength) => strength > 0).sort((a, b) => a - b);
}

/** Walks through the starts, steps and ends of changes with fixed times. */
function timeline(changes: readonly Fault[], run: RunSettings): readonly Map<string, number>[] {
  const { warmupNs, durationNs, drainNs } = run;
  const horizonNs = warmupNs + durationNs + (drainNs ?? 0);
  const turns: { at: Ns; fault: string; strength: number }[] = [];
  for (const { id, spans, ramp } of changes) {
    for (const span of spans) {
      const fromNs = warmupNs + span.fromNs;
      const untilNs = Math.min(horizonNs, warmupNs + (span.untilNs ?? horizonNs));
      for (const { at, strength } of rungsOf(ramp, fromNs, untilNs)) {
        turns.push({ at, fault: id, strength });
      }
      turns.push({ at: untilNs, fault: id, strength: 0 });
    }
  }
  turns.sort((a, b) => a.at - b.at);
  const state = new Map<string, number>();
  const states = [new Map(state)];
  turns.forEach(({ at, fault, strength }, index) => {
    state.set(fault, strength);
    // Everything of one instant takes effect together.
    if (turns[index + 1]?.at !== at) states.push(new Map(state));
  });
  return states;
}
