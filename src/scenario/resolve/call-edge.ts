import type { Target } from '../../spec/scenario/target.js';
import type { Step } from '../../spec/scenario/steps.js';

/** One way a part may call another. */
export interface CallEdge {
  /** `component.part` of both. */
  readonly from: string;
  readonly to: string;
  /** Made whenever the part runs: no probability, condition, choice or loop that may be empty. */
  readonly certain: boolean;
  /** Calls per run of the part, conditions met and retries aside; random counts and chances by their mean. */
  readonly times: number;
  /** Tries per call at most, by the retry of the bundle. */
  readonly tries: number;
}

/** Collects the calls of a scenario. */
export interface CallWalker {
  /** A call under a bundle, or under that of the caller for this callee, and what it falls back on. */
  governed(from: string, to: Target, own: Step['policy'], certain: boolean, times: number): void;
  edge(
    from: string,
    to: Target,
    line: Step | null,
    certain: boolean,
    times: number,
    tries: number,
  ): void;
}
