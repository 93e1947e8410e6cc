import { z } from 'zod';
import type { PolicyKind } from '../../spec/policy.js';
import { distribution, share, whole } from '../../spec/quantities.js';
import { MIDDLEWARE } from '../verbs.js';
import type { AnyObject } from './bundle.js';
import { nameText, when } from './common.js';
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
      .describe('Status of a refusal. Defaults by name: 401, 403, 429.'),
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
    if (name === 'rateLimit') {
      shape[name] = rateLimitSchema(kinds).optional().describe(summary);
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

const scopeField = z
  .enum(['instance', 'caller', 'global'])
  .default('instance')
  .describe(
    'Whose state it is: of each instance of this component, or one for all of them (`caller` and ' +
      '`global` are the same here). Defaults to instance.',
  );
const scopeAndError = { scope: scopeField };

/** The store of a limiter; where the library has a word for a failed one, `onError` is not ours. */
function storeSchema(withError: boolean): z.ZodType {
  const onError = z
    .enum(['allow', 'reject'])
    .default('allow')
    .describe(
      'What a failed call of `of` means: the request passes unlimited, or is answered 500. Defaults ' +
        'to allow.',
    );
  return z
    .strictObject({
      latency: distribution()
        .prefault('0ms')
        .describe('Time of one question and its answer. Unit: distribution. Defaults to 0ms.'),
      of: z
        .string()
        .regex(REFERENCE_PATTERN)
        .optional()
        .describe(
          'Endpoint or operation that is called for each question, with its network, load and ' +
            'faults; what the host says of calls to it (`outbound`) holds. Defaults to none.',
        ),
      ...(withError ? { onError } : {}),
    })
    .describe('The shared counter is outside the process: the request waits for it.');
}

function rateLimitSchema(kinds: readonly PolicyKind[]): z.ZodType {
  const options = kinds
    .filter((kind) => kind.policy === 'rateLimit' && kind.limiter !== undefined)
    .map((kind) => {
      const own = kind.schema as unknown as AnyObject;
      const name = z.literal(kind.kind).describe(kind.summary);
      const fields = Object.entries(common()).filter(([field]) => !(field in own.shape));
      return own.safeExtend({
        kind: kind.isDefault ? name.optional() : name,
        retryAfter: z
          .union([z.boolean(), z.literal('exact')])
          .default(kind.silent !== true)
          .describe(
            'Whether a refusal says when to come back: true in whole seconds, rounded up and at ' +
              'least 1, as the header Retry-After does; `exact` as a gRPC pushback could. ' +
              `Unit: boolean or \`exact\`. Defaults to ${kind.silent !== true}.`,
          ),
        ...(kind.serverFields ?? scopeAndError),
        store: storeSchema(kind.serverFields === undefined).optional(),
        key: nameText()
          .optional()
          .describe(
            'Key of `keys`, or `client`, `workload`, `caller`: one state for each of its values.',
          ),
        ...Object.fromEntries(fields),
      });
    });
  if (options.length === 1) return options[0];
  return z.discriminatedUnion('kind', options as unknown as [AnyObject, AnyObject]);
}
