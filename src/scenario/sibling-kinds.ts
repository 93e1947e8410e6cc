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

/**
 * Other kinds of the same thing that have a key: ` for kind poisson; kind stages has it`. Empty if there are none.
 * `member` is the schema of the kind that is written, somewhere in `root`.
 */
export function siblingHint(root: z.core.$ZodType, member: z.core.$ZodType, key: string): string {
  const kinds = kindsOf(root, member, new Set());
  if (kinds === null) return '';
  const own = namesOf(member, kinds.key);
  const others = kinds.members
    .filter((other) => other !== member && definitionOf(other).shape?.[key] !== undefined)
    .flatMap((other) => namesOf(other, kinds.key));
  if (own.length === 0 || others.length === 0) return '';
  const listed = others.slice(0, LISTED).join(', ');
  const more = others.length > LISTED ? ' and others' : '';
  return ` for ${kinds.key} ${own[0]} (it belongs to ${kinds.key} ${listed}${more})`;
}

/** The union that `member` is a part of, searched depth first. */
function kindsOf(
  schema: z.core.$ZodType,
  member: z.core.$ZodType,
  seen: Set<z.core.$ZodType>,
): Kinds | null {
  if (seen.has(schema)) return null;
  seen.add(schema);
  const definition = definitionOf(schema);
  const { discriminator, options } = definition;
  if (discriminator !== undefined && options?.includes(member) === true)
    return { key: discriminator, members: options };
  for (const inner of innerOf(definition)) {
    const found = kindsOf(inner, member, seen);
    if (found !== null) return found;
  }
  return null;
}

function innerOf({ shape, getter, ...parts }: Definition): readonly z.core.$ZodType[] {
  const lazy = typeof getter === 'function' ? [(getter as () => unknown)()] : [];
  return [...Object.values(shape ?? {}), ...Object.values(parts).flat(), ...lazy].filter(isSchema);
}

function isSchema(value: unknown): value is z.core.$ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value;
}

function definitionOf(schema: z.core.$ZodType): Definition {
  return schema._zod.def as unknown as Definition;
}

/** The names of a kind: the literals that its key takes. */
function namesOf(member: z.core.$ZodType, key: string): readonly string[] {
  const kind = definitionOf(member).shape?.[key];
  if (kind === undefined) return [];
  return [...(kind._zod.values ?? [])].filter((value) => value !== undefined).map(String);
}
