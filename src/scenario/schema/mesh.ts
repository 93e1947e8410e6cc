import { valuesOf } from '../../contracts/fields/kinds.js';
import { absent, byDefault, byKind, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { distribution } from '../../contracts/quantities/quantities.js';
import { MESH_KINDS, type MeshKindName } from '../meshes/index.js';
import type { BundleOutput } from './bundle.js';
import {
  CALL_PATTERN,
  nameText,
  REFERENCE_PATTERN,
  withShort,
} from '../../contracts/fields/common.js';

const kindText = MESH_KINDS.map(({ kind, summary }) => `\`${kind}\`: ${summary}`).join(' ');

function services(text: string) {
  return z
    .union([z.literal('all'), z.array(nameText()).min(1)])
    .default('all')
    .describe(text);
}

/** Fields of the cost of a pass. */
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
  concurrency: field.limit(
    byKind('istio and istioAmbient 2, linkerd 1; custom unlimited'),
    'Worker threads of a proxy. It saturates when passes per second x `work` exceed them.',
  ),
};

const proxy = z
  .strictObject({
    ...costFields,
    handshakeWork: field.cost(
      byKind('istio and istioAmbient 1.5ms (RSA 2048), linkerd 0.3ms (ECDSA P-256), custom 0ms'),
      'CPU time of the proxy of the callee for a handshake with mutual TLS. Has an effect only on calls with ' +
        '`connections`.',
    ),
  })
  .prefault({})
  .describe(
    'Proxy of each instance. A call passes that of the caller and that of the callee, where they are inside the mesh.',
  );

const waypoint = field.of(
  z.strictObject({
    services: services(
      'Services with a waypoint: `all` in the mesh, or a list. Unit: names. Defaults to all.',
    ),
    ...costFields,
    replicas: field.limit(1, 'Proxies of one waypoint: their workers share one queue.'),
  }),
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

const route = z
  .strictObject({
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
  })
  .describe('A route of the mesh.');
export type MeshRouteOutput = z.output<typeof route>;

/** `mesh`: the proxies between services. */
export function meshSchema(bundle: z.ZodType<BundleOutput>) {
  return z
    .strictObject({
      kind: field.of(
        valuesOf<MeshKindName>(z.enum(MESH_KINDS.map(({ kind }) => kind))),
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
        byKind('istio retries 503 and failed connections twice, the others nothing'),
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
    })
    .describe('Service mesh: proxies between services.');
}
export type MeshOutput = z.output<ReturnType<typeof meshSchema>>;
