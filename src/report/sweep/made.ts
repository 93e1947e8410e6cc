/** A list whose items are made in their order, when they are first asked for. */
export class Made<T> {
  private readonly items: T[] = [];

  constructor(
    readonly length: number,
    private readonly make: (index: number) => T,
  ) {}

  /** The first `count` items. */
  first(count: number): readonly T[] {
    while (this.items.length < Math.min(count, this.length)) {
      this.items.push(this.make(this.items.length));
    }
    return this.items.slice(0, count);
  }

  at(index: number): T {
    return this.items[index] ?? this.first(index + 1)[index]!;
  }
}
