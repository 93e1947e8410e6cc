/** A value of the scenario that a comment calls a guess, an assumption or an estimate. */
export interface Guess {
  /** As `--set` takes it. */
  readonly path: string;
  readonly value: string;
  /** `shop.yaml:31`. */
  readonly at: string;
}
