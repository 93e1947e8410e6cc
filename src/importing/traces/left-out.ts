/** Counts what is left out, by reason. */
export class LeftOut {
  private readonly counts = new Map<string, number>();

  add(reason: string, count = 1): void {
    if (count > 0) this.counts.set(reason, (this.counts.get(reason) ?? 0) + count);
  }

  /** In the order of their first occurrence. */
  all(): readonly { readonly reason: string; readonly count: number }[] {
    return [...this.counts].map(([reason, count]) => ({ reason, count }));
  }
}
