import type { z } from 'zod';
import type { MapNode, Node, PathKey } from './located.js';
import { SECTIONS } from './modules/index.js';
import { entries, get, items, plain, put, scalar, single } from './located.js';

/** Sections whose entries can be left out one by one. */
export const NAMED: ReadonlySet<string> = new Set([
  'keys',
  'policies',
  'gateways',
  'services',
  'functions',
  'databases',
  ...SECTIONS,
  'workloads',
]);

/** With more mistakes than are shown, what is said about the rest would be lost anyway. */
export const ISSUES_MAX = 200;

/** What is left of a tree without its mistakes, and the names of entries that had to go whole. */
export interface Salvaged {
  /** Null where nothing can be saved: without `run` there is no scenario. */
  readonly rest: MapNode | null;
  readonly broken: ReadonlySet<string>;
  /** Numbers of the faults that are left, in the list as written; null = all. */
  readonly faults: readonly number[] | null;
}

/**
 * Takes as little as possible out of a wrong tree, so that the rest can be looked at too: a policy at a
 * call, a step, a fault, an entry, a section. Indices of steps stay what they were. `strays` are names that are known
 * to be lost.
 */
export function salvage<T>(
  schema: z.ZodType<T>,
  tree: MapNode,
  unknownNames: ReadonlySet<string>,
): Salvaged {
  const result = schema.safeParse(plain(tree));
  const broken = new Set(unknownNames);
  if (result.success) return { rest: tree, broken, faults: null };
  const nothing = { rest: null, broken, faults: null };
  if (result.error.issues.length > ISSUES_MAX) return nothing;
  let rest: MapNode = tree;
  const going = new Set<number>();
  for (const issue of result.error.issues) {
    const path = issue.path as PathKey[];
    if (path[0] === 'run' || path.length === 0) return nothing;
    if (path[0] === 'faults' && typeof path[1] === 'number') {
      going.add(path[1]);
      continue;
    }
    const cut = cutPoint(path);
    if (cut.length === 2 && NAMED.has(String(cut[0]))) broken.add(String(cut[1]));
    if (cut[0] === 'network') for (const zone of namesIn(get(tree, 'network'))) broken.add(zone);
    rest = without(rest, cut) as MapNode;
  }
  if (going.size === 0) return { rest, broken, faults: null };
  // Faults go when everything else has: until then their numbers stay what they are.
  const numbers = [...items(get(tree, 'faults')).keys()];
  const faults = numbers.filter((index) => !going.has(index));
  return { rest: withoutFaults(rest, going), broken, faults };
}

/** The tree without the faults of these numbers. */
export function withoutFaults(tree: MapNode, going: ReadonlySet<number>): MapNode {
  const all = get(tree, 'faults');
  if (all?.type !== 'list') return tree;
  return put(tree, 'faults', { ...all, items: all.items.filter((_, index) => !going.has(index)) });
}

/** Keys of a map and of the maps in it: what may be names. */
export function namesIn(node: Node | undefined): readonly string[] {
  return entries(node).flatMap(([key, { value }]) => [
    key,
    ...entries(value).map(([name]) => name),
  ]);
}

/** The shortest part of the path that can go without anything else missing it. */
function cutPoint(path: readonly PathKey[]): readonly PathKey[] {
  if (!NAMED.has(String(path[0]))) return path.slice(0, 1);
  if (path[0] === 'policies') return path.slice(0, 2);
  for (let end = 3; end <= path.length; end++) {
    const last = path[end - 1];
    if (last === 'policy' || path[end - 2] === 'outbound') return path.slice(0, end);
  }
  for (let end = path.length; end > 3; end--) {
    if (typeof path[end - 1] === 'number' && STEP_LISTS.has(String(path[end - 2]))) {
      return path.slice(0, end);
    }
  }
  return path.slice(0, 2);
}

/** Lists whose items are steps. */
export const STEP_LISTS: ReadonlySet<string> = new Set(['steps', 'onError', 'then']);

/** The tree without what is at a path; a step becomes one that does nothing. */
export function without(node: Node, path: readonly PathKey[]): Node {
  const [step, ...rest] = path;
  if (typeof step === 'number') {
    if (node.type !== 'list' || node.items[step] === undefined) return node;
    const items = [...node.items];
    items[step] = rest.length === 0 ? neutralStep(items[step]) : without(items[step], rest);
    return { ...node, items };
  }
  const inner = get(node, step);
  if (node.type !== 'map' || inner === undefined) return node;
  if (rest.length > 0) return put(node, step, without(inner, rest));
  const kept = new Map(node.entries);
  kept.delete(step);
  return { ...node, entries: kept };
}

function neutralStep(step: Node): Node {
  const at = { ...step.at, end: step.at.start };
  return single('wait', single('time', scalar(0, at)));
}
