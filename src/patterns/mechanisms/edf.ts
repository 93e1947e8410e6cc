/**
 * Earliest deadline first, Envoy's schedule for hosts of unequal weight. A host is due again 1 / weight after its last
 * turn, by its weight at that turn. Ties go to the host that was added first.
 */
export class Edf {
  private readonly due: Float64Array;
  private readonly order: Float64Array;
  private now = 0;
  private puts = 0;

  constructor(size: number) {
    this.due = new Float64Array(size);
    this.order = new Float64Array(size);
  }

  /** Begins a new schedule; the instances follow with put(). */
  clear(): void {
    this.now = 0;
    this.puts = 0;
  }

  put(instance: number, weight: number): void {
    this.due[instance] = this.now + 1 / weight;
    this.order[instance] = this.puts++;
  }

  /** Removes and returns the next instance; put it back afterwards. All candidates must have been added. */
  next(candidates: Int32Array, count: number): number {
    const { due, order } = this;
    let first = candidates[0];
    for (let k = 1; k < count; k++) {
      const other = candidates[k];
      if (due[other] < due[first] || (due[other] === due[first] && order[other] < order[first])) {
        first = other;
      }
    }
    this.now = due[first];
    return first;
  }
}
