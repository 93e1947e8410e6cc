/** Picks the instance for each call of a component in place of the balancers of its callers. */
export interface Placer {
  /** Picks the instance for a request among the candidates, which are up. */
  place(candidates: Int32Array, count: number): number;
}
