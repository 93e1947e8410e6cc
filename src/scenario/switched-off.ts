import type { z } from 'zod';
import type { MapNode, Node, Path } from './located.js';
import { entries, get, items, map, scalar, text } from './located.js';
import { withValue } from './repair.js';
import { schemas } from './schemas.js';
import { definitionOf } from './sibling-kinds.js';

type Schema = z.core.$ZodType & { readonly description?: string };

/** The word that switches a feature off for one entry, whatever it inherits. */
const OFF = 'none';

/** Fields in which `none` has a meaning of its own: the name of the empty bundle. */
const BUNDLES: ReadonlySet<string> = new Set(['policy', 'compensationPolicy', 'outbound']);

/**
 * Replaces `none` by the absence of a feature: by null, which deletes what templates and defaults have, marked so that
 * no preset of a product applies instead. A field takes it if its schema has no such word of its own and says that it
 * may be absent: it is optional without a default, or defaults to none or unlimited.
 */
export function withoutSwitchedOff(root: MapNode): MapNode {
  let result: Node = root;
  for (const { path, node } of nones(root, [], [])) {
    const value = offValue(root, path, node);
    if (value !== null) result = withValue(result, path, value);
  }
  return result as MapNode;
}

interface None {
  readonly path: Path;
  readonly node: Node;
}

/** Every `none` that is the value of a key. */
function nones(node: Node, path: Path, found: None[]): readonly None[] {
  for (const [key, { value }] of entries(node)) {
    if (text(value) === OFF) found.push({ path: [...path, key], node: value });
    else nones(value, [...path, key], found);
  }
  items(node).forEach((item, index) => nones(item, [...path, index], found));
  return found;
}

/** The value that means "without it" at a path; null = `none` is left as it is. */
function offValue(root: MapNode, path: Path, { at }: Node): Node | null {
  const key = String(path[path.length - 1]);
  if (BUNDLES.has(key) || path[0] === 'variants') return null;
  const all = fieldsAt(root, path);
  const fields = all.filter(isStructure);
  if (fields.length === 0 || all.some(takesNone)) return null;
  const special = Object.hasOwn(SPECIAL, key) ? SPECIAL[key] : undefined;
  if (special !== undefined && fields.every((field) => isOptional(field))) return special(at);
  return fields.every(mayBeAbsent) ? { ...scalar(null, at), off: true } : null;
}

/** Whether `none` may be written at a path, so that the entry is without what is there. */
export function mayBeOff(path: Path): boolean {
  const at = { file: '', start: 0, end: 0 };
  return offValue(map(new Map(), at), path, scalar(OFF, at)) !== null;
}

/** Whether an entry is without the feature at a path unless the file writes it. A mapping of names is no feature. */
export function isAbsentUnlessWritten(path: Path): boolean {
  const fields = fieldsAt(map(new Map(), { file: '', start: 0, end: 0 }), path);
  const isFeature = (field: Schema): boolean =>
    definitionOf(bare(field)).type !== 'record' && isStructure(field) && mayBeAbsent(field);
  return !BUNDLES.has(String(path.at(-1))) && fields.length > 0 && fields.every(isFeature);
}

/** Features that the program or a product has where nothing is written, and what they are without it. */
const SPECIAL: Readonly<Record<string, (at: Node['at']) => Node | null>> = {
  // A service always has a queue: without one it refuses what finds no free worker.
  queue: (at) => whole(at, { capacity: 0, discipline: null, maxWait: null }),
  replicas: (at) => scalar(0, at),
  failover: (at) => ({ ...scalar(null, at), off: true }),
  lifecycle: (at) => ({ ...scalar(null, at), off: true }),
  discovery: (at) => ({ ...scalar(null, at), off: true }),
};

function whole(at: Node['at'], fields: Readonly<Record<string, number | null>>): Node {
  const made = Object.entries(fields).map(
    ([key, value]) => [key, { key: at, value: scalar(value, at) }] as const,
  );
  return { type: 'map', entries: new Map(made), at };
}

/** The schemas that the field at a path may have; empty where no entry inherits it. */
function fieldsAt(root: MapNode, path: Path): readonly Schema[] {
  const { explicit } = schemas();
  const sections = definitionOf(bare(explicit)).shape!;
  const entryOf = (section: string): readonly Schema[] => {
    if (!Object.hasOwn(sections, section)) return [];
    const { valueType } = definitionOf(bare(sections[section]!));
    return valueType === undefined ? [] : [valueType as Schema];
  };
  const after = bundleIn(path);
  if (after > 0) return follow(entryOf('policies'), locateAt(root, path, after), path.slice(after));
  const [section, name] = path.map(String);
  if (path.length < 3) return [];
  const own =
    section === 'templates'
      ? Object.keys(sections).flatMap(entryOf)
      : entryOf(section === 'defaults' ? name! : section!);
  return follow(own, locateAt(root, path, 2), path.slice(2));
}

