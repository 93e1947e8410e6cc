import type { z } from 'zod';
import type { Path, MapNode, Node, PathKey } from './located.js';
import { get, items, locate, plain, put } from './located.js';
import { ISSUES_MAX, NAMED, STEP_LISTS, without, withoutFaults } from './salvage.js';
import { located } from './merge.js';

type Issue = z.core.$ZodIssue;

/** Largest number of repair rounds. A tree that is still invalid is abandoned. */
const ROUNDS = 12;

/** A valid tree with substitutes for wrong values, so that its names can be checked. */
export interface Repaired {
  readonly tree: MapNode;
  /** Removed entries. References to them are not checked. */
  readonly broken: ReadonlySet<string>;
  /** Entries in which a value was changed. */
  readonly changed: ReadonlySet<string>;
  /** Original indices of the remaining faults. */
  readonly faults: readonly number[];
  readonly hasAllFaults: boolean;
}

/**
 * Removes wrong values from a tree one by one, or replaces them by harmless ones. The result has the names of the tree
 * but not its meaning. null if that fails or would lose names.
 */
export function repair<T>(
  schema: z.ZodType<T>,
  written: MapNode,
  unknownNames: ReadonlySet<string>,
): (Repaired & { readonly output: T }) | null {
  const work = new Repair(written, unknownNames);
  for (let round = 0; round < ROUNDS; round++) {
    const result = schema.safeParse(plain(work.tree));
    if (result.success) return { ...work.done(written), output: result.data };
    const { issues } = result.error;
    if (issues.length > ISSUES_MAX || !work.round(issues)) return null;
  }
  return null;
}

/** Substitutes for required values; they contain no names. */
const STAND_INS: ReadonlyMap<PathKey, unknown> = new Map<PathKey, unknown>([
  ['run', { duration: '60s' }],
  ['duration', '60s'],
  ['at', '1s'],
  ['for', '1s'],
  ['after', '1s'],
  ['arrivals', { kind: 'constant', rate: '1/s' }],
  ['steps', [{ wait: { time: '0s' } }]],
]);

/** Mappings of an entry whose keys are names. */
const PARTS: ReadonlySet<PathKey> = new Set<PathKey>(['endpoints', 'operations']);

class Repair {
  tree: MapNode;
  private readonly broken: Set<string>;
  /** Whether all sections are known, so that no faults can be in a misspelt one. */
  private readonly isOrderly: boolean;
  private readonly changed = new Set<string>();
  private readonly tried = new Set<string>();
  /** Faults to remove after the round, because a removal changes the indices of the others. */
  private readonly going = new Set<number>();
  private faults: readonly number[];

  constructor(tree: MapNode, unknownNames: ReadonlySet<string>) {
    this.tree = tree;
    this.broken = new Set(unknownNames);
    this.isOrderly = unknownNames.size === 0;
    this.faults = items(get(tree, 'faults')).map((_, index) => index);
  }

  done(written: MapNode): Repaired {
    const all = get(written, 'faults');
    const isWhole = all === undefined || items(all).length === this.faults.length;
    const hasAllFaults = isWhole && this.isOrderly;
    const { tree, broken, changed, faults } = this;
    return { tree, broken, changed, faults, hasAllFaults };
  }

  /** Repairs the issues of one validation. Returns false if that would lose names. */
  round(issues: readonly Issue[]): boolean {
    const paths = issues.flatMap((issue) => wrongPaths(issue, []));
    const isDone = paths.every((path) => this.one(path));
    this.dropFaults();
    return isDone;
  }

