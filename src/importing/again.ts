import type { Cell } from './cell.js';

/** Share of the values of a whole object that a later one has at least: one with fewer is a patch of it. */
const WHOLE = 0.5;

/** Why an object is left out: another one replaces it, or it is a part of another one. */
export const AGAIN = 'the same object is defined again, and the later one counts';
export const NAMED = 'a file that you named defines the same object, and counts';
export const PATCH = 'a patch of Kustomize: import the output of kubectl kustomize';

/**
 * The documents without those that a later one replaces, as `kubectl apply` would. In a folder one with much less than
 * another is a patch of Kustomize, which replaces nothing. `isFound`: whether a file was found in a folder. Workloads have
 * patches of their own.
 */
export function withoutReplaced(
  documents: readonly Cell[],
  isFound: (file: string) => boolean,
): readonly Cell[] {
  const groups = new Map<string, Cell[]>();
  for (const document of documents) {
    const key = identityOf(document);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), document]);
  }
  const replaced = new Set<Cell>();
  for (const group of groups.values()) {
    if (group.length === 1) continue;
    const most = Math.max(...group.map((one) => one.leaves().length));
    const isWhole = (one: Cell): boolean =>
      !isFound(one.file) || one.leaves().length >= WHOLE * most;
    const last = countingOf(group.filter(isWhole), ({ file }) => isFound(file));
    for (const one of group) {
      if (one === last) continue;
      replaced.add(one);
      one.list(isWhole(one) ? reasonOf(one, last, isFound) : PATCH);
    }
  }
  return documents.filter((one) => !replaced.has(one));
}

/** The definition of an object that counts: the last one that the user named, else the last one of a folder. */
export function countingOf<T>(all: readonly T[], isFound: (one: T) => boolean): T {
  return all.findLast((one) => !isFound(one)) ?? all.at(-1)!;
}

/** Why a definition does not count. */
export function reasonOf(one: Cell, counting: Cell, isFound: (file: string) => boolean): string {
  return isFound(one.file) && !isFound(counting.file) ? NAMED : AGAIN;
}

/** Kind, group, namespace and name of a resource of Kubernetes; null = it is none, or one that keeps pods. */
function identityOf(document: Cell): string | null {
  const kind = document.get('kind')?.text();
  const name = document.get('metadata', 'name')?.text();
  const version = document.get('apiVersion')?.text();
  if (kind === undefined || name === undefined || version === undefined) return null;
  if (document.get('spec', 'template') !== undefined || kind === 'Pod') return null;
  const group = version.includes('/') ? version.slice(0, version.indexOf('/')) : '';
  return [kind, group, document.get('metadata', 'namespace')?.text() ?? 'default', name].join('\n');
}
