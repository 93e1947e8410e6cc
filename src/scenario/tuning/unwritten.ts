import type { z } from 'zod';
import { entries, get, map, scalar, text, type Node, type PathKey } from '../located.js';
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
 * `schema`: of the component as it is written; of several kinds, that of its own.
 */
export function unwrittenIn(
  schema: z.core.$ZodType | undefined,
  node: Node,
  path: readonly PathKey[],
  field = '',
): readonly Unwritten[] {
  if (schema === undefined) return [];
  if (node.type === 'list') {
    const element = listOf(schema);
    return node.items.flatMap((item, k) => unwrittenIn(element, item, [...path, k], `${field}[]`));
  }
  if (node.type !== 'map') return [];
  const shape = shapesOf(schema).find((one) => isOfKind(one, node)) ?? {};
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

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** The mappings that a schema takes; of short forms none. */
function shapesOf(schema: z.core.$ZodType): readonly Shape[] {
  const { shape, options } = definitionOf(schema);
  if (shape !== undefined) return [shape];
  if (options !== undefined) return options.flatMap(shapesOf);
  const inner = innerOf(schema);
  return inner === undefined ? [] : shapesOf(inner);
}

function listOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const { element, options } = definitionOf(schema);
  if (element !== undefined) return element as z.core.$ZodType;
  if (options !== undefined) return options.map(listOf).find((one) => one !== undefined);
  const inner = innerOf(schema);
  return inner === undefined ? undefined : listOf(inner);
}

/** The schema behind a default, an optional value, a conversion or a reference. */
function innerOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const { innerType, in: from, getter } = definitionOf(schema);
  if (typeof getter === 'function') return (getter as () => z.core.$ZodType)();
  return (innerType ?? from) as z.core.$ZodType | undefined;
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
  const [shape] = shapesOf(explicit);
  const named = shape?.[section];
  return named === undefined ? undefined : recordOf(named);
}

function recordOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const { valueType } = definitionOf(schema);
  if (valueType !== undefined) return valueType as z.core.$ZodType;
  const inner = innerOf(schema);
  return inner === undefined ? undefined : recordOf(inner);
}
