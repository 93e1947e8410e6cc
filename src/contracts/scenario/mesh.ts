import { z } from 'zod';
import type { Distribution } from '../../kernel/distribution.js';
import { CALL_PATTERN, nameText, REFERENCE_PATTERN, withShort } from '../fields/common.js';
import { entry, type Explicit, type Filled } from '../fields/entry.js';
import { absent, byDefault, byKind, field, required } from '../fields/field.js';
import { valuesOf } from '../fields/kinds.js';
import { distribution } from '../quantities/quantities.js';
import type { Priorities } from './balancing.js';
import type { LoadBalancing } from './policies.js';
import type { Bundle } from './steps.js';

function services(text: string) {
  return z
    .union([z.literal('all'), z.array(nameText()).min(1)])
    .default('all')
    .describe(text);
}

const costFields = {
  work: distribution()
    .optional()
    .describe(
      'CPU time of a pass, request and response together, on a worker of the proxy; passes queue for a free worker. ' +
        'Unit: distribution. Defaults by kind; required with custom.',
    ),
  latency: distribution()
    .optional()
    .describe(
      'Time of a pass beside its work. It holds no worker. Unit: distribution. Defaults by kind; required with custom.',
    ),
  workers: field.limit(
    byKind('istio and istioAmbient 2, linkerd 1; custom unlimited'),
    'Worker threads of a proxy. It saturates when passes per second x `work` exceed them.',
  ),
};
type WrittenCost = Explicit<typeof costFields>;

/** Cost of one pass through a proxy. */
export interface ProxyCost extends Filled<WrittenCost, keyof WrittenCost> {}

const workers = 'concurrency';

const proxy = entry(
  {
    ...costFields,
    handshakeWork: field.cost(
      byKind('istio and istioAmbient 1.5ms (RSA 2048), linkerd 0.3ms (ECDSA P-256), custom 0ms'),
      'CPU time of the proxy of the callee for a handshake with mutual TLS. Has an effect only on calls with ' +
        '`connections`.',
    ),
  },
  undefined,
  { workers },
)
  .prefault({})
  .describe(
    'Proxy of each instance. A call passes that of the caller and that of the callee, where they are inside the mesh.',
  );

const waypointSchema = entry(
  {
    services: services(
      'Services with a waypoint: `all` in the mesh, or a list. Unit: names. Defaults to all.',
    ),
    ...costFields,
    replicas: field.limit(1, 'Proxies of one waypoint: their workers share one queue.'),
  },
  undefined,
  { workers },
);
type WrittenWaypoint = z.output<typeof waypointSchema>;

/** Shared proxies in front of services, which apply the policies of a mesh without sidecars. */
interface Waypoint extends ProxyCost, Pick<WrittenWaypoint, 'replicas'> {
  /** Services that have one, in code-unit order. */
  readonly services: readonly string[];
}

const waypoint = field.of(
  waypointSchema,
  absent(),
  'Shared proxies in front of services, for kind istioAmbient: calls from inside the mesh pass that of the ' +
    'called service too. `latency` includes the way to it.',
);

const match = field.of(
  z.strictObject({
    headers: field.of(
      z.record(
        z.string().min(1).max(200),
        z.union([z.string().max(10_000), z.array(z.string().max(10_000)).min(1)]),
      ),
      required,
      'Headers with a value, or a list of values of which one must match.',
    ),
  }),
  absent('all'),
  'Requests that the route takes.',
);

const route = entry(
  {
    name: nameText().optional().describe('Name, for the reader.'),
    match,
    to: field.of(
      withShort(z.record(z.string().regex(CALL_PATTERN), z.number().min(0).max(1e9)), {
        type: 'string',
        pattern: CALL_PATTERN.source,
      }),
      required,
      'Service that gets the call, or services with weights; it needs an endpoint of the same name. ' +
        '`reviews@v2` is one version of a service, as a subset is.',
    ),
  },
  'A route of the mesh.',
);
export type WrittenMeshRoute = z.output<typeof route>;

