/** A text file of the user. `path` as it is shown in comments and messages. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
  /** It was found in a folder, and not named. */
  readonly isFound?: boolean;
}

export type Scalar = string | number | boolean | null;

/** What became of a leaf: a place in the scenario, or the reason why it has none. */
export type Fate =
  { readonly kind: 'placed' } | { readonly kind: 'listed'; readonly reason: string };

/**
 * A value of a document with its place. Readers ask for what they know; the values that a reader uses go into the
 * scenario as origins, and the others are listed with a reason.
 */
export class Cell {
  readonly value: Scalar | readonly Cell[] | ReadonlyMap<string, Cell>;
  private fateOf: Fate | null = null;

  constructor(
    readonly path: string,
    readonly file: string,
    readonly line: number,
    value: Cell['value'],
    /** It replaces the value of another file, instead of being merged with it. */
    readonly replaces = false,
  ) {
    this.value = value;
  }

  /** The value below a path of keys, or undefined. */
  get(...keys: readonly string[]): Cell | undefined {
    const [key, ...rest] = keys;
    if (key === undefined) return this;
    const { value } = this;
    return value instanceof Map ? (value as Map<string, Cell>).get(key)?.get(...rest) : undefined;
  }

  /** The entries of a mapping; none of anything else. */
  entries(): readonly (readonly [string, Cell])[] {
    return this.value instanceof Map ? [...(this.value as Map<string, Cell>)] : [];
  }

  /** The items of a list; none of anything else. */
  items(): readonly Cell[] {
    return Array.isArray(this.value) ? (this.value as readonly Cell[]) : [];
  }

  /** The text of a scalar, as it is written; undefined for null, a list or a mapping. */
  text(): string | undefined {
    const { value } = this;
    return value === null || typeof value === 'object' ? undefined : String(value);
  }

  get isScalar(): boolean {
    return this.value === null || typeof this.value !== 'object';
  }

  number(): number | undefined {
    const { value } = this;
    if (typeof value === 'number') return value;
    if (typeof value !== 'string' || value.trim() === '') return undefined;
    const read = Number(value);
    return Number.isFinite(read) ? read : undefined;
  }

  /** `k8s/orders.yaml:31`. */
  get place(): string {
    return `${this.file}:${this.line}`;
  }

  /** Scalars below this value, itself included. Empty lists and mappings have none. */
  leaves(): readonly Cell[] {
    const { value } = this;
    if (value === null || typeof value !== 'object') return [this];
    const below = value instanceof Map ? [...(value as Map<string, Cell>).values()] : this.items();
    return below.flatMap((cell) => cell.leaves());
  }

  get fate(): Fate | null {
    return this.fateOf;
  }

  /** The leaf is in the scenario. This outranks a reason that was given before. */
  put(): void {
    this.fateOf = PLACED;
  }

  /** No leaf below this value that has no fate yet has a counterpart. */
  list(reason: string): void {
    for (const leaf of this.leaves()) leaf.fateOf ??= { kind: 'listed', reason };
  }

  /** The same with a better reason than the one before. */
  relist(reason: string): void {
    for (const leaf of this.leaves()) {
      if (leaf.fateOf?.kind !== 'placed') leaf.fateOf = { kind: 'listed', reason };
    }
  }
}

/** A value that others give together, such as a text with its variables put in. Its use is the use of those. */
export class DerivedCell extends Cell {
  constructor(
    path: string,
    private readonly origins: readonly Cell[],
    text: string,
  ) {
    super(path, origins[0]!.file, origins[0]!.line, text);
  }

  override put(): void {
    for (const origin of this.origins) origin.put();
  }

  override list(reason: string): void {
    for (const origin of this.origins) origin.list(reason);
  }
}

const PLACED: Fate = Object.freeze({ kind: 'placed' });
