import { z } from 'zod';

/**
 * Values of documents, with the check that a reader makes. A shape declares its fields once: the type of a document is
 * that of its shape, and the comment of a field is its text in the JSON Schema of results.
 */

type Fields = Readonly<Record<string, z.ZodType>>;

/** The names of fields that may be absent. */
type AbsentIn<F extends Fields> = {
  [Name in keyof F]: unknown extends z.output<F[Name]>
    ? never
    : undefined extends z.output<F[Name]>
      ? Name
      : never;
}[keyof F];

type Values<F extends Fields, Names extends keyof F> = {
  readonly [Name in Names]: z.output<F[Name]>;
};

/** The values of a shape. */
export type ShapeValues<F extends Fields> = Values<F, Exclude<keyof F, AbsentIn<F>>> &
  Partial<Values<F, AbsentIn<F>>>;

// Interfaces have a name in declarations, which would else repeat all fields for each use of a type.

export interface Shape<F extends Fields> extends z.ZodType<ShapeValues<F>> {
  readonly shape: F;
}

export interface List<T extends z.ZodType> extends z.ZodType<readonly z.output<T>[]> {}

export interface Mapping<T extends z.ZodType> extends z.ZodType<
  Readonly<Record<string, z.output<T>>>
> {}

/** An object with these fields; others are kept as they are. */
export function shape<const F extends Fields>(fields: F): Shape<F> {
  return z.object(fields) as z.ZodType as Shape<F>;
}

/** An object with these fields and no other. */
export function exactShape<const F extends Fields>(fields: F): Shape<F> {
  return z.strictObject(fields) as z.ZodType as Shape<F>;
}

export const text = z.string();
export const number = z.number();
/** Null = nothing was measured. */
export const figure = number.nullable();
export const count = number.min(0);
export const share = number.refine(isShare, 'must be a share between 0 and 1');
export const digest = hex(16);
export const sha256 = hex(64);
export const flag = z.boolean();
/** Present where it is true. */
export const present = z.literal(true).optional();
export const unit = oneOf('seconds', 'perSecond', 'share', 'number');
/** An interval may reach beyond what is possible, as it is symmetric. */
export const orderedPair: z.ZodType<readonly [number, number]> = z
  .tuple([number, number])
  .refine(([low, high]) => low <= high, 'must begin with its lower end');
export const interval = orderedPair.nullable();

function hex(length: number): z.ZodString {
  const digits = new RegExp(`^[0-9a-f]{${length}}$`);
  return text.refine((value) => digits.test(value), `must be ${length} digits of 0-9 and a-f`);
}

/** One of several words. */
export function oneOf<const W extends string>(...words: readonly [W, ...W[]]): z.ZodType<W> {
  return z.enum(words);
}

/** One of several shapes, by the word in a field that all of them have. */
export function oneForm<const S extends readonly z.ZodType[]>(
  field: string,
  ...shapes: S
): z.ZodType<z.output<S[number]>> {
  return z.discriminatedUnion(field, shapes as never);
}

/** A list of values of one kind, at least some. */
export function list<T extends z.ZodType>(item: T, least = 0): List<T> {
  return (least === 0 ? z.array(item) : z.array(item).min(least)) as z.ZodType as List<T>;
}

/** A mapping from names to values of one kind. */
export function mapping<T extends z.ZodType>(item: T): Mapping<T> {
  return z.record(text, item) as z.ZodType as Mapping<T>;
}

/** Rounding of sums may carry a figure past a bound by its last digits. */
const ROUNDING = 1e-9;

/** Whether a value is a share, but for rounding. */
export function isShare(value: number): boolean {
  return value >= 0 && value <= 1 + ROUNDING;
}

/** Checks that a value lies within its interval. */
export function isWithin(
  context: z.core.ParsePayload<{
    readonly value: number | null;
    readonly ci95: readonly [number, number] | null;
  }>,
): void {
  const { value, ci95 } = context.value;
  if (value === null || ci95 === null) return;
  const [low, high] = ci95;
  const slack = ROUNDING * Math.max(Math.abs(low), Math.abs(high));
  if (value >= low - slack && value <= high + slack) return;
  refuse(context, ['value'], `must lie within its interval [${low}, ${high}]`);
}

/** Checks that the figures of a share are shares, where the unit is a value beside them. */
export function isOfUnit(
  context: z.core.ParsePayload<{
    readonly value: number | null;
    readonly unit: z.output<typeof unit>;
  }>,
): void {
  const { value, unit: own } = context.value;
  if (own !== 'share' || value === null || isShare(value)) return;
  refuse(context, ['value'], 'must be a share between 0 and 1');
}

/** Checks that a time span does not end before it begins. */
export function isInOrder(
  context: z.core.ParsePayload<{ readonly from: number; readonly until: number }>,
): void {
  const { from, until } = context.value;
  if (until < from) refuse(context, ['until'], `must not be before ${from}`);
}

/** Adds a problem at a place of the value. */
export function refuse<T>(
  context: z.core.ParsePayload<T>,
  path: (string | number)[],
  message: string,
): void {
  context.issues.push({ code: 'custom', message, input: context.value, path });
}
