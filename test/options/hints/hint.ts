import type { Tree } from '../figures.js';

/** How to try options that the scenarios of this repository do not bring into play by chance. */
export interface Hint {
  /** The options that this is for, by their path. */
  readonly option: RegExp;
  /** A scenario in which they matter, by its name in test/options/bases, or by its path from the root. */
  readonly base?: string;
  /** Values to try, in place of those that the schema suggests. Whatever is refused then counts as refused. */
  readonly values?: readonly unknown[];
  /** Changes the scenario with the option and the one without alike: takes out an alternative, adds what goes with it. */
  readonly beside?: (tree: Tree) => void;
  /** It lets through what is refused without it, and changes nothing else. */
  readonly admits?: boolean;
  /** Keys of the place in the base, where it is not the first that fits: `['gateways', 'edge', 'middleware', 1]`. */
  readonly at?: readonly (string | number)[];
}

/** Puts fields beside an option, at a path such as `services.api.admission.rateLimit`; what is there stays. */
export function fill(path: string, fields: Tree): (tree: Tree) => void {
  return (tree) => {
    let at = tree;
    for (const key of path.split('.')) {
      at[key] ??= {};
      at = at[key] as Tree;
    }
    for (const [key, value] of Object.entries(fields)) at[key] ??= structuredClone(value);
  };
}

/** Several changes, one after the other. */
export function all(...changes: readonly ((tree: Tree) => void)[]): (tree: Tree) => void {
  return (tree) => {
    for (const change of changes) change(tree);
  };
}
