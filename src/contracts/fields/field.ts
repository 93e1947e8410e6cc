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

/** What applies without this field depends on the product: `Defaults by kind: postgres 3, else 0.` */
export function byKind(defaults: string): Absent {
  return { means: 'absent', sentence: `Defaults by kind: ${defaults}.` };
}

/** The field must be written in some cases, such as ``without `every` ``. */
export function requiredIf(condition: string): Absent {
  return { means: 'absent', sentence: `Required ${condition}.` };
}

interface Default {
  readonly means: 'default';
  readonly value: string | number | boolean;
  readonly sentence: string;
}

/** A default that needs an explanation: `Defaults to 0ms: the image is present.` */
export function byDefault(value: Default['value'], because: string): Default {
  return { means: 'default', value, sentence: `Defaults to ${value}: ${because}.` };
}

/** What applies where a field is not written: a default in its written form, an error, or nothing. */
type Otherwise = string | number | boolean | Default | Required | Absent;

type Field<S extends z.ZodType, O extends Otherwise> = O extends Required
  ? S
  : O extends Absent
    ? z.ZodOptional<S>
    : z.ZodPrefault<S>;

/** A schema as a field: its text gets the unit, and what applies where the field is not written. */
function fieldOf<S extends z.ZodType, const O extends Otherwise>(
  schema: S,
  otherwise: O,
  text: string,
  unit: string | null = null,
): Field<S, O> {
  const said = unit === null ? text : `${text} Unit: ${unit}.`;
  const field = (): z.ZodType => {
    if (typeof otherwise !== 'object')
      return withDefault(schema, otherwise).describe(`${said} Defaults to ${otherwise}.`);
    switch (otherwise.means) {
      case 'default':
        return withDefault(schema, otherwise.value).describe(`${said} ${otherwise.sentence}`);
      case 'required':
        return schema.describe(`${said} Required.`);
      case 'absent':
        return schema.optional().describe(`${said} ${otherwise.sentence}`);
    }
  };
  return field() as Field<S, O>;
}

/** A schema with a default in its written form, which is the form that the JSON Schema shows. */
function withDefault(schema: z.ZodType, value: Default['value']): z.ZodType {
  return schema instanceof z.ZodPipe ? schema.prefault(value) : schema.default(value);
}

/** How fields with a unit are written: `read` makes the schema within limits. */
function measured<S extends z.ZodType, L extends object>(unit: string, read: (limits?: L) => S) {
  return <const O extends Otherwise>(otherwise: O, text: string, limits?: L): Field<S, O> =>
    fieldOf(read(limits), otherwise, text, unit);
}

const NO_LIMITS = {};

/** The same for numbers of things, which name what they count. */
function counted<S extends z.ZodType, L extends object>(read: (limits: L) => S) {
  return <const O extends Otherwise>(
    otherwise: O,
    text: string,
    { unit = 'count', ...limits }: L & { readonly unit?: string } = NO_LIMITS as L,
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
  timeLimit: measured('duration or `none`', (limits: DurationLimits = { allowZero: false }) =>
    durationOrNone(limits),
  ),
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
  /** One of several words. */
  choice: <const Words extends readonly string[], const O extends Otherwise>(
    words: Words,
    otherwise: O,
    text: string,
  ): Field<z.ZodEnum<{ [Word in Words[number]]: Word }>, O> =>
    fieldOf(z.enum(words), otherwise, text),
};
