import { z } from 'zod';
import {
  count,
  distribution,
  duration,
  durationOrNone,
  factor,
  rate,
  share,
  size,
  whole,
} from '../quantities/quantities.js';
import type { DurationLimits } from '../quantities/quantity-text.js';

/** The field must be written. */
export const required = Object.freeze({ means: 'required' } as const);
type Required = typeof required;

/** The field may be missing, and then has no value. */
interface Absent {
  readonly means: 'absent';
  /** Last sentence of the text. */
  readonly sentence: string;
}

/** Without this field the entry has no value there: `Defaults to none.` */
export function absent(meaning = 'none'): Absent {
  return { means: 'absent', sentence: `Defaults to ${meaning}.` };
}

/** The field must be written in some cases, such as ``without `every` ``. */
export function requiredIf(condition: string): Absent {
  return { means: 'absent', sentence: `Required ${condition}.` };
}

/** What applies where a field is not written: a default in its written form, an error, or nothing. */
type Otherwise = string | number | boolean | Required | Absent;

type Field<S extends z.ZodType, O extends Otherwise> = O extends Required
  ? S
  : O extends Absent
    ? z.ZodOptional<S>
    : z.ZodType<z.output<S>>;

/** A schema as a field: its text gets the unit, and what applies where the field is not written. */
function fieldOf<S extends z.ZodType, const O extends Otherwise>(
  schema: S,
  otherwise: O,
  text: string,
  unit: string | null = null,
): Field<S, O> {
  const said = unit === null ? text : `${text} Unit: ${unit}.`;
  const field = (): z.ZodType => {
    if (typeof otherwise !== 'object') {
      const byDefault = otherwise as never;
      // A transformed value shows its default only in the form in which it is written.
      const field = isRead(schema) ? schema.prefault(byDefault) : schema.default(byDefault);
      return field.describe(`${said} Defaults to ${otherwise}.`);
    }
    if (otherwise.means === 'required') return schema.describe(`${said} Required.`);
    return schema.optional().describe(`${said} ${otherwise.sentence}`);
  };
  return field() as Field<S, O>;
}

/** Whether the values of a schema differ from what is written. */
function isRead(schema: z.ZodType): boolean {
  return schema instanceof z.ZodPipe || schema instanceof z.ZodObject;
}

/** How fields with a unit are written: `read` makes the schema within limits. */
function measured<S extends z.ZodType, L extends object>(unit: string, read: (limits?: L) => S) {
  return <const O extends Otherwise>(otherwise: O, text: string, limits?: L): Field<S, O> =>
    fieldOf(read(limits), otherwise, text, unit);
}

/** The same for numbers of things, which name what they count. */
function counted<S extends z.ZodType, L extends object>(read: (limits: L) => S) {
  return <const O extends Otherwise>(
    otherwise: O,
    text: string,
    { unit = 'count', ...limits }: L & { readonly unit?: string },
  ): Field<S, O> => fieldOf(read(limits as L), otherwise, text, unit);
}

/** Fields of entries. The first argument says what applies where a field is not written. */
export const field = {
  of: fieldOf,
  /** A duration above 0, unless the limits say otherwise. */
  duration: measured('duration', (limits: DurationLimits = { allowZero: false }) =>
    duration(limits),
  ),
  /** A duration above 0, or `none` for no limit. */
  timeLimit: measured('duration or `none`', () => durationOrNone({ allowZero: false })),
  /** The time that something takes, by a distribution. */
  cost: measured('distribution', distribution),
  /** A whole number. */
  whole: counted((limits: { readonly min?: number; readonly max?: number }) => whole(limits)),
  /** A whole number of at least 1, or `unlimited`. */
  limit: counted(({ min = 1 }: { readonly min?: number }) => count({ min })),
  share: measured('share', share),
  size: measured('size', size),
  rate: measured('rate', rate),
  factor: measured('factor', factor),
  flag: measured('boolean', () => z.boolean()),
};