/** Where a path enters a bundle of policies: after `policy`, a callee of `outbound`, or a name of `policies`; 0 = nowhere. */
function bundleIn(path: Path): number {
  for (let at = path.length - 2; at > 0; at--) {
    if (path[at] === 'policy' || path[at] === 'compensationPolicy') return at + 1;
    if (path[at - 1] === 'outbound' && at < path.length - 1) return at + 1;
  }
  return (path[0] === 'policies' || path[0] === 'clusters') && path.length > 2 ? 2 : 0;
}

function locateAt(root: Node, path: Path, depth: number): Node | undefined {
  let node: Node | undefined = root;
  for (const step of path.slice(0, depth)) {
    node = typeof step === 'number' ? items(node)[step] : get(node, step);
  }
  return node;
}

/** The schemas of a path below others. Of several kinds, those that have the key, or the one that is written. */
function follow(from: readonly Schema[], node: Node | undefined, path: Path): readonly Schema[] {
  const [step, ...rest] = path;
  const kind = text(get(node, 'kind'));
  const next = from.flatMap((schema) => inside(schema, step!, kind));
  if (rest.length === 0) return next;
  const inner = typeof step === 'number' ? items(node)[step] : get(node, String(step));
  return follow(next, inner, rest);
}

function inside(
  schema: Schema,
  step: string | number,
  kind: string | undefined,
): readonly Schema[] {
  const { type, shape, valueType, element, options } = definitionOf(bare(schema));
  if (type === 'union') return options!.flatMap((one) => inside(one, step, kind));
  if (type === 'record') return [valueType as Schema];
  if (type === 'array') return typeof step === 'number' ? [element as Schema] : [];
  const isOther = kind !== undefined && shape?.kind?._zod.values?.has(kind) === false;
  const has = shape !== undefined && Object.hasOwn(shape, step) && !isOther;
  return has ? [shape[step]!] : [];
}

const WRAPPERS: ReadonlySet<string> = new Set([
  'optional',
  'prefault',
  'default',
  'nullable',
  'lazy',
]);

/** The schema below its wrappers. */
function bare(schema: Schema): Schema {
  const { type, innerType, getter, in: written } = definitionOf(schema);
  if (type === 'pipe') return bare(written as Schema);
  if (!WRAPPERS.has(type)) return schema;
  return bare((innerType ?? (getter as () => Schema)()) as Schema);
}

function isStructure(field: Schema): boolean {
  const { type, options } = definitionOf(bare(field));
  if (type === 'union') return options!.every(isStructure);
  return type === 'object' || type === 'record' || type === 'array';
}

function takesNone(field: Schema): boolean {
  return (field as z.ZodType).safeParse(OFF).success;
}

/** Whether nothing, or a default, may be written. */
function isOptional(field: Schema): boolean {
  return ['optional', 'prefault', 'default'].includes(definitionOf(field).type);
}

/** Whether a field says that it is nothing, or no limit, where it is not written. */
function mayBeAbsent(field: Schema): boolean {
  if (!isOptional(field)) return false;
  const byDefault = defaultIn(described(field));
  return byDefault === null ? definitionOf(field).type === 'optional' : isNothing(byDefault);
}

/** Whether a structure with this description takes `none`, as far as its words say. */
export function saysAbsent(key: string, description = ''): boolean {
  if (BUNDLES.has(key)) return false;
  const byDefault = defaultIn(description);
  return byDefault === null || isNothing(byDefault) || Object.hasOwn(SPECIAL, key);
}

function defaultIn(description: string): string | null {
  return /\bDefaults ([^.]*)/.exec(description)?.[1] ?? null;
}

function isNothing(byDefault: string): boolean {
  return /^to (none|unlimited)\b/.test(byDefault);
}

function described(field: Schema): string {
  const { type, innerType, in: written } = definitionOf(field);
  if (field.description !== undefined) return field.description;
  if (type === 'pipe') return described(written as Schema);
  return WRAPPERS.has(type) && innerType !== undefined ? described(innerType as Schema) : '';
}
