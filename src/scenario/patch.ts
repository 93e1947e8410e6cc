import { JUDGED_SECTIONS } from '../contracts/scenario/judged.js';
import { Problems } from './diagnostics.js';
import { Discarded } from './discarded.js';
import { inheritPolicies, inheritTemplates } from './inherit.js';
import type { Entry, ListNode, MapNode, Node, Place } from './located.js';
import { entries, get, items, map, scalar, text } from './located.js';
import { longScalar, merge, WHOLE } from './merge.js';
import { parsePath, type Edit, type Segment } from './paths.js';
import { EXPLICIT_SECTIONS } from './schema/scenario.js';

export type { Edit } from './paths.js';

/** A patch. Applied in the order `remove`, `set`, `add`; within each, in the order of paths. */
export interface Patch {
  readonly remove: readonly Edit[];
  readonly set: readonly Edit[];
  readonly add: readonly Edit[];
  /** True for sweeps and the command line: paths can have a `*` and values can be factors. */
  readonly isOpen?: true;
}

/** Applies a patch to a tree. An edit whose path matches nothing is reported and skipped. */
export function applyPatch(root: Node, patch: Patch, problems: Problems): Node {
  let tree = root;
  let written: Node | null = null;
  const inheritedTree = (): Node => (written ??= writeOut(root));
  const one = (edit: Edit, how: Descent['how']): Node =>
    (tree = new Descent(edit, how, inheritedTree, problems).apply(tree));
  const run = (edits: readonly Edit[], how: Descent['how']): void => {
    for (const edit of edits) one(edit, how);
  };
  run(patch.remove, 'remove');
  const discarded = new Discarded(problems);
  for (const edit of patch.set) discarded.check(edit, tree, () => one(edit, 'set'));
  run(patch.add, 'add');
  return tree;
}

/** Applies all inheritance. Its problems are reported when the variant is built. */
export function writeOut(root: Node): Node {
  if (root.type !== 'map') return root;
  const unsaid = new Problems();
  return inheritPolicies(inheritTemplates(root, unsaid), unsaid);
}

/** Reads `remove`, `set` and `add` of a variant. The schema has checked their types. */
export function readPatch(variant: Node): Patch {
  const byPath = (a: Edit, b: Edit): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
  const maps = (key: string): Edit[] =>
    entries(get(variant, key)).map(([path, entry]) => ({
      path,
      at: entry.key,
      value: entry.value,
    }));
  const remove = items(get(variant, 'remove')).map((node) => ({
    path: text(node) ?? '',
    at: node.at,
    value: null,
  }));
  return {
    remove,
    set: maps('set').sort(byPath),
    add: maps('add').sort(byPath),
  };
}

/** Sections that a patch can change: those of a run, and those that they inherit from. */
export const PATCHED: ReadonlySet<string> = new Set([
  ...EXPLICIT_SECTIONS,
  'defaults',
  'templates',
]);
const ONCE: ReadonlySet<string> = new Set([
  'faultline',
  'title',
  'description',
  'tags',
  'include',
  'variants',
  ...JUDGED_SECTIONS,
  'hypothesis',
  'lint',
  'sweeps',
]);

class Stop extends Error {}

/** An edit on its way down the tree. */
class Descent {
  readonly how: 'remove' | 'set' | 'add';
  private segments: readonly Segment[] = [];

  constructor(
    private readonly edit: Edit,
    how: Descent['how'],
    private readonly inheritedTree: () => Node,
    private readonly problems: Problems,
  ) {
    this.how = how;
  }

  apply(tree: Node): Node {
    const parsed = parsePath(this.edit.path);
    if (!parsed.ok) {
      const at = this.place(parsed.offset);
      this.problems.add({ code: 'FL301', at, path: [], message: parsed.message });
      return tree;
    }
    this.segments = parsed.segments;
    try {
      this.checkSection(tree);
      return this.descend(tree, 0);
    } catch (error) {
      if (error instanceof Stop) return tree;
      throw error;
    }
  }

