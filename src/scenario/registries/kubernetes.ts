import { field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { distribution } from '../../contracts/quantities/quantities.js';
import { registryFields } from './fields.js';
import { registryKind } from './kind.js';

const schema = z
  .strictObject({
    ...registryFields,
    kind: field.of(
      z.literal('kubernetes'),
      required,
      'Endpoints of Kubernetes: the control plane sends changes of readiness.',
    ),
    propagation: distribution()
      .prefault('1s')
      .describe(
        'Time from a change of readiness until a caller, or the kube-proxy on its node, has it: EndpointSlice ' +
          'controller, watch, and sync of the rules; drawn for each caller and change, in order. Unit: ' +
          'distribution. Defaults to 1s, `iptables.minSyncPeriod`.',
      ),
  })
  .describe('The endpoints of a Kubernetes cluster.');

/** Endpoints of Kubernetes. */
export const kubernetes = registryKind({
  kind: 'kubernetes',
  delivers: 'push',
  schema,
  resolve: ({ output: { propagation } }) => ({
    options: { propagation },
    membership: { by: 'readiness' },
    delivery: { by: 'push', delay: propagation },
  }),
  reference: {
    kind: 'kubernetes',
    component: 'registry',
    summary:
      'The endpoints of a Kubernetes cluster, with its control plane as the servers. Readiness decides (probes, or ' +
      'whether the process runs), and each change reaches each caller after `propagation`. While the control plane ' +
      'is down, callers keep their endpoints; when it returns, it sends the changes that they lack.',
    sources: [
      'Kubernetes docs: EndpointSlices; kube-proxy configuration (iptables.minSyncPeriod 1 s)',
      'Kubernetes docs: pod lifecycle (terminating pods leave the endpoints while they still run)',
    ],
    example: `faultline: 1
title: Callers learn of a stopped pod two seconds late
run: { duration: 30s }
registries: { cluster: { kind: kubernetes, replicas: 3, propagation: 2s } }
services:
  shop: { replicas: 3, discovery: { registry: cluster }, endpoints: { buy: [ work: 5ms ] } }
  web: { endpoints: { page: [ call: shop.buy ] } }
workloads:
  users: { arrivals: poisson(100/s), requests: [ { call: web.page } ] }
faults:
  - { id: dies, kind: crash, target: 'shop[0]', at: 10s, for: 10s }
`,
  },
});