/** A route of the mesh for the calls of a service. */
export interface MeshRoute {
  readonly name: string;
  /** Header name and accepted values, of which one must be present; empty = all calls. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** Services that get the call, with weights. */
  readonly to: readonly MeshTarget[];
}

/** A destination of a route of the mesh. */
export interface MeshTarget {
  readonly service: string;
  /** Only the instances of this version are called, as a subset; absent = those of all versions. */
  readonly version?: string;
  readonly weight: number;
}

/** `mesh`: the proxies between services. */
export function meshSchema<K extends string, B>(
  kinds: readonly { readonly kind: K; readonly summary: string }[],
  bundle: z.ZodType<B>,
) {
  const kindText = kinds.map(({ kind, summary }) => `\`${kind}\`: ${summary}`).join(' ');
  return entry(
    {
      kind: field.of(
        valuesOf<K>(z.enum(kinds.map(({ kind }) => kind))),
        required,
        `Product whose figures and default policies apply. ${kindText}`,
      ),
      services: services(
        'Services and gateways inside the mesh: `all` except external ones, or a list. Functions, databases, caches ' +
          'and brokers are outside. Unit: names. Defaults to all.',
      ),
      proxy,
      waypoint,
      mtls: field.of(
        z.boolean(),
        true,
        'Whether connections between proxies use mutual TLS: one more round trip, `handshakeWork`, and ' +
          'certificates that `certExpiry` can expire. Has an effect only on calls with `connections`.',
      ),
      policy: field.of(
        bundle,
        byKind('istio retries failed connections twice, the others nothing'),
        'Bundle of the proxy for all calls from inside the mesh to services and gateways, inside the policies of ' +
          'the application: three tries there and three here are nine. `none` also removes the default policies of ' +
          'the kind.',
      ),
      outbound: withShort(z.record(z.string().regex(REFERENCE_PATTERN), bundle), {
        type: 'string',
        description: 'Bundle of all calls: the same as `policy`.',
      })
        .optional()
        .describe(
          'Bundles of the proxy by callee or `callee.endpoint`. They replace `policy` and are not merged with it.',
        ),
      routes: z
        .record(nameText(), z.array(route).min(1))
        .optional()
        .describe(
          'Routes by called service, for calls from inside the mesh: the first one that matches decides, and the last ' +
            'one has no match. A route is chosen once for a call of the application.',
        ),
      configPropagation: field.cost(
        byDefault('0ms', 'that of the platform applies'),
        'Time from a change of the ready instances of a service in the mesh until a proxy has the new list, drawn ' +
          'for each proxy; it replaces `platform.endpointPropagation` for calls from inside the mesh.',
      ),
    },
    'Service mesh: proxies between services.',
  );
}

type WrittenMesh = z.output<ReturnType<typeof meshSchema<string, unknown>>>;

/** A service mesh: proxies beside the instances of its services. */
export interface Mesh extends Pick<WrittenMesh, 'kind' | 'mtls'> {
  /** Services and gateways inside, in code-unit order. */
  readonly services: readonly string[];
  readonly proxy: ProxyCost;
  /** CPU time of the proxy of the callee for a TLS handshake. */
  readonly handshakeWork: Distribution;
  /** Waypoints apply the policies; without one nothing does. False = the proxies of the callers do. */
  readonly byWaypoints: boolean;
  readonly waypoint: Waypoint | null;
  /** Balancing of calls from inside the mesh whose bundle and callee have none; null = as without the mesh. */
  readonly loadBalancing: LoadBalancing | null;
  /** Levels of calls whose callers eject instances; missing = none. */
  readonly priorities?: Priorities;
  /** Services and gateways with `loadBalancing` of their own. */
  readonly balanced: readonly string[];
  /** Bundle of the proxy for calls without one in `outbound`; null = no policies. */
  readonly policy: Bundle | null;
  /** Bundles by callee or `callee.endpoint`. */
  readonly outbound: ReadonlyMap<string, Bundle>;
  /** By called service: the first route that matches takes the call. */
  readonly routes: ReadonlyMap<string, readonly MeshRoute[]>;
  /** Delay until a proxy has a changed list of endpoints; null = that of the platform. */
  readonly configPropagation: Distribution | null;
}
