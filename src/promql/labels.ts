/** Labels of a series or of an element, without the name of its metric. */
export class LabelSet {
  readonly all: ReadonlyMap<string, string>;
  /** The same for equal sets. */
  readonly key: string;

  private constructor(all: ReadonlyMap<string, string>, key: string) {
    this.all = all;
    this.key = key;
  }

  /** A label with an empty value is the same as none. */
  static of(pairs: Iterable<readonly [name: string, value: string]>): LabelSet {
    const sorted = [...pairs]
      .filter(([, value]) => value !== '')
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return new LabelSet(new Map(sorted), JSON.stringify(sorted));
  }

  get(label: string): string {
    return this.all.get(label) ?? '';
  }

  only(labels: readonly string[]): LabelSet {
    return LabelSet.of(labels.map((label) => [label, this.get(label)] as const));
  }

  without(labels: readonly string[]): LabelSet {
    return LabelSet.of([...this.all].filter(([label]) => !labels.includes(label)));
  }

  with(pairs: Iterable<readonly [name: string, value: string]>): LabelSet {
    return LabelSet.of(new Map([...this.all, ...pairs]));
  }

  /** `{service="shop"}`, or '' without labels. */
  get text(): string {
    if (this.all.size === 0) return '';
    return `{${[...this.all].map(([name, value]) => `${name}="${value}"`).join(', ')}}`;
  }
}

export const NO_LABELS = LabelSet.of([]);
