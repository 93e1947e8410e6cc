import { safeParse, type z } from 'zod';
import { flow } from '../text/flow.js';
import { inFull } from './form-hints.js';
import { plain, type Node } from './located.js';
import { definitionOf } from './sibling-kinds.js';

/** Fields that a hint names at most; more of them say nothing about which was meant. */
const NAMED_MAX = 3;

/** Longest value that a hint repeats. */
const VALUE_COLUMNS = 40;

export type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** Mappings that a field takes, and whether it takes a list of them. */
interface Taken {
  readonly shapes: readonly Shape[];
  readonly isList: boolean;
}

/** The fields that take a key of one level higher. */
interface Nested {
  /** Fields of the mapping that take the key with its value. */
  readonly fields: readonly string[];
  /** Such as `it belongs to requests, as in requests: [ { call: shop.buy } ]`. */
  readonly hint: string;
}

/** The fields of a mapping whose own fields have a key; null if none takes this value there, or too many do. */
export function nestedFields(
  member: z.core.$ZodType,
  key: string,
  value: Node | undefined,
): Nested | null {
  const written = value === undefined ? undefined : plain(value);
  const found = Object.entries(definitionOf(member).shape ?? {}).flatMap(([field, schema]) => {
    const { shapes, isList } = takenBy(schema);
    const own = shapes.filter((shape) => Object.hasOwn(shape, key)).map((shape) => shape[key]);
    return own.some((one) => mayTake(one, written)) ? [{ field, isList }] : [];
  });
  if (found.length === 0 || found.length > NAMED_MAX) return null;
  const fields = found.map(({ field }) => field);
  const [{ field, isList }] = found;
  const text = flow(inFull(key, written));
  const entry = `{ ${key}: ${text} }`;
  const example = `, as in ${field}: ${isList ? `[ ${entry} ]` : entry}`;
  const hint = `it belongs to ${fields.join(' or ')}${text.length > VALUE_COLUMNS ? '' : example}`;
  return { fields, hint };
}

/** Whether a value is an entry of a list without its brackets. */
export function isEntryOf(list: z.core.$ZodType, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  const { shapes, isList } = takenBy(list);
  const has = (shape: Shape): boolean => keys.every((key) => Object.hasOwn(shape, key));
  return isList && keys.length > 0 && shapes.some(has);
}

/** Whether a value is a list of names, and a mapping may have such names without anything inside. */
export function areNamesOf(record: z.core.$ZodType, value: unknown): boolean {
  const { keyType, valueType } = definitionOf(record);
  if (!Array.isArray(value) || value.length === 0 || valueType === undefined) return false;
  const isName = (one: unknown): boolean =>
    typeof one === 'string' && safeParse(keyType as z.core.$ZodType, one).success;
  return value.every(isName) && safeParse(valueType as z.core.$ZodType, {}).success;
}

/** Short forms are not known here; a quantity of another unit is certainly wrong. */
function mayTake(schema: z.core.$ZodType, value: unknown): boolean {
  const { success, error } = safeParse(schema, value);
  return success || !error.issues.some(isOfQuantity);
}

function isOfQuantity(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'custom' && issue.path.length === 0;
}

/** The mappings behind optional values, defaults, lists and unions; not those with names that users choose. */
export function takenBy(schema: z.core.$ZodType, isList = false): Taken {
  const definition = definitionOf(schema);
  const { shape, options, getter } = definition;
  if (shape !== undefined) return { shapes: [shape], isList };
  if (options !== undefined) {
    const all = options.map((option) => takenBy(option, isList));
    return { shapes: all.flatMap(({ shapes }) => shapes), isList: all.some((one) => one.isList) };
  }
  if (typeof getter === 'function') return takenBy((getter as () => z.core.$ZodType)(), isList);
  const inner = definition.innerType ?? definition.in;
  if (inner !== undefined) return takenBy(inner as z.core.$ZodType, isList);
  const { element } = definition;
  return element === undefined ? { shapes: [], isList } : takenBy(element as z.core.$ZodType, true);
}
