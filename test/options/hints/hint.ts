import type { Tree } from '../figures.js';

/** How to try options that have no effect in the scenarios of this repository. */
export interface Hint {
  /** The options that this is for, by their path. */
  readonly option: RegExp;
  /** A scenario in which they matter, by its name in test/options/bases, or by its path from the root. */
  readonly base?: string;
  /** Values to try, in place of those that the schema suggests. Whatever is refused then counts as refused. */
  readonly values?: readonly unknown[];
  /** Changes the scenario both with and without the option: removes an alternative, or adds required fields. */
  readonly beside?: (tree: Tree) => void;
  /** It admits requests that are refused without it, and changes nothing else. */
  readonly admits?: boolean;
  /** Keys of the place in the base, where it is not the first that fits: `['gateways', 'edge', 'middleware', 1]`. */
  readonly at?: readonly (string | number)[];
}

/** Adds fields next to an option, at a path such as `services.api.admission.rateLimit`; existing fields stay. */
export function fill(path: string, fields: Tree): (tree: Tree) => void {
  return (tree) => merge(reach(tree, path), fields);
}

/** Replaces fields at a path; `undefined` removes one. */
export function put(path: string, fields: Tree): (tree: Tree) => void {
  return (tree) => {
    const at = reach(tree, path);
    for (const [key, value] of Object.entries(fields)) {
      if (value === undefined) delete at[key];
      else at[key] = structuredClone(value);
    }
  };
}

function reach(tree: Tree, path: string): Tree {
  let at = tree;
  for (const key of path.split('.')) {
    at[key] ??= {};
    at = at[key] as Tree;
  }
  return at;
}

function merge(at: Tree, fields: Tree): void {
  for (const [key, value] of Object.entries(fields)) {
    const own = at[key];
    if (own === undefined) at[key] = structuredClone(value);
    else if (isTree(own) && isTree(value)) merge(own, value);
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null;
}

/** Several changes, one after the other. */
export function all(...changes: readonly ((tree: Tree) => void)[]): (tree: Tree) => void {
  return (tree) => {
    for (const change of changes) change(tree);
  };
}
