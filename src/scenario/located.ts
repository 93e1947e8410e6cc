/** A range in a file: character offsets, end exclusive. */
export interface Place {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/**
 * A value of the scenario with its place. Trees are immutable: merges and patches build new mappings around existing
 * values, so every value keeps its place.
 */
export type Node = MapNode | ListNode | ScalarNode;

export interface ScalarNode {
  readonly type: 'scalar';
  readonly value: string | number | boolean | null;
  readonly at: Place;
  /** A null that was written as `none`: the feature is off, and no preset of a product applies instead. */
  readonly off?: true;
}

export interface ListNode {
  readonly type: 'list';
  readonly items: readonly Node[];
  readonly at: Place;
}

export interface MapNode {
  readonly type: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly at: Place;
  /** Deleted keys, with the place of the deletion. */
  readonly removed?: ReadonlyMap<string, Place>;
  /** Those of the deleted keys that are switched off. */
  readonly off?: ReadonlySet<string>;
}

/** A value in a map, and the place of its key. */
export interface Entry {
  readonly key: Place;
  readonly value: Node;
}

/** A step of a path: a key of a mapping or an index of a list. */
export type PathKey = string | number;

/** The path to a value, from the root of the file. */
export type Path = readonly PathKey[];

/** A scalar at a place of a file. */
export function scalar(value: ScalarNode['value'], at: Place): ScalarNode {
  return { type: 'scalar', value, at };
}

/** A list of nodes that begins at a place. */
export function list(items: readonly Node[], at: Place): ListNode {
  return { type: 'list', items, at };
}

/** A map with the places of its keys and values. */
export function map(entries: ReadonlyMap<string, Entry>, at: Place): MapNode {
  return { type: 'map', entries, at };
}

/** A map with one entry, whose key has the place of its value: the long form of a short form. */
export function single(key: string, value: Node): MapNode {
  return map(new Map([[key, { key: value.at, value }]]), value.at);
}

/** The value of a key; undefined if it is missing or the node is not a mapping. */
export function get(node: Node | undefined, key: string): Node | undefined {
  return node?.type === 'map' ? node.entries.get(key)?.value : undefined;
}

/** The entries of a mapping in the order written; empty for other nodes. */
export function entries(node: Node | undefined): readonly (readonly [string, Entry])[] {
  return node?.type === 'map' ? [...node.entries] : [];
}

/** The items of a list; empty for other nodes. */
export function items(node: Node | undefined): readonly Node[] {
  return node?.type === 'list' ? node.items : [];
}

/** The text of a scalar; undefined for other values. */
export function text(node: Node | undefined): string | undefined {
  return node?.type === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** Whether it is a written `null`, which deletes the value that it is merged over. */
export function isNull(node: Node | undefined): boolean {
  return node?.type === 'scalar' && node.value === null;
}

/** The mapping with one value set. An existing key keeps its place. */
export function put(node: MapNode, key: string, value: Node): MapNode {
  const old = node.entries.get(key);
  if (old?.value === value) return node;
  const changed = new Map(node.entries);
  changed.set(key, { key: old?.key ?? value.at, value });
  return { ...node, entries: changed };
}

/** The mapping with the value of a key replaced by `by(value)`, if the key exists. */
export function change(node: MapNode, key: string, by: (value: Node) => Node): MapNode {
  const old = node.entries.get(key);
  return old === undefined ? node : put(node, key, by(old.value));
}

/** The mapping with every value replaced; the same mapping if nothing changes. */
export function changeAll(node: Node, by: (value: Node, key: string) => Node): Node {
  if (node.type !== 'map') return node;
  let changed: Map<string, Entry> | null = null;
  for (const [key, entry] of node.entries) {
    const value = by(entry.value, key);
    if (value === entry.value) continue;
    changed ??= new Map(node.entries);
    changed.set(key, { key: entry.key, value });
  }
  return changed === null ? node : { ...node, entries: changed };
}

/** The list with every item replaced; the same list if nothing changes. */
export function changeItems(node: Node, by: (value: Node, index: number) => Node): Node {
  if (node.type !== 'list') return node;
  const changed = node.items.map(by);
  return changed.every((item, index) => item === node.items[index])
    ? node
    : { ...node, items: changed };
}

/** The tree without its nulls. Mappings record the deleted keys and the places of the deletions. */
export function prune(node: Node): Node {
  if (node.type === 'list') return changeItems(node, prune);
  if (node.type !== 'map') return node;
  let removed: Map<string, Place> | null = null;
  let off: Set<string> | null = null;
  let kept: Map<string, Entry> | null = null;
  for (const [key, entry] of node.entries) {
    if (isNull(entry.value)) {
      kept ??= new Map(node.entries);
      removed ??= new Map();
      kept.delete(key);
      removed.set(key, entry.value.at);
      if (isSwitchedOff(entry.value)) (off ??= new Set()).add(key);
      continue;
    }
    const value = prune(entry.value);
    if (value !== entry.value) {
      kept ??= new Map(node.entries);
      kept.set(key, { key: entry.key, value });
    }
  }
  if (kept === null) return node;
  if (removed === null) return { ...node, entries: kept };
  return off === null
    ? { ...node, entries: kept, removed }
    : { ...node, entries: kept, removed, off };
}

function isSwitchedOff(node: Node): boolean {
  return node.type === 'scalar' && node.off === true;
}

/** The plain value. Mappings become objects without a prototype. */
export function plain(node: Node): unknown {
  if (node.type === 'scalar') return node.value;
  if (node.type === 'list') return node.items.map(plain);
  const object = Object.create(null) as Record<string, unknown>;
  for (const [key, entry] of node.entries) object[key] = plain(entry.value);
  return object;
}

/** The result of following a path. */
export interface Found {
  /** The deepest existing node on the path. */
  readonly node: Node;
  /** Place of the key of that node; null at the root and in lists. */
  readonly key: Place | null;
  /** Number of existing steps of the path. */
  readonly depth: number;
}

/** Follows a path as far as it exists. */
export function locate(root: Node, path: readonly PathKey[]): Found {
  let node = root;
  let key: Place | null = null;
  for (let depth = 0; depth < path.length; depth++) {
    const step = path[depth];
    const next: Node | undefined = typeof step === 'number' ? items(node)[step] : get(node, step);
    if (next === undefined) return { node, key, depth };
    key = typeof step === 'string' && node.type === 'map' ? node.entries.get(step)!.key : null;
    node = next;
  }
  return { node, key, depth: path.length };
}

/** Formats a path as users write it: `services.orders.steps[0].call`. Keys that are not names are quoted. */
export function pathText(path: readonly PathKey[]): string {
  let result = '';
  for (const step of path) {
    if (typeof step === 'number') result += `[${step}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(step)) result += result === '' ? step : `.${step}`;
    else result += `[${JSON.stringify(step)}]`;
  }
  return result;
}
