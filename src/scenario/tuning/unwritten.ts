import type { z } from 'zod';
import { entries, get, map, scalar, text, type Node, type PathKey } from '../located.js';
import { takenBy, type Shape } from '../nested-fields.js';
import { definitionOf } from '../sibling-kinds.js';

/** A field that is not written where it could be, with the value that it has by default. */
export interface Unwritten {
  readonly path: readonly PathKey[];
  /** Names of its fields below the component; lists have `[]`, such as `subscribers[].concurrency`. */
  readonly field: string;
  readonly value: Node;
}

/**
 * The fields of a component, and of the mappings and lists that are written in it, which have a plain value by default.
 * `schema`: of the component, or of the list of mappings, as it is written; of several kinds, that of its own.
 */
export function unwrittenIn(
  schema: z.core.$ZodType | undefined,
  node: Node,
  path: readonly PathKey[],
  field = '',
): readonly Unwritten[] {
  if (schema === undefined) return [];
  if (node.type === 'list') {
    return node.items.flatMap((item, k) => unwrittenIn(schema, item, [...path, k], `${field}[]`));
  }
  if (node.type !== 'map') return [];
  const shape = shapeFor(schema, node);
  const nameOf = (name: string): string => (field === '' ? name : `${field}.${name}`);
  const below = entries(node).flatMap(([name, { value }]) =>
    unwrittenIn(shape[name], value, [...path, name], nameOf(name)),
  );
  const own = Object.keys(shape).flatMap((name): readonly Unwritten[] => {
    if (get(node, name) !== undefined) return [];
    const value = defaultOf(shape[name]!);
    const at = [...path, name];
    if (isEmpty(value)) return unwrittenIn(shape[name], map(new Map(), node.at), at, nameOf(name));
    return isPlain(value) ? [{ path: at, field: nameOf(name), value: scalar(value, node.at) }] : [];
  });
  return [...below, ...own];
}

/** The fields of a mapping, by its kind. */
export function shapeFor(schema: z.core.$ZodType, node: Node): Shape {
  return takenBy(schema).shapes.find((one) => isOfKind(one, node)) ?? {};
}

/** A mapping without a kind is of every one. */
function isOfKind(shape: Shape, node: Node): boolean {
  const kind = text(get(node, 'kind'));
  const kinds = shape.kind?._zod.values;
  return kind === undefined || kinds === undefined || kinds.has(kind);
}

/** The default of a field as it would be written; undefined if it has none. */
function defaultOf(schema: z.core.$ZodType): unknown {
  return definitionOf(schema).defaultValue;
}

/** A mapping that is there without being written; its fields have defaults of their own. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function isPlain(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** The schema of the entries of a section. */
export function entrySchema(
  explicit: z.core.$ZodType,
  section: string,
): z.core.$ZodType | undefined {
  const [shape] = takenBy(explicit).shapes;
  const named = shape?.[section];
  return named === undefined ? undefined : recordOf(named);
}

function recordOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const { valueType, innerType, in: from } = definitionOf(schema);
  if (valueType !== undefined) return valueType as z.core.$ZodType;
  const inner = (innerType ?? from) as z.core.$ZodType | undefined;
  return inner === undefined ? undefined : recordOf(inner);
}
