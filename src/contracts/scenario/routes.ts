import { z } from 'zod';
import { CALL_PATTERN, freeText, nameText, withShort } from '../fields/common.js';
import { entry, type Explicit, type Filled } from '../fields/entry.js';
import { absent, byKind, field, required } from '../fields/field.js';
import { share } from '../quantities/quantities.js';
import type { Middleware } from './middleware.js';
import type { Bundle, Step } from './steps.js';
import type { Target } from './target.js';
import { methodText } from './verbs.js';

export const routingFields = {
  kind: field.choice(
    ['simple', 'kong', 'envoy', 'nginx', 'spring', 'caddy', 'yarp'],
    'simple',
    'Product whose defaults apply: routing, order of middleware, responses to failures, and timeouts and ' +
      'retries for targets without a bundle.',
  ),
  routing: field.of(
    z.enum(['firstMatch', 'kong', 'gatewayApi', 'envoy', 'nginx']),
    byKind('kong, envoy and nginx the rule of their name, the others firstMatch'),
    'How a route is selected among those that match; ties are broken by the order in the file.',
  ),
};

/** The product of a gateway, and its rule of routing. */
export type Routing = Filled<Explicit<typeof routingFields>, 'routing'>;

function oneOrMore<S extends z.ZodType>(schema: S, text: string) {
  return z
    .union([schema, z.array(schema).min(1)])
    .optional()
    .describe(text);
}

const mirrorSchema = entry({
  to: field.of(z.string().regex(CALL_PATTERN), required, 'Target of the copy.'),
  share: field.of(share(), '100%', 'Share of requests copied.'),
});

/** Mirrors a share of the requests to another target, without waiting for the response. */
interface Mirror extends Omit<z.output<typeof mirrorSchema>, 'to'> {
  readonly target: Target;
}

/** Schema of a route of a gateway. */
export function routeSchema<B, M, S>(
  bundle: z.ZodType<B>,
  middleware: z.ZodType<M>,
  steps: z.ZodType<S>,
) {
  const path = z.string().min(1).max(2000);
  const header = z.union([freeText(), z.array(freeText()).min(1)]);
  return entry(
    {
      name: nameText().optional().describe('Name of the part; required if something refers to it.'),
      match: field.of(
        entry({
          method: oneOrMore(methodText, 'HTTP method or methods.'),
          path: oneOrMore(
            path,
            'Path or paths: `*` at the end is a prefix, `{id}` one segment, `~` first a regular ' +
              'expression: of the whole path, with `routing: kong` of its beginning, with nginx of ' +
              'any part of it.',
          ),
          host: oneOrMore(
            z.string().min(1).max(300),
            'Host or hosts, with a port if it matters; `*` at the start or the end matches any text.',
          ),
          headers: z
            .record(z.string().min(1).max(200), header)
            .optional()
            .describe('Headers with a value, or a list of values of which one must match.'),
        }),
        absent('all'),
        'Requests that the route matches.',
      ),
      regexPriority: field.of(
        z.int().min(0).max(2_147_483_647),
        absent('0'),
        'Priority of regular expressions with `routing: kong`: the highest is tried first.',
        'count',
      ),
      to: withShort(z.record(z.string().regex(CALL_PATTERN), z.number().min(0).max(1e9)), {
        type: 'string',
        pattern: CALL_PATTERN.source,
      })
        .optional()
        .describe('Target, or targets with weights. Required, unless there are steps.'),
      steps: steps
        .optional()
        .describe(
          'Steps that the gateway runs itself instead, such as parallel calls of several services.',
        ),
      responseBytes: field.size(
        absent('0B'),
        'With `steps`: size of a response; with `to` it is that of the callee.',
      ),
      sticky: field.of(
        nameText(),
        absent('a random target'),
        'Key, declared or built in such as `client`, whose hash selects the target: requests with the same value ' +
          'go to the same target.',
      ),
      mirror: mirrorSchema
        .optional()
        .describe(
          'Mirrors requests: the copy is sent with the request, under the bundle of `outbound`; its response is ' +
            'discarded and not waited for.',
        ),
      policy: bundle.optional().describe('Bundle of the calls of this route.'),
      middleware: z
        .array(middleware)
        .optional()
        .describe('Run after those of the gateway; with `kind: kong` by the priority of plugins.'),
    },
    'A route: which requests go where.',
    { responseBytes: 'responseSize' },
  );
}

type Written = z.output<ReturnType<typeof routeSchema<unknown, unknown, unknown>>>;

/** A route of a gateway. */
export interface Route extends Pick<Written, 'sticky'> {
  readonly name: string;
  /** An empty list matches everything. Methods are upper case; path patterns are as written. */
  readonly methods: readonly string[];
  readonly paths: readonly string[];
  readonly hosts: readonly string[];
  /** Header name and accepted values, of which one must be present. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly regexPriority: number;
  /** Weighted targets; an omitted `part` is filled in. */
  readonly to: readonly { readonly target: Target; readonly weight: number }[];
  /** Steps that the gateway runs itself instead of a call to a target; then `to` is empty. */
  readonly steps: readonly Step[] | null;
  readonly responseBytes: number;
  readonly mirror: Mirror | null;
  readonly policy: Bundle | null;
  /** Middleware of the route itself. */
  readonly middleware: readonly Middleware[];
  /** All middleware that runs before the call, in order: that of the gateway, then that of the route. */
  readonly chain: readonly Middleware[];
}