  /** Sections that are written once per file are the same for all variants, so changes to them would have no effect. */
  private checkSection(tree: Node): void {
    const [first] = this.segments;
    if (first === undefined || first.kind !== 'key' || PATCHED.has(first.key)) return;
    if (ONCE.has(first.key))
      this.fail(0, `${first.key} is the same for all variants and cannot be changed by one`);
    const present = entries(tree).map(([name]) => name);
    this.nowhere(
      0,
      first.key,
      present.filter((name) => PATCHED.has(name)),
    );
  }

  private descend(node: Node, depth: number): Node {
    const segment = this.segments[depth];
    const last = depth === this.segments.length - 1;
    const container = node.type === 'scalar' ? (longScalar(node) ?? node) : node;
    if (segment.kind === 'key') {
      if (container.type !== 'map')
        return this.fail(
          depth,
          `expected a mapping at ${this.upTo(depth)}, found ${describe(node)}${this.entryHint(container, depth)}`,
        );
      return this.inMap(container, segment.key, depth, last);
    }
    if (container.type !== 'list')
      return this.fail(depth, `expected a list at ${this.upTo(depth)}, found ${describe(node)}`);
    return this.inList(container, segment, depth, last);
  }

  /** How a path names an entry of a list: `: an entry is '...subscribers[0].maxPollRecords', in quotes`. */
  private entryHint(node: Node, depth: number): string {
    const { path } = this.edit;
    if (node.type !== 'list') return '';
    const before = this.upTo(depth);
    const [own = '', ...rest] = path.slice(before.length + 1).split('.');
    const isIndex = /^\d+$/u.test(own);
    const entry = [`${before}[${isIndex ? own : 0}]`, ...(isIndex ? rest : [own, ...rest])];
    return `: the path to an entry is '${entry.join('.')}', in quotes`;
  }

  private inMap(node: MapNode, key: string, depth: number, last: boolean): Node {
    const old = node.entries.get(key);
    const missing = old === undefined || (old.value.type === 'scalar' && old.value.value === null);
    if (last) return this.lastInMap(node, key, missing ? undefined : old, depth);
    if (missing && this.how === 'remove') this.checkInherited(depth, key, node);
    else if (missing && depth < 2) {
      if (depth === 0 && EXPLICIT_SECTIONS.includes(key)) return this.noSection(key);
      return this.nowhere(depth, key, node.entries.keys());
    }
    const inner = missing ? map(new Map(), this.edit.at) : old.value;
    return this.with(node, key, {
      key: old?.key ?? this.edit.at,
      value: this.descend(inner, depth + 1),
    });
  }

  private lastInMap(node: MapNode, key: string, old: Entry | undefined, depth: number): Node {
    if (this.how === 'remove') {
      if (old === undefined) this.checkInherited(depth, key, node);
      return this.with(node, key, {
        key: old?.key ?? this.edit.at,
        value: scalar(null, this.edit.at),
      });
    }
    const value = this.edit.value!;
    if (this.how === 'set') {
      const isWhole = old === undefined || WHOLE.has(key);
      const merged = isWhole ? value : merge(old.value, value, key);
      return this.with(node, key, { key: this.edit.at, value: merged });
    }
    if (value.type !== 'list') return this.fail(depth, '`add` needs a list of entries');
    if (old !== undefined && old.value.type !== 'list') {
      return this.fail(depth, `expected a list at ${this.edit.path}, found ${describe(old.value)}`);
    }
    const before = old === undefined ? [] : items(old.value);
    const whole: ListNode = {
      type: 'list',
      items: [...before, ...value.items],
      at: old?.value.at ?? value.at,
    };
    return this.with(node, key, { key: old?.key ?? this.edit.at, value: whole });
  }

  private inList(node: ListNode, segment: Segment, depth: number, last: boolean): Node {
    const index = this.indexIn(node, segment, depth);
    const replaced = [...node.items];
    if (!last) replaced[index] = this.descend(node.items[index], depth + 1);
    else if (this.how === 'remove') replaced.splice(index, 1);
    else if (this.how === 'set') replaced[index] = merge(node.items[index], this.edit.value!);
    else return this.fail(depth, '`add` needs the path of a list');
    return { ...node, items: replaced };
  }

