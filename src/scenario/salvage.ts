import type { z } from 'zod';
import type { MapNode, Node, PathKey } from './located.js';
import { SECTIONS } from './modules/index.js';
import { entries, get, items, plain, put, scalar, single } from './located.js';

/** Sections whose entries can be removed individually. */
export const NAMED: ReadonlySet<string> = new Set([
  'keys',
  'clusters',
  'policies',
  'gateways',
  'services',
  'functions',
  'databases',
  ...SECTIONS,
  'workloads',
]);

/** Largest number of issues. With more, further problems would not be shown anyway. */
export const ISSUES_MAX = 200;

/** A tree without its wrong parts, and the names of removed entries. */
interface Salvaged {
  /** null if nothing remains: a scenario needs `run`. */
  readonly rest: MapNode | null;
  readonly broken: ReadonlySet<string>;
  /** Original indices of the remaining faults; null = all. */
  readonly faults: readonly number[] | null;
}

/**
 * Removes as little as possible from a wrong tree, so that the rest can be checked: a policy at a call, a step, a
 * fault, an entry or a section. Indices of steps do not change. `unknownNames` are names in unknown sections.
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
  // Faults are removed last, because a removal changes the indices of the others.
  const numbers = [...items(get(tree, 'faults')).keys()];
  const faults = numbers.filter((index) => !going.has(index));
  return { rest: withoutFaults(rest, going), broken, faults };
}

/** The tree without the faults at these indices. */
export function withoutFaults(tree: MapNode, going: ReadonlySet<number>): MapNode {
  const all = get(tree, 'faults');
  if (all?.type !== 'list') return tree;
  return put(tree, 'faults', { ...all, items: all.items.filter((_, index) => !going.has(index)) });
}

/** Keys of a mapping and of the mappings in it, all of which can be names. */
export function namesIn(node: Node | undefined): readonly string[] {
  return entries(node).flatMap(([key, { value }]) => [
    key,
    ...entries(value).map(([name]) => name),
  ]);
}

/** The shortest prefix of the path that can be removed without effects on other parts. */
function cutPoint(path: readonly PathKey[]): readonly PathKey[] {
  if (!NAMED.has(String(path[0]))) return path.slice(0, 1);
  if (path[0] === 'policies' || path[0] === 'clusters') return path.slice(0, 2);
  for (let end = 3; end <= path.length; end++) {
    const last = path[end - 1];
    if (last === 'policy' || path[end - 2] === 'outbound') return path.slice(0, end);
  }
  for (let end = path.length; end > 3; end--) {
    if (isStepPath(path.slice(0, end))) return path.slice(0, end);
  }
  return path.slice(0, 2);
}

/** Lists whose items are steps. */
export const STEP_LISTS: ReadonlySet<string> = new Set(['steps', 'onError', 'then']);

/** Whether a path leads to a step. */
export function isStepPath(path: readonly PathKey[]): boolean {
  return typeof path.at(-1) === 'number' && STEP_LISTS.has(String(path.at(-2)));
}

/** The tree without the value at a path. A step is replaced by one without effect. */
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
