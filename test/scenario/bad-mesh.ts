import type { BadCase } from './bad-input.js';

const meshed = (mesh: string): readonly [string, string] => [
  'keys: { product',
  `mesh: { ${mesh} }\nkeys: { product`,
];

/** Mistakes in a service mesh. */
export const BAD_MESH: readonly BadCase[] = [
  {
    title: 'a database in a mesh',
    edit: meshed('kind: istio, services: [orders, orders-db]'),
    code: 'FL208',
    at: 'orders-db]',
    says: 'beside services and gateways only',
  },
  {
    title: 'an unknown service in a mesh',
    edit: meshed('kind: istio, services: [orders, paymets]'),
    code: 'FL404',
    at: 'paymets]',
    says: 'there is no service paymets',
  },
  {
    title: 'an unknown kind of mesh',
    edit: meshed('kind: isto'),
    code: 'FL206',
    at: 'isto }',
    says: 'must be one of',
  },
  {
    title: 'a mesh without a kind',
    edit: meshed('services: all'),
    code: 'FL203',
    at: 'mesh:',
    says: 'is required: one of istio',
  },
  {
    title: 'a custom mesh without figures',
    edit: meshed('kind: custom, proxy: { work: 1ms }'),
    code: 'FL203',
    at: '{ work: 1ms }',
    says: 'write latency',
  },
  {
    title: 'a waypoint of sidecars',
    edit: meshed('kind: istio, waypoint: {}'),
    code: 'FL208',
    at: '{} }',
    says: 'remove waypoint',
  },
  {
    title: 'policies of an ambient mesh without a waypoint',
    edit: meshed('kind: istioAmbient, policy: plain'),
    code: 'FL208',
    at: 'policy: plain }',
    says: 'write `waypoint: {}`',
  },
  {
    title: 'routes of an ambient mesh without a waypoint',
    edit: meshed('kind: istioAmbient, routes: { payments: [ { to: orders } ] }'),
    code: 'FL208',
    at: 'routes: { payments',
    says: 'cannot route calls',
  },
  {
    title: 'a waypoint outside the mesh',
    edit: meshed('kind: istioAmbient, services: [orders], waypoint: { services: [payments] }'),
    code: 'FL208',
    at: '[payments]',
    says: 'outside the mesh',
  },
  {
    title: 'a policy of the mesh for a callee without a waypoint',
    edit: meshed(
      'kind: istioAmbient, waypoint: { services: [orders] }, outbound: { payments: plain }',
    ),
    code: 'FL208',
    at: 'payments: plain',
    says: 'has no waypoint',
  },
  {
    title: 'a fallback of a proxy',
    edit: meshed('kind: istio, policy: { fallback: {} }'),
    code: 'FL208',
    at: '{} } }',
    says: 'a proxy has no response of its own',
  },
  {
    title: 'an idempotency key of a proxy',
    edit: meshed('kind: istio, policy: { idempotencyKey: request }'),
    code: 'FL208',
    at: 'request } }',
    says: 'only the application knows',
  },
  {
    title: 'a client of a proxy',
    edit: meshed('kind: istio, policy: { client: blocking, timeout: 1s }'),
    code: 'FL208',
    at: 'blocking, timeout',
    says: 'a proxy ends its calls at their limit',
  },
  {
    title: 'a store of a proxy',
    edit: meshed(
      'kind: istio, policy: { rateLimit: { rate: 5/s, scope: global, store: { latency: 1ms } } }',
    ),
    code: 'FL208',
    at: '{ latency: 1ms }',
    says: 'cannot be in a store',
  },
  {
    title: 'a policy of the mesh for a database',
    edit: meshed('kind: istio, outbound: { orders-db: plain }'),
    code: 'FL208',
    at: 'orders-db: plain',
    says: 'do not pass the mesh',
  },
  {
    title: 'a policy of the mesh for an unknown callee',
    edit: meshed('kind: istio, outbound: { paymets: plain }'),
    code: 'FL404',
    at: 'paymets: plain',
    says: 'there is no component paymets',
  },
  {
    title: 'two default policies of the mesh',
    edit: meshed('kind: istio, policy: plain, outbound: { default: plain }'),
    code: 'FL208',
    at: 'default: plain }',
    says: 'the same bundle',
  },
  {
    title: 'a route of the mesh to an unknown service',
    edit: meshed('kind: istio, routes: { payments: [ { to: paymets } ] }'),
    code: 'FL404',
    at: 'paymets } ]',
    says: 'there is no service paymets',
  },
  {
    title: 'a route of the mesh of a gateway',
    edit: meshed('kind: istio, routes: { edge: [ { to: payments } ] }'),
    code: 'FL208',
    at: 'edge: [ { to',
    says: 'routes calls of services only',
  },
  {
    title: 'a route of the mesh to a service without the endpoint',
    edit: meshed('kind: istio, routes: { payments: [ { to: orders } ] }'),
    code: 'FL404',
    at: 'orders } ]',
    says: 'has no endpoint charge',
  },
  {
    title: 'weights of a route of the mesh that are all 0',
    edit: meshed('kind: istio, routes: { payments: [ { to: { payments: 0 } } ] }'),
    code: 'FL208',
    at: '{ payments: 0 }',
    says: 'a weight above 0',
  },
  {
    title: 'routes of the mesh that do not match all calls',
    edit: meshed(
      'kind: istio, routes: { payments: [ { match: { headers: { a: b } }, to: payments } ] }',
    ),
    code: 'FL208',
    at: '[ { match',
    says: 'answered 404',
  },
  {
    title: 'a route of the mesh that no call reaches',
    edit: meshed(
      'kind: istio, routes: { payments: [ { to: payments }, { match: { headers: { a: b } }, to: payments } ] }',
    ),
    code: 'FL208',
    at: '{ match',
    says: 'move it to the end',
  },
];