  private one(wrong: Path): boolean {
    const [section, entry] = wrong.map(String);
    const isNamed = NAMED.has(section);
    // Another issue has removed the entry.
    if (isNamed && this.broken.has(entry)) return true;
    if (isNamed && wrong.length > 1) this.changed.add(entry);
    let path = wrong;
    for (; path.length > 0; path = path.slice(0, -1)) {
      if (this.putStandIn(path)) return true;
      if (this.isWritten(path) && !this.tried.has(idOf(path))) break;
    }
    this.tried.add(idOf(path));
    if (section === 'faults' && path.length > 0) return this.fault(path);
    if (path.length < 2 || (section === 'network' && this.holdsZones(path))) return false;
    if (isNamed && this.holdsNames(path)) path = path.slice(0, 2);
    if (isNamed && path.length === 2) this.broken.add(entry);
    this.tree = without(this.tree, path) as MapNode;
    return true;
  }

  private putStandIn(path: Path): boolean {
    const value = STAND_INS.get(path[path.length - 1]);
    const id = `${idOf(path)} instead`;
    if (value === undefined || this.tried.has(id)) return false;
    this.tried.add(id);
    const parent = locate(this.tree, path.slice(0, -1));
    if (parent.depth < path.length - 1 || parent.node.type !== 'map') return false;
    const { at } = locate(this.tree, path).node;
    this.tree = withValue(this.tree, path, located(value, at)) as MapNode;
    return true;
  }

  private isWritten(path: Path): boolean {
    return locate(this.tree, path).depth === path.length;
  }

  /** Whether a removal may affect the zones, also under a misspelt key. */
  private holdsZones(path: Path): boolean {
    return path[1] === 'zones' || (path.length === 2 && this.isNested(path));
  }

  private isNested(path: Path): boolean {
    return locate(this.tree, path).node.type !== 'scalar';
  }

  /** Whether a removal may affect something that is referenced by name: an endpoint, an operation, a route. */
  private holdsNames(path: Path): boolean {
    const last = path[path.length - 1];
    if (typeof last === 'number') return !STEP_LISTS.has(String(path[path.length - 2]));
    if (path.length === 3 && last === 'kind') return true;
    if (path.length === 4) return PARTS.has(path[2]);
    return path.length === 3 && this.isNested(path);
  }

  /** Removes a wrong key of a fault; if that does not help, the fault; then all faults. */
  private fault(path: Path): boolean {
    const [, index, key] = path;
    if (typeof index !== 'number') {
      this.faults = [];
      this.tree = without(this.tree, ['faults']) as MapNode;
    } else if (path.length === 3 && key !== 'kind' && key !== 'id') {
      this.tree = without(this.tree, path) as MapNode;
    } else this.going.add(index);
    return true;
  }

  private dropFaults(): void {
    if (this.going.size === 0) return;
    this.tree = withoutFaults(this.tree, this.going);
    this.faults = this.faults.filter((_, index) => !this.going.has(index));
    this.going.clear();
    // The following faults have new indices, so records of earlier tries do not apply to them.
    for (const id of this.tried) if (id.startsWith('["faults",')) this.tried.delete(id);
  }
}

/** Paths of the wrong values of an issue. Of several alternatives, the one that matches deepest counts. */
function wrongPaths(issue: Issue, base: Path): readonly Path[] {
  const path = [...base, ...(issue.path as PathKey[])];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...path, key]);
  if (issue.code !== 'invalid_union') return [path];
  const depth = (errors: readonly Issue[]): number =>
    Math.max(...errors.map((error) => error.path.length));
  const [best] = [...issue.errors].sort((a, b) => depth(b) - depth(a));
  if (best === undefined || best.length === 0) return [path];
  return best.flatMap((inner) => wrongPaths(inner, path));
}

const idOf = (path: Path): string => JSON.stringify(path);

/** The tree with the value at a path replaced. */
export function withValue(node: Node, path: Path, value: Node): Node {
  if (path.length === 0) return value;
  const [step, ...rest] = path;
  if (typeof step === 'number') {
    if (node.type !== 'list') return node;
    const changed = node.items.map((item, at) =>
      at === step ? withValue(item, rest, value) : item,
    );
    return { ...node, items: changed };
  }
  if (node.type !== 'map') return node;
  return put(node, step, withValue(get(node, step) ?? value, rest, value));
}
