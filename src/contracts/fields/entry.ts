import { z } from 'zod';

/** Fields of an entry, by their names in its explicit form. */
type Fields = Readonly<Record<string, z.ZodType>>;

/** The explicit form of an entry: every field has a value, null where nothing applies. */
export type Explicit<F extends Fields> = {
  readonly [Name in keyof F]: undefined extends z.output<F[Name]>
    ? Exclude<z.output<F[Name]>, undefined> | null
    : z.output<F[Name]>;
};

/** The explicit form once these fields have a value. */
export type Filled<E, Name extends keyof E> = Omit<E, Name> & {
  readonly [N in Name]: NonNullable<E[N]>;
};

/** Reads an entry as it is written into its explicit form. */
export type Entry<F extends Fields> = z.ZodPipe<
  z.ZodObject,
  z.ZodTransform<Explicit<F>, Record<string, unknown>>
>;

/** The name that users write, unless an entry says otherwise: `period` for `periodNs`. */
export function writtenName(name: string): string {
  return name.replace(/(Ns|Bytes)$/, '');
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
  const names = Object.keys(fields).map((name) => ({
    name,
    written: other[name] ?? writtenName(name),
  }));
  const shape = names.map(({ name, written }) => [written, fields[name]!] as const);
  const schema = z.strictObject(Object.fromEntries(shape));
  return (text === undefined ? schema : schema.describe(text)).transform(
    (own: Record<string, unknown>) =>
      Object.fromEntries(
        names.map(({ name, written }) => [name, own[written] ?? null]),
      ) as Explicit<F>,
  );
}
