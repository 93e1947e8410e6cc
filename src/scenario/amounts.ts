import type { z } from 'zod';
import { get, items, entries, type Node, type Path } from './located.js';
import { definitionOf } from './sibling-kinds.js';

/** A number in a scenario whose description names its unit. */
export interface Amount {
  readonly path: Path;
  readonly value: number;
  /** As in the description of its field, such as `requests` or `count or percent`. */
  readonly unit: string;
}

const UNIT = /Unit: ([^.]+)\./;
type Schema = z.core.$ZodType & { readonly description?: string };

/** All numbers with a unit in a tree that its schema accepts. */
export function amountsIn(root: z.core.$ZodType, tree: Node): readonly Amount[] {
  const found: Amount[] = [];
  const walk = (schema: Schema, node: Node, path: Path, outer: string | undefined): void => {
    const unit = outer ?? UNIT.exec(schema.description ?? '')?.[1];
    if (node.type === 'scalar') {
      const { value } = node;
      if (unit === undefined) for (const inner of within(schema)) walk(inner, node, path, unit);
      else if (typeof value === 'number') found.push({ path, value, unit });
      return;
    }
    const { type, shape, valueType, element } = definitionOf(schema);
    if (node.type === 'map' && type === 'object') {
      for (const [key, { value }] of entries(node)) {
        const field = shape?.[key];
        if (field !== undefined) walk(field, value, [...path, key], undefined);
      }
    } else if (node.type === 'map' && type === 'record') {
      for (const [key, { value }] of entries(node)) {
        walk(valueType as Schema, value, [...path, key], undefined);
      }
    } else if (node.type === 'list' && type === 'array') {
      items(node).forEach((item, i) => walk(element as Schema, item, [...path, i], undefined));
    } else if (type === 'union') {
      const option = optionFor(schema, node);
      if (option !== undefined) walk(option, node, path, undefined);
    } else for (const inner of within(schema)) walk(inner, node, path, undefined);
  };
  walk(root, tree, [], undefined);
  return found;
}

/** The schemas that a wrapper, such as a default, is around. */
function within(schema: Schema): readonly Schema[] {
  const { innerType, in: from, out: to, getter } = definitionOf(schema);
  const lazy = typeof getter === 'function' ? [(getter as () => Schema)()] : [];
  return [innerType, from, to]
    .flatMap((one) => (one === undefined ? [] : [one as Schema]))
    .concat(lazy);
}

/** The form of a union that a mapping or a list has: that of its kind, or the first that has all its keys. */
function optionFor(schema: Schema, node: Node): Schema | undefined {
  const { options = [], discriminator } = definitionOf(schema);
  if (node.type === 'list') return options.find((one) => formOf(one).type === 'array');
  const kind = discriminator === undefined ? undefined : get(node, discriminator);
  return options.find((one) => {
    const { type, shape } = formOf(one);
    if (type === 'record') return true;
    if (type === 'union') return optionFor(one, node) !== undefined;
    if (type !== 'object' || shape === undefined) return false;
    if (kind?.type === 'scalar') return isValue(shape[discriminator!], kind.value);
    return entries(node).every(([key]) => Object.hasOwn(shape, key));
  });
}

/** The definition below all wrappers. */
function formOf(schema: Schema): ReturnType<typeof definitionOf> {
  const [inner] = within(schema);
  return inner === undefined ? definitionOf(schema) : formOf(inner);
}

function isValue(schema: Schema | undefined, value: unknown): boolean {
  return schema?._zod.values?.has(value as string) === true;
}
