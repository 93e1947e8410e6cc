import { entry } from './entry.js';
import { field, required } from './field.js';
import { z } from 'zod';
import { share } from '../quantities/quantities.js';

/** Pattern of names: a letter, then letters, digits, `_` and inner hyphens. So every reference is unambiguous. */
export const NAME_PATTERN = /^[A-Za-z][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*$/;
/** Pattern of a component with an optional part, or of `self.endpoint`. */
export const REFERENCE_PATTERN = /^[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)?$/;
/** Pattern of the target of a call, which may name one version of a service: `orders@v2.create`. */
export const CALL_PATTERN = /^[A-Za-z][\w-]*(@[A-Za-z][\w-]*)?(\.[A-Za-z][\w-]*)?$/;

/** Longest name, in characters. */
export const NAME_MAX = 64;

/** Schema of a user-defined name. */
export function nameText(): z.ZodString {
  return z.string().max(NAME_MAX).regex(NAME_PATTERN);
}

/** Schema of text that is only displayed. */
export function freeText(): z.ZodString {
  return z.string().max(10_000);
}

/** Schema of a mapping from names to values. */
export function named<S extends z.ZodType>(value: S): z.ZodRecord<z.ZodString, S> {
  return z.record(nameText(), value);
}

/** Adds short forms to the JSON Schema only. They are rewritten before validation. */
export function withShort<S extends z.ZodType>(schema: S, ...short: readonly object[]): S {
  return schema.meta({ ...schema.meta(), [SHORT_FORMS]: short }) as S;
}

/**
 * Marks an entry whose required fields can be inherited by `extends` or `defaults`, and whose fields can be deleted by
 * null.
 */
export function inheriting<S extends z.ZodType>(schema: S): S {
  return schema.meta({ ...schema.meta(), [INHERITS]: true }) as S;
}

/** Metadata keys from which the JSON Schema is generated; they do not appear in it. */
export const SHORT_FORMS = 'shortForms';
export const INHERITS = 'inherits';

/** Disk of components that keep data. */
export const storage = field.size(
  0,
  'Disk provisioned for each node, for the price `report.prices.storageGbMonth`; it limits nothing.',
);

/** Fields of every named entry for display. */
export const entryText = {
  title: freeText().optional().describe('Display name, shown where there is room.'),
  description: freeText().optional().describe('Description.'),
};

export const critical = field.of(z.boolean(), false, 'Business critical: reports show it first.');

/** Priority of a request; a larger number is more important. */
export const priorityNumber = z.number().int().min(-1000).max(1000);

/** Schema of headers or labels: names with values. */
export function textMap(): z.ZodRecord<z.ZodString, z.ZodString> {
  return z.record(z.string().min(1).max(200), freeText());
}

export const labels = textMap()
  .optional()
  .describe('Labels by which faults and `failoverPriority` can select it.');

/** Schema of the condition of a step or a middleware entry; all of its fields must hold. */
export const when = entry(
  {
    class: nameText().optional().describe('Class of the request, set by its workload.'),
    workload: nameText().optional().describe('Workload that the request comes from.'),
    headers: textMap().optional().describe('Headers with the values they must have.'),
    version: nameText()
      .optional()
      .describe(
        'Version that the instance runs which executes this, one of `versions` of its component.',
      ),
  },
  'Only for requests for which all of this holds.',
  { headers: 'header' },
);

/** Schema of a share that is 100% by default. */
export function certainty(text: string): ReturnType<ReturnType<typeof share>['prefault']> {
  return share().prefault('100%').describe(text);
}

/** Schema of the long form of `idempotencyKey` and of an endpoint's `idempotent`. */
export function onceSchema() {
  return entry({
    key: field.of(
      nameText(),
      required,
      'Key of `keys`, or `request` (stable over the retries of a user request), `client`, `workload`, `caller`.',
    ),
    windowNs: field.duration('24h', 'How long a result is stored, from the end of its execution.'),
    storeErrors: field.flag(
      true,
      'Whether failures are stored too, as at Stripe, where a retry gets the same 500. With false the next ' +
        'request executes again.',
    ),
  });
}

/** Executes a request once per value of a key; repeated requests get the stored result. */
export type OncePerValue = z.output<ReturnType<typeof onceSchema>>;

/** Fields of every entry that can inherit. */
export const extending = {
  extends: z
    .union([nameText(), z.array(nameText())])
    .optional()
    .describe('Template or templates that this one extends; later ones take precedence.'),
};
