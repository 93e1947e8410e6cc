import { BLOCK } from '../../blocks.js';
import type { Cell } from '../../cell.js';

/** A directive of a file of a proxy, such as `proxy_pass http://cart;`. */
export interface Directive {
  readonly name: string;
  /** Its words, or its block if it has none. */
  readonly cell: Cell;
  readonly words: readonly string[];
  readonly block: readonly Directive[];
}

/** The directives of a document. */
export function directivesOf(document: Cell): readonly Directive[] {
  return document.entries().flatMap(([, block]) => below(block));
}

function below(block: Cell | undefined): readonly Directive[] {
  return (block?.items() ?? []).flatMap((item) => {
    const [first] = item.entries();
    if (first === undefined) return [];
    const [name, cell] = first;
    const words = (cell.text() ?? '').split(/\s+/).filter((word) => word !== '');
    return [{ name, cell, words, block: below(cell.isScalar ? item.get(BLOCK) : cell) }];
  });
}

/** All directives, and those of their blocks. */
export function flat(directives: readonly Directive[]): readonly Directive[] {
  return directives.flatMap((one) => [one, ...flat(one.block)]);
}

/** Those of a name. */
export function named(directives: readonly Directive[], name: string): readonly Directive[] {
  return directives.filter((one) => one.name === name);
}

/** Blocks around a place, the innermost one first: an inner one overrides those around it. */
export type Scope = readonly (readonly Directive[])[];

/** The directives of a name that count at a place: those of the innermost block that has any. */
export function inherited(scope: Scope, name: string): readonly Directive[] {
  for (const block of scope) {
    const found = named(block, name);
    if (found.length > 0) return found;
  }
  return [];
}