  private indexIn(node: ListNode, segment: Segment, depth: number): number {
    if (segment.kind === 'index') {
      if (segment.index < node.items.length) return segment.index;
      return this.fail(
        depth,
        `${this.upTo(depth)} has ${node.items.length} entries, numbered from [0]`,
      );
    }
    const name = segment.kind === 'name' ? segment.name : '';
    const named = node.items.findIndex((item) => itemIs(item, name));
    if (named >= 0) return named;
    const verbs = node.items.flatMap((item, i) => (get(item, name) === undefined ? [] : [i]));
    if (verbs.length === 1) return verbs[0];
    if (verbs.length > 1) {
      return this.fail(
        depth,
        `${name} occurs ${verbs.length} times in ${this.upTo(depth)}: name the step`,
      );
    }
    return this.nowhere(depth, name, namesIn(node));
  }

  private with(node: MapNode, key: string, entry: Entry): MapNode {
    const changed = new Map(node.entries);
    changed.set(key, entry);
    return { ...node, entries: changed };
  }

  /** The node at the first `depth` segments of the path, with all inheritance applied. */
  private inherited(depth: number): Node | undefined {
    let node: Node | undefined = this.inheritedTree();
    for (const segment of this.segments.slice(0, depth)) {
      if (segment.kind === 'key') node = get(node, segment.key);
      else if (segment.kind === 'index') node = items(node)[segment.index];
      else
        node =
          items(node).find((item) => itemIs(item, segment.name)) ??
          items(node).find((item) => get(item, segment.name) !== undefined);
    }
    return node;
  }

  private checkInherited(depth: number, key: string, node: MapNode): void {
    const base = this.inherited(depth);
    if (get(base, key) !== undefined) return;
    const inherited = entries(base).map(([name]) => name);
    this.nowhere(depth, key, [...node.entries.keys(), ...inherited]);
  }

  private nowhere(depth: number, wrong: string, known: Iterable<string>): never {
    const names = [...new Set(known)];
    const where = depth === 0 ? 'the scenario' : this.upTo(depth);
    this.report(depth, `${where} has no ${wrong}`, { found: wrong, allowed: names });
    throw new Stop();
  }

  /** A path leads into an existing section. A new section must be set as a whole. */
  private noSection(key: string): never {
    return this.fail(0, `the scenario has no section ${key}: write it first, or set it as a whole`);
  }

  private fail(depth: number, message: string): never {
    this.report(depth, message, {});
    throw new Stop();
  }

  private report(
    depth: number,
    message: string,
    extra: { found?: string; allowed?: string[] },
  ): void {
    const at = this.place(this.segments[depth].offset);
    this.problems.add({ code: 'FL302', at, path: [], message, ...extra });
  }

  private place(offset: number): Place {
    const { at, path } = this.edit;
    // A quoted scalar starts one character before its text.
    const quoted = at.end - at.start > path.length ? 1 : 0;
    return { ...at, start: Math.min(at.start + quoted + offset, at.end) };
  }

  private upTo(depth: number): string {
    if (depth === 0) return 'the scenario';
    return this.edit.path.slice(0, this.segments[depth].offset).replace(/\.$/, '');
  }
}

/** Fields that identify an entry of a list. */
const NAMES = ['id', 'name', 'group'];

/** Whether an entry of a list has this name. */
export function itemIs(item: Node, name: string): boolean {
  return NAMES.some((key) => text(get(item, key)) === name);
}

/** Names of the entries of a list; of a step without one its keys. */
export function namesIn(node: Node | undefined): string[] {
  return items(node).flatMap((item) => {
    const named = NAMES.map((key) => text(get(item, key))).find((own) => own !== undefined);
    return named === undefined ? entries(item).map(([key]) => key) : [named];
  });
}

/** What is written at a place, for messages. */
export function describe(node: Node): string {
  if (node.type === 'map') return 'a mapping';
  if (node.type === 'list') return 'a list';
  return node.value === null ? 'empty' : JSON.stringify(node.value);
}
