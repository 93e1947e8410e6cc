const SIZE = 64;

/** The last events of an instant with too many events, for the report: op and target of each. */
export class Recent {
  /** Events added; the last 64 are available. */
  count = 0;
  private readonly ops = new Int32Array(SIZE);
  private readonly targets = new Int32Array(SIZE);

  add(op: number, target: number): void {
    const slot = this.count++ % SIZE;
    this.ops[slot] = op;
    this.targets[slot] = target;
  }

  /** Oldest first; `names`: the names of the ops. */
  list(names: readonly string[]): { op: string; target: number }[] {
    const list: { op: string; target: number }[] = [];
    for (let k = Math.max(0, this.count - SIZE); k < this.count; k++) {
      const at = k % SIZE;
      list.push({ op: names[this.ops[at]], target: this.targets[at] });
    }
    return list;
  }
}
