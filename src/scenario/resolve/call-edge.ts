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
