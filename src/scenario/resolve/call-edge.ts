import type { Target } from '../../contracts/scenario/target.js';
import type { Step } from '../../contracts/scenario/steps.js';

/** A possible call from one part to another. */
export interface CallEdge {
  /** Caller and callee as `component.part`. */
  readonly from: string;
  readonly to: string;
  /**
   * Every execution of the part makes this call: no probability, condition, choice or possibly empty loop is in the
   * way.
   */
  readonly certain: boolean;
  /** Mean number of calls per execution of the part, with all conditions true and without retries. */
  readonly times: number;
  /** Largest number of attempts per call. */
  readonly tries: number;
}

/** Where calls are made, and how often. */
export type CallSite = Pick<CallEdge, 'from' | 'certain' | 'times'>;

/** Collects the calls of a scenario. */
export interface CallWalker {
  /**
   * A call with its bundle, which defaults to that of the caller for this callee, and with the calls of its fallback.
   */
  governed(at: CallSite, to: Target, own: Step['policy']): void;
  /** `line`: the step with the request line; null = unknown. */
  edge(at: CallSite, to: Target, line: Step | null, tries: number): void;
}
