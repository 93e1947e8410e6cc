import { objectOf } from '../../contracts/fields/kinds.js';
import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import type { Distribution } from '../../kernel/distribution.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { checkCache, refusing } from '../../contracts/scenario/middleware.js';
import { MIDDLEWARE } from '../verbs.js';
import type { WrittenStore } from '../../contracts/scenario/limiter-store.js';
import { gateSchema, storedLimiterSchema } from './admission.js';
import { nameText } from '../../contracts/fields/common.js';
import { cost } from '../../contracts/quantities/fields.js';
import { methodText } from '../../contracts/scenario/verbs.js';

/** Kinds of middleware; other middleware has none. */
const KINDS: ReadonlyMap<string, readonly [string, ...string[]]> = new Map([
  ['authenticate', ['jwt', 'introspection', 'apiKey', 'basic', 'mtls', 'session'] as const],
  ['authorize', ['roles', 'opa'] as const],
  ['filter', ['ip', 'bot', 'size'] as const],
]);

const IN_KONG =
  'In a gateway of kind kong each is the plugin of that name, which decides its turn.';

const KIND_TEXTS: ReadonlyMap<string, string> = new Map([
  [
    'authenticate',
    `\`jwt\`: \`work\` defaults to 22us, one signature with RSA 2048; \`introspection\`: needs \`call\`. ${IN_KONG} ` +
      'Elsewhere the others are refused. Defaults to none.',
  ],
  ['authorize', `${IN_KONG} Elsewhere refused. Defaults to none.`],
  [
    'filter',
    `\`size\`: takes \`max\`, refuses with 413. ${IN_KONG} Elsewhere the others are refused. Defaults to none.`,
  ],
]);

const SUMMARIES: ReadonlyMap<string, string> = new Map([
  ['authenticate', 'Authenticates the request; refuses with 401.'],
  ['authorize', 'Checks permissions; refuses with 403.'],
  ['rateLimit', 'Limits the request rate; refuses with 429.'],
  ['coalesce', 'Lets identical concurrent requests share one response.'],
  ['cache', 'Serves cached responses; a hit ends the chain with 200.'],
  ['admit', 'Limits concurrent requests; refuses with 503.'],
  ['transform', 'Changes the request.'],
  ['translate', 'Turns one protocol into another.'],
  ['compress', 'Compresses the response.'],
  ['log', 'Writes a record.'],
  ['correlate', 'Adds a correlation id.'],
  ['filter', 'Filters requests; refuses with 403, by size with 413.'],
]);

/** Middleware with work per KiB, and which body it processes. */
const SIZED: ReadonlyMap<string, string> = new Map([
  ['transform', 'the request'],
  ['translate', 'the request, and of the answer on its way back'],
  ['compress', 'the answer on its way back'],
  ['log', 'the request'],
  ['correlate', 'the request'],
]);

type Fields = typeof refusing & typeof checkCache;

/** Fields of an entry; which of them it has depends on its name and kind. */
export interface EntryFields extends Partial<z.output<z.ZodObject<Fields>>> {
  readonly kind?: string;
  readonly work: Distribution;
  readonly workPerKiB?: Distribution;
  readonly max?: number;
  readonly retryAfter?: boolean | 'exact';
  readonly store?: WrittenStore;
}

/** Schema of an entry of a middleware chain: exactly one name, with its fields. */
export function middlewareSchema(kinds: readonly PolicyKind[]): z.ZodType {
  const shape: Record<string, z.ZodType> = {};
  for (const name of MIDDLEWARE) {
    const summary = SUMMARIES.get(name)!;
    if (name === 'rateLimit' || name === 'admit') {
      const schema = name === 'admit' ? gateSchema : storedLimiterSchema;
      shape[name] = schema(kinds, refusing).optional().describe(summary);
      continue;
    }
    if (name === 'cache') {
      shape[name] = responseSchema().optional().describe(summary);
      continue;
    }
    if (name === 'coalesce') {
      shape[name] = coalesceSchema(kinds).optional().describe(summary);
      continue;
    }
    const words = KINDS.get(name);
    const kind =
      words === undefined ? {} : { kind: z.enum(words).optional().describe(KIND_TEXTS.get(name)!) };
    shape[name] = z
      .strictObject({ ...kind, ...refusing, ...checkCache, ...sizeFields(name) })
      .optional()
      .describe(summary);
  }
  return z.strictObject(shape).describe('One middleware by its name.');
}

/** Fields about the sizes of messages. */
function sizeFields(name: string): Record<string, z.ZodType> {
  if (name === 'filter') {
    const max = field.size(absent(), 'Kind `size`: the largest request that passes.');
    return { max };
  }
  const what = SIZED.get(name);
  if (what === undefined) return {};
  const workPerKiB = cost().describe(
    `CPU for each KiB of ${what}. Unit: distribution. Defaults to 0ms.`,
  );
  return { workPerKiB };
}

/** Fields of a response cache. */
function responseSchema() {
  return z.strictObject({
    cache: field.of(nameText(), required, 'Name of the cache that holds the responses.'),
    methods: z
      .array(methodText)
      .min(1)
      .default(['GET'])
      .describe(
        'Methods whose responses are cached: of a route those it matches, of an endpoint its `method` (an ' +
          'endpoint without one counts as GET). Unit: list. Defaults to [GET].',
      ),
    key: field.of(
      nameText(),
      absent('that of the cache'),
      'Key whose value selects the response.',
      'name of a key',
    ),
    ttl: field.duration(absent('theirs'), 'Replaces the time to live of the levels.'),
    work: refusing.work,
    when: refusing.when,
  });
}

export type ResponseFields = z.output<ReturnType<typeof responseSchema>>;

/** Fields of request coalescing, as in the policy. */
function coalesceSchema(kinds: readonly PolicyKind[]): z.ZodType {
  const kind = kinds.find(({ policy }) => policy === 'coalesce')!;
  const { work, when } = refusing;
  return objectOf(kind.schema).safeExtend({ work, when });
}
