import type { Node } from '../located.js';

/** What surrounds a key of another product. */
export interface Around {
  /** The value of another key of the same mapping, by its plain word. */
  beside(word: string): Node | undefined;
  /** Whether the language itself has a field of this spelling at this place. */
  readonly isOwn: boolean;
}

/** The entries that mean the same as a key, and what a reader should know. */
export interface Placing {
  /** By dotted path from the bundle. */
  readonly put: readonly (readonly [path: string, value: Node])[];
  readonly note?: string;
}

/** A key of another product. */
export interface Row {
  /** Its spellings, normalized by `plainWord` and separated by spaces. */
  readonly keys: string;
  /** null = the value has no exact meaning here: the key is refused like any unknown one. */
  readonly to: (value: Node, around: Around) => Placing | null;
}

/** A block of settings of another product, which is a policy here. */
export interface Block {
  readonly product: string;
  /** Names of the block in the product, as plain words; empty if it has the name of the policy. */
  readonly names: string;
  readonly policy: string;
  /** Kind that the policy gets where none is written; null = the policy has no kinds. */
  readonly kind: string | null;
  readonly rows: readonly Row[];
  /** The rows hold only under the name of the product: words of the language mean something else there. */
  readonly isOnlyNamed?: true;
}

export interface Spellings {
  readonly blocks: readonly Block[];
  /** Keys directly in a bundle. */
  readonly rows: readonly Row[];
}

/** Makes the blocks of one product. `kind`: null = the policy has no kinds; by default that with the name of the product. */
export function blocksOf(
  product: string,
): (policy: string, names: string, rows: readonly Row[], kind?: string | null) => Block {
  return (policy, names, rows, kind = product.toLowerCase()) => ({
    product,
    names,
    policy,
    kind,
    rows,
  });
}

/** Reads a value in the notation of a product; null if it has no exact meaning here. */
export type Read = (value: Node, around: Around) => Node | null;

/** A key whose value goes to one field. */
export function moved(keys: string, path: string, read: Read): Row {
  return {
    keys,
    to: (value, around) => {
      const own = read(value, around);
      return own === null ? null : { put: [[path, own]] };
    },
  };
}

/** A key without any effect on calls. `because`: the reason, as the end of a sentence. */
export function harmless(keys: string, because: string): Row {
  return { keys, to: () => ({ put: [], note: because }) };
}

/** The rows that may be written directly in a bundle too. */
export function loose(rows: readonly Row[], ...words: readonly string[]): readonly Row[] {
  return rows.flatMap((row) => {
    const kept = row.keys.split(' ').filter((word) => words.includes(word));
    return kept.length === 0 ? [] : [{ ...row, keys: kept.join(' ') }];
  });
}
