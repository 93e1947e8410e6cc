import { isNull, map, type Entry, type MapNode, type Node, type Place } from '../located.js';

/** Whether a place is within another one. */
export function contains(outer: Place, inner: Place): boolean {
  return outer.file === inner.file && outer.start <= inner.start && inner.end <= outer.end;
}

/** The entry at the end of a path of keys. */
export function entryAt(node: Node, path: readonly string[]): Entry | undefined {
  let found: Entry | undefined;
  let inside: Node = node;
  for (const step of path) {
    if (inside.type !== 'map') return undefined;
    found = inside.entries.get(step);
    if (found === undefined) return undefined;
    inside = found.value;
  }
  return found;
}

/** The entry on a path that is no mapping, so that nothing can be set below it. */
export function blockedBy(node: MapNode, path: readonly string[]): Entry | undefined {
  for (let depth = 1; depth < path.length; depth++) {
    const known = entryAt(node, path.slice(0, depth));
    if (known !== undefined && known.value.type !== 'map' && !isNull(known.value)) return known;
  }
  return undefined;
}

/** The tree with an entry set, in maps that are made where they are missing; null removes it. */
export function withIn(node: MapNode, path: readonly string[], entry: Entry | null): MapNode {
  const [step, ...rest] = path;
  if (rest.length === 0)
    return entry === null ? without(node, step!) : withEntry(node, step!, entry);
  const known = node.entries.get(step!);
  const inner = known?.value.type === 'map' ? known.value : undefined;
  if (entry === null)
    return inner === undefined
      ? node
      : withEntry(node, step!, { ...known!, value: withIn(inner, rest, null) });
  const at = entry.value.at;
  const base = inner ?? map(new Map(), at);
  return withEntry(node, step!, { key: known?.key ?? entry.key, value: withIn(base, rest, entry) });
}

/** The mapping with an entry set. */
export function withEntry(node: MapNode, key: string, entry: Entry): MapNode {
  const changed = new Map(node.entries);
  changed.set(key, entry);
  return { ...node, entries: changed };
}

/** The mapping without a key. */
export function without(node: MapNode, key: string): MapNode {
  if (!node.entries.has(key)) return node;
  const changed = new Map(node.entries);
  changed.delete(key);
  return { ...node, entries: changed };
}
