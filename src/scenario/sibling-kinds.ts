import type { z } from 'zod';

/** The parts of a schema's definition that lead to other schemas. */
interface Definition {
  readonly type: string;
  readonly discriminator?: string;
  readonly options?: readonly z.core.$ZodType[];
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly values?: readonly unknown[];
  readonly [part: string]: unknown;
}

/** The kinds of a thing: the schemas of its kinds, and the key that tells them apart. */
interface Kinds {
  readonly key: string;
  readonly members: readonly z.core.$ZodType[];
}

/** Largest number of kinds that a hint lists. */
const LISTED = 4;

/** A key that the written kind has not, among all keys that are written; `isNear`: it has a similar one. */
interface Written {
  readonly key: string;
  readonly keys: readonly string[];
  readonly isNear: boolean;
}

/**
 * Other kinds of the same thing that have a key: ` for kind poisson; kind stages has it`. Empty if there are none, or if a
 * similar key is meant. `member` is the schema of the kind that is written, somewhere in `root`.
 */
export function siblingHint(
  root: z.core.$ZodType,
  member: z.core.$ZodType,
  { key, keys, isNear }: Written,
): string {
  const kinds = kindsIn(root).get(member);
  if (kinds === undefined || (isNear && !isOfSibling(kinds, member, keys))) return '';
  const own = namesOf(member, kinds.key);
  const others = siblingsWith(kinds, member, [key]);
  if (own.length === 0 || others.length === 0) return '';
  const listed = others.slice(0, LISTED).join(', ');
  const more = others.length > LISTED ? ' and others' : '';
  return ` for ${kinds.key} ${own[0]} (it belongs to ${kinds.key} ${listed}${more})`;
}

/** Whether several of these fields are not those of `member`, and another kind has them all. */
function isOfSibling(kinds: Kinds, member: z.core.$ZodType, fields: readonly string[]): boolean {
  const strange = fields.filter((field) => definitionOf(member).shape?.[field] === undefined);
  return strange.length > 1 && siblingsWith(kinds, member, fields).length > 0;
}

function siblingsWith(
  { key, members }: Kinds,
  member: z.core.$ZodType,
  fields: readonly string[],
): readonly string[] {
  return withAll(
    members.filter((other) => other !== member),
    fields,
  ).flatMap((other) => namesOf(other, key));
}

function withAll(
  members: readonly z.core.$ZodType[],
  fields: readonly string[],
): readonly z.core.$ZodType[] {
  return members.filter((member) =>
    fields.every((field) => definitionOf(member).shape?.[field] !== undefined),
  );
}

/** Of these kinds of a union that `key` tells apart, those that have all of these fields. */
export function kindsWithAll(
  root: z.core.$ZodType,
  { key, names }: { readonly key: string; readonly names: readonly string[] },
  fields: readonly string[],
): readonly string[] {
  const unions = new Set(kindsIn(root).values());
  const isMeant = (own: Kinds): boolean => {
    const all = own.members.flatMap((member) => namesOf(member, key));
    return own.key === key && all.length === names.length && all.every((n) => names.includes(n));
  };
  const members = [...unions].find(isMeant)?.members ?? [];
  return withAll(members, fields).flatMap((member) => namesOf(member, key));
}

/** The unions of each schema by their members. A walk through all parts of the schema of a scenario takes some 10 ms. */
const found = new WeakMap<z.core.$ZodType, ReadonlyMap<z.core.$ZodType, Kinds>>();

/** The unions in a schema by their members. A member of several has the first, depth first. */
function kindsIn(root: z.core.$ZodType): ReadonlyMap<z.core.$ZodType, Kinds> {
  const known = found.get(root);
  if (known !== undefined) return known;
  const kinds = new Map<z.core.$ZodType, Kinds>();
  collect(root, new Set(), kinds);
  found.set(root, kinds);
  return kinds;
}

function collect(
  schema: z.core.$ZodType,
  seen: Set<z.core.$ZodType>,
  kinds: Map<z.core.$ZodType, Kinds>,
): void {
  if (seen.has(schema)) return;
  seen.add(schema);
  const definition = definitionOf(schema);
  const { discriminator, options } = definition;
  if (discriminator !== undefined && options !== undefined) {
    const own = { key: discriminator, members: options.map(written) };
    for (const member of own.members) if (!kinds.has(member)) kinds.set(member, own);
  }
  for (const inner of innerOf(definition)) collect(inner, seen, kinds);
}

/** The schema of an entry as it is written. */
function written(schema: z.core.$ZodType): z.core.$ZodType {
  const { type, in: inner } = definitionOf(schema);
  return type === 'pipe' ? (inner as z.core.$ZodType) : schema;
}

function innerOf({ shape, getter, ...parts }: Definition): readonly z.core.$ZodType[] {
  const lazy = typeof getter === 'function' ? [(getter as () => unknown)()] : [];
  return [...Object.values(shape ?? {}), ...Object.values(parts).flat(), ...lazy].filter(isSchema);
}

function isSchema(value: unknown): value is z.core.$ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value;
}

/** The definition of a schema, with the parts that lead to other schemas. */
export function definitionOf(schema: z.core.$ZodType): Definition {
  return schema._zod.def as Definition;
}

/** The names of a kind: the literals that its key takes. */
function namesOf(member: z.core.$ZodType, key: string): readonly string[] {
  const kind = definitionOf(member).shape?.[key];
  if (kind === undefined) return [];
  return [...(kind._zod.values ?? [])].filter((value) => value !== undefined).map(String);
}
