import { amountsIn, type Amount } from './amounts.js';
import type { Problems, Spot } from './diagnostics.js';
import { entries, locate, type Node, type PathKey } from './located.js';
import { schemas } from './schemas.js';

/** Finds where a value of a variant is written: in the file itself, an included file, or a patch. */
export class Places {
  constructor(
    /** Path of the scenario file itself. */
    readonly path: string,
    private readonly file: Node | null,
    private readonly trees: ReadonlyMap<string, Node>,
    private readonly problems: Problems,
  ) {}

  /** Remarks on settings of files that are accepted, each with its place. */
  notes(): readonly string[] {
    return this.problems.notes();
  }

  /** Remarks on `--set`, such as the entries that a `*` does not change. */
  notesOnEdits(): readonly string[] {
    return this.problems.notesOnEdits();
  }

  /** Whether a path in the long form is written in a variant. */
  has(variant: string, path: readonly PathKey[]): boolean {
    const tree = this.trees.get(variant);
    return tree !== undefined && locate(tree, path).depth === path.length;
  }

  /** The keys of a mapping of the file itself; empty if there is none. */
  keysInFile(path: readonly PathKey[]): readonly string[] {
    const found = this.file === null ? null : locate(this.file, path);
    return found?.depth === path.length ? entries(found.node).map(([key]) => key) : [];
  }

  /** The numbers of a variant, with their paths in the long form and the units of their fields. */
  amounts(variant: string): readonly Amount[] {
    const tree = this.trees.get(variant);
    return tree === undefined ? [] : amountsIn(schemas().explicit, tree);
  }

  /**
   * The place of a path; for a default, the place of the nearest written ancestor. Sections that variants share, such as
   * `budgets`, are in no tree of a variant.
   */
  at(variant: string, path: readonly PathKey[]): Spot {
    const tree = this.trees.get(variant);
    const isOwn = tree !== undefined && locate(tree, path).depth > 0;
    return this.spotIn(isOwn || this.file === null ? tree : this.file, path);
  }

  /** The place of a path of the file itself, outside all variants. */
  inFile(path: readonly PathKey[]): Spot {
    return this.spotIn(this.file ?? undefined, path);
  }

  /** The place of a value. */
  of({ at }: Pick<Node, 'at'>): Spot {
    return this.problems.spot(at);
  }

  /** The comment at the end of the line of a value. */
  comment({ at }: Pick<Node, 'at'>): string {
    return this.problems.comment(at);
  }

  private spotIn(tree: Node | undefined, path: readonly PathKey[]): Spot {
    if (tree === undefined) return this.problems.spot({ file: this.path, start: 0, end: 0 });
    const { key, node } = locate(tree, path);
    return this.problems.spot(key ?? node.at);
  }
}
