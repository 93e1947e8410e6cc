import type { z } from 'zod';
import type { Registry } from '../../contracts/scenario/registries.js';
import type { ReferenceEntry } from '../reference-entry.js';
import type { Cursor } from '../resolve/context.js';

/** A kind of registry in one file: its fields, its rules, and its reference page. */
export interface RegistryKind<Schema extends z.ZodObject = z.ZodObject> {
  readonly kind: string;
  /** How callers get its lists. */
  readonly delivers: Registry['delivery']['by'];
  /** Schema of its fields, including those of RegistryFields. */
  readonly schema: Schema;
  /** Its rules. Reports contradictions. */
  resolve(place: RegistryPlace<z.output<Schema>>): RegistryRules;
  readonly reference: ReferenceEntry;
}

type RegistryRules = Pick<Registry, 'options' | 'membership' | 'delivery'>;

/** A validated registry of a scenario. */
interface RegistryPlace<Output> {
  readonly here: Cursor;
  readonly output: Output;
}

/** Defines a kind; its type is checked against its own fields. */
export function registryKind<Schema extends z.ZodObject>(
  kind: RegistryKind<Schema>,
): RegistryKind<Schema> {
  return kind;
}
