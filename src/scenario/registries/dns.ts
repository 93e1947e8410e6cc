import { field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { duration } from '../../contracts/quantities/quantities.js';
import { registryFields } from './fields.js';
import { registryKind } from './kind.js';

const schema = z
  .strictObject({
    ...registryFields,
    kind: field.of(z.literal('dns'), required, 'DNS: a name with a record per ready instance.'),
    ttl: duration({ allowZero: false })
      .prefault('30s')
      .describe(
        'Time for which a caller uses an answer before it resolves the name again. Unit: duration. Defaults to ' +
          '30s, as in the Corefile of kubeadm.',
      ),
    serveStale: field.flag(
      false,
      'Whether a resolver goes on with an expired answer while the servers do not answer (RFC 8767). With false ' +
        'the name is unknown, and `onEmpty` of the discovery decides.',
    ),
  })
  .describe('DNS servers.');

/** DNS with a record per instance. */
export const dns = registryKind({
  kind: 'dns',
  delivers: 'resolve',
  schema,
  resolve: ({ output: { ttl, serveStale } }) => ({
    options: { ttl, serveStale },
    membership: { by: 'readiness' },
    delivery: { by: 'resolve', ttlNs: ttl, serveStale },
  }),
  reference: {
    kind: 'dns',
    component: 'registry',
    summary:
      'DNS servers that have a record for each ready instance. A caller resolves the name again whenever its ' +
      'answer is older than `ttl`, so it uses an old answer for up to `ttl`. While the servers do not answer, the ' +
      'name is unknown once the answer has expired, except with `serveStale`.',
    sources: [
      'CoreDNS plugins kubernetes (ttl 5 s by default) and cache; kubeadm Corefile (ttl 30)',
      'RFC 8767, serving stale data',
      'RFC 1035, TTL',
    ],
    example: `faultline: 1
title: A name that no longer resolves
run: { duration: 2m }
registries: { names: { kind: dns, replicas: 2, ttl: 10s } }
services:
  shop: { replicas: 2, discovery: { registry: names, mode: dns }, endpoints: { buy: [ work: 5ms ] } }
  web: { endpoints: { page: [ call: shop.buy ] } }
workloads:
  users: { arrivals: poisson(20/s), requests: [ { call: web.page } ] }
faults:
  - { id: no-dns, kind: dns, target: names, mode: error, at: 30s, for: 30s }
`,
  },
});
