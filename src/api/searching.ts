import type { Plan } from '../contracts/plan/plan.js';
import { inThisThread, type Execute } from './execute.js';

/** Follows a search, and may end it. */
export interface Watcher {
  /** True = nothing new begins, and a run may fail; what was found is the result. */
  isOver(): boolean;
  /** `done` runs were made (sets of faults tried), of at most `most`; null = their number is not known. */
  onDone(done: number, most: number | null): void;
  /** No further run is made. */
  onEnd(): void;
}

/** Where a search makes its runs: `body` gets what makes those of plans of this size. */
export interface SearchRuns extends Watcher {
  run<T>(plans: readonly Plan[], body: (execute: Execute) => Promise<T>): Promise<T>;
}

/** Runs of a function of the library: nothing follows them, and nothing ends them early. */
export function runsBy(execute: Execute = inThisThread): SearchRuns {
  return {
    run: (_plans, body) => body(execute),
    isOver: () => false,
    onDone: () => {},
    onEnd: () => {},
  };
}

/** What makes the runs of a search, and whether it is over. */
export interface PlanRuns extends Pick<Watcher, 'isOver'> {
  readonly execute: Execute;
}

/** The result of runs, or `otherwise` where a search that is over ends them. */
export async function unlessOver<T, U>(
  runs: Promise<T>,
  otherwise: U,
  { isOver }: Pick<Watcher, 'isOver'>,
): Promise<T | U> {
  try {
    return await runs;
  } catch (error) {
    if (!isOver()) throw error;
    return otherwise;
  }
}

/** Plans whose runs have no traces, which a search does not read. */
export function untraced(plans: readonly Plan[]): readonly Plan[] {
  return plans.map((plan) => ({ ...plan, traceShare: 0 }));
}
