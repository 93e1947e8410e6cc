import { z } from 'zod';
import { invariant } from '../../kernel/invariant.js';

/** A schema of an object whose fields are known at run time only. */
type AnyObject = z.ZodObject<Readonly<Record<string, z.ZodType>>, z.core.$strict>;

/** The schema of a kind as that of an object, to which the fields of its place can be added. */
export function objectOf(schema: z.ZodType): AnyObject {
  invariant(schema instanceof z.ZodObject, 'schema-of-kind-is-object');
  return schema as z.ZodObject as AnyObject;
}

/** The union of the kinds of a registry by their field `kind`. */
export function unionOfKinds(kinds: readonly z.ZodType[]): z.ZodType {
  type Kinds = Parameters<typeof z.discriminatedUnion>[1];
  return z.discriminatedUnion('kind', kinds as unknown as Kinds);
}

/**
 * A schema with the type of its values written by hand: where it is put together from a registry, or where steps and
 * bundles refer to each other.
 */
export function valuesOf<T>(schema: z.ZodType): z.ZodType<T> {
  return schema as z.ZodType<T>;
}
