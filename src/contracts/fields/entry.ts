import { z } from 'zod';

/** Fields of an entry, by their names in its explicit form. */
type Fields = Readonly<Record<string, z.ZodType>>;

/**
 * The explicit form of an entry: every field has a value, null where nothing applies. A field that takes the word `none`
 * is null for it, and undefined where it is not written, so that the default of a product can apply.
 */
export type Explicit<F extends Fields> = {
  readonly [Name in keyof F]: undefined extends z.output<F[Name]>
    ? null extends z.output<F[Name]>
      ? z.output<F[Name]>
      : Exclude<z.output<F[Name]>, undefined> | null
    : z.output<F[Name]>;
};

/** The explicit form once it is known what applies to each field that is not written. */
export type Settled<E> = { readonly [Name in keyof E]: Exclude<E[Name], undefined> };

/** The same, and these fields have a value. */
export type Filled<E, Name extends keyof E> = Settled<Omit<E, Name>> & {
  readonly [N in Name]: NonNullable<E[N]>;
};

/** Reads an entry as it is written into its explicit form. */
export type Entry<F extends Fields> = z.ZodPipe<
  z.ZodObject,
  z.ZodTransform<Explicit<F>, Record<string, unknown>>
>;

/** The name that users write, unless an entry says otherwise: `period` for `periodNs`. */
export function writtenName(name: string, other: Names = {}): string {
  return other[name] ?? name.replace(/(Ns|Bytes)$/, '');
}

/** Written names that do not follow from the explicit ones. */
type Names = { readonly [name: string]: string | undefined };

/** How the fields of an entry are read: their schemas by written name, and the explicit form of their values. */
export function reading<const F extends Fields>(fields: F, other: Names = {}) {
  const names = Object.entries(fields).map(([name, field]) => ({
    name,
    written: writtenName(name, other),
    unwritten: takesNone(field) ? undefined : null,
  }));
  return {
    shape: Object.fromEntries(names.map(({ name, written }) => [written, fields[name]!])),
    explicit: (own: Record<string, unknown>) =>
      Object.fromEntries(
        names.map(({ name, written, unwritten }) => {
          const value = own[written];
          return [name, value === undefined ? unwritten : value];
        }),
      ) as Explicit<F>,
  };
}

/**
 * Schema of an entry. It declares all there is to a field: names, form, default, text and explicit type. `text` describes
 * the entry itself; `other` has the written names that do not follow from the explicit ones.
 */
export function entry<const F extends Fields>(
  fields: F,
  text?: string,
  other: { readonly [Name in keyof F]?: string } = {},
): Entry<F> {
  const { shape, explicit } = reading(fields, other as Names);
  const schema = z.strictObject(shape);
  return (text === undefined ? schema : schema.describe(text)).transform(explicit);
}

/** Whether an optional field takes the word `none`. */
function takesNone(field: z.ZodType): boolean {
  if (!(field instanceof z.ZodOptional)) return false;
  const { anyOf = [] } = (field.unwrap() as z.ZodType).meta() ?? {};
  return (anyOf as readonly { readonly const?: unknown }[]).some((form) => form.const === 'none');
}
