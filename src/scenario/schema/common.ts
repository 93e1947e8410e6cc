import { z } from 'zod';
import { duration, share } from '../../spec/quantities/quantities.js';

/** Letters, digits, `_` and inner hyphens, a letter first: every reference then reads one way. */
export const NAME_PATTERN = /^[A-Za-z][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*$/;
/** A component and its part, or `self.endpoint`. */
export const REFERENCE_PATTERN = /^[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)?$/;

/** Longest name. */
export const NAME_MAX = 64;

/** A name of the user's own. */
export function nameText(): z.ZodString {
  return z.string().max(NAME_MAX).regex(NAME_PATTERN);
}

/** Text that is shown and never read. */
export function freeText(): z.ZodString {
  return z.string().max(10_000);
}

/** A map from names to values. */
export function named<S extends z.ZodType>(value: S): z.ZodRecord<z.ZodString, S> {
  return z.record(nameText(), value);
}

/** A short form that is rewritten before validation; only the JSON Schema speaks of it. */
export function withShort<S extends z.ZodType>(schema: S, ...short: readonly object[]): S {
  return schema.meta({ ...schema.meta(), [SHORT_FORMS]: short }) as S;
}

/** An entry whose required fields may come from `extends` or `defaults`, and whose fields `null` deletes. */
export function inheriting<S extends z.ZodType>(schema: S): S {
  return schema.meta({ ...schema.meta(), [INHERITS]: true }) as S;
}

/** Keys of metadata for generating the JSON Schema; they do not appear in it. */
export const SHORT_FORMS = 'shortForms';
export const INHERITS = 'inherits';

/** What every named entry has for its readers. */
export const entryText = {
  title: freeText().optional().describe('Display name, shown where there is room.'),
  description: freeText().optional().describe('Description.'),
};

export const critical = z
  .boolean()
  .default(false)
  .describe('Business critical: reports show it first. Defaults to false.');

/** How important a request is: the larger, the more. */
export const priorityNumber = z.number().int().min(-1000).max(1000);

/** Headers or labels: names to values. */
export function textMap(): z.ZodRecord<z.ZodString, z.ZodString> {
  return z.record(z.string().min(1).max(200), freeText());
}

/** A condition of a step or a middleware entry; all of it must hold. */
export const when = z
  .strictObject({
    class: nameText().optional().describe('Class of the request, set by its workload.'),
    workload: nameText().optional().describe('Workload that the request comes from.'),
    header: textMap().optional().describe('Headers with the values they must have.'),
  })
  .describe('Only for requests for which all of this holds.');

/** A share with its description; 100% unless stated. */
export function certainty(text: string): ReturnType<ReturnType<typeof share>['prefault']> {
  return share().prefault('100%').describe(text);
}

/** What a field that names a key to be executed once for holds after validation. */
export interface OnceOutput {
  readonly key: string;
  readonly window: number;
  readonly storeErrors: boolean;
}

/** The long form of `idempotencyKey` and of an endpoint's `idempotent`. */
export function onceSchema() {
  return z.strictObject({
    key: nameText().describe(
      'Key of `keys`, or `request` (stable over the retries of a user request), `client`, ' +
        '`workload`, `caller`. Required.',
    ),
    window: duration({ allowZero: false })
      .prefault('24h')
      .describe(
        'How long a result is stored, from the end of its execution. Unit: duration. Defaults to 24h.',
      ),
    storeErrors: z
      .boolean()
      .default(true)
      .describe(
        'Whether failures are stored too, as at Stripe, where a retry gets the same 500. With false the next ' +
          'request executes again. Unit: boolean. Defaults to true.',
      ),
  });
}

/** What every entry of a section may build on. */
export const extending = {
  extends: z
    .union([nameText(), z.array(nameText())])
    .optional()
    .describe('Template or templates that this one extends; later ones take precedence.'),
};
