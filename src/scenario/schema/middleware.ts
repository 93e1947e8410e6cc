import { z } from 'zod';
import type { PolicyKind } from '../../spec/policy.js';
import { distribution, share, whole } from '../../spec/quantities.js';
import { MIDDLEWARE } from '../verbs.js';
import { gateSchema, storedLimiterSchema } from './admission.js';
import { when } from './common.js';
import { REFERENCE_PATTERN } from './steps.js';

/** Kinds a middleware may name; the others have none. */
const KINDS: ReadonlyMap<string, readonly [string, ...string[]]> = new Map([
  ['authenticate', ['jwt', 'introspection', 'apiKey', 'basic', 'mtls', 'session'] as const],
  ['authorize', ['roles', 'opa'] as const],
  ['filter', ['ip', 'bot', 'size'] as const],
]);

const SUMMARIES: ReadonlyMap<string, string> = new Map([
  ['authenticate', 'Finds out who asks; refuses with 401.'],
  ['authorize', 'Finds out whether they may; refuses with 403.'],
  ['rateLimit', 'Lets only so many through; refuses with 429.'],
  ['admit', 'Lets only so many be under way at once; refuses with 503.'],
  ['transform', 'Changes the request.'],
  ['translate', 'Turns one protocol into another.'],
  ['compress', 'Compresses the answer.'],
  ['log', 'Writes a record.'],
  ['correlate', 'Adds an id to follow the request by.'],
  ['filter', 'Keeps some requests out; refuses with 403, by size with 413.'],
]);

function common(): Record<string, z.ZodType> {
  return {
    work: distribution().prefault('0ms').describe('CPU. Unit: distribution. Defaults to 0ms.'),
    reject: share().prefault(0).describe('Share of requests refused. Defaults to 0.'),
    status: whole({ min: 400, max: 599 })
      .optional()
      .describe('Status of a refusal. Defaults by name: 401, 403, 429, 503.'),
    call: z
      .string()
      .regex(REFERENCE_PATTERN)
      .optional()
      .describe('A remote check: component.endpoint.'),
    onError: z
      .enum(['allow', 'reject'])
      .default('reject')
      .describe('What a failed check means. Defaults to reject.'),
    when: when.optional(),
  };
}

/** One entry of a middleware chain: exactly one of the names, with its fields. */
export function middlewareSchema(kinds: readonly PolicyKind[]): z.ZodType {
  const shape: Record<string, z.ZodType> = {};
  for (const name of MIDDLEWARE) {
    const summary = SUMMARIES.get(name)!;
    if (name === 'rateLimit' || name === 'admit') {
      const schema = name === 'admit' ? gateSchema : storedLimiterSchema;
      shape[name] = schema(kinds, common()).optional().describe(summary);
      continue;
    }
    const words = KINDS.get(name);
    const kind =
      words === undefined ? {} : { kind: z.enum(words).optional().describe('What it is.') };
    shape[name] = z
      .strictObject({ ...kind, ...common() })
      .optional()
      .describe(summary);
  }
  return z.strictObject(shape).describe('One middleware by its name.');
}
