import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { duration } from '../../contracts/quantities/quantities.js';
import { registryFields } from './fields.js';
import { registryKind } from './kind.js';

/** Shortest `deregister_critical_service_after`. */
const SHORTEST_NS = 60e9;

const schema = z
  .strictObject({
    ...registryFields,
    kind: field.of(z.literal('consul'), required, 'HashiCorp Consul: checks of each instance.'),
    checkInterval: field.duration(
      '10s',
      'Time from a result of a check to the next check, per instance; the first one comes after a random part ' +
        'of it.',
    ),
    checkTimeout: field.duration(
      '10s',
      'Time after which a check without an answer fails, such as that of a process that hangs. A refused ' +
        'connection fails at once.',
    ),
    failuresBeforeCritical: field.whole(
      0,
      'Consecutive failures that make an instance critical: callers then no longer get it. 0 and 1 both mean ' +
        'the first failure.',
      { max: 1000 },
    ),
    successBeforePassing: field.whole(
      0,
      'Consecutive successes after which a critical or new instance passes. 0 and 1 both mean the first.',
      { max: 1000 },
    ),
    deregisterAfter: field.of(
      duration(),
      absent('never'),
      'Time in the critical state after which a pass every 30s removes an instance. It comes back only with a ' +
        'restart of its process.',
      'duration of at least 1m',
    ),
  })
  .describe('A Consul registry.');

/** HashiCorp Consul. */
export const consul = registryKind({
  kind: 'consul',
  delivers: 'fetch',
  schema,
  resolve({ here, output }) {
    const { checkInterval, checkTimeout, failuresBeforeCritical, successBeforePassing } = output;
    const { deregisterAfter = null } = output;
    if (deregisterAfter !== null && deregisterAfter < SHORTEST_NS) {
      const message = 'expected at least 1m: Consul raises shorter times to it';
      here.in('deregisterAfter').report('FL204', message);
    }
    return {
      options: {
        ...{ checkInterval, checkTimeout, failuresBeforeCritical, successBeforePassing },
        ...(deregisterAfter === null ? {} : { deregisterAfter }),
      },
      membership: {
        by: 'checks',
        intervalNs: checkInterval,
        timeoutNs: checkTimeout,
        failures: failuresBeforeCritical,
        successes: successBeforePassing,
        deregisterNs: deregisterAfter,
      },
      delivery: { by: 'fetch', cacheNs: 0 },
    };
  },
  reference: {
    kind: 'consul',
    component: 'registry',
    summary:
      'A Consul registry. The agent next to each instance checks it every `checkInterval`; callers fetch the ' +
      'instances whose check passes every `refresh`. A new instance is critical until its first check succeeds. ' +
      'While the servers are down, callers keep their lists and changes of the checks wait.',
    sources: [
      'Consul docs: health check configuration reference (interval, timeout, thresholds, deregistration)',
      'hashicorp/consul: agent/checks (random start within the interval), agent reaper every 30 s',
    ],
    example: `faultline: 1
title: Consul finds a process that hangs after its check times out
run: { duration: 2m }
registries: { consul: { kind: consul, replicas: 3, checkInterval: 5s, checkTimeout: 2s } }
services:
  shop: { replicas: 3, discovery: { registry: consul, refresh: 5s }, endpoints: { buy: [ work: 5ms ] } }
  web: { outbound: { shop: { timeout: 1s } }, endpoints: { page: [ call: shop.buy ] } }
workloads:
  users: { arrivals: poisson(20/s), requests: [ { call: web.page } ] }
faults:
  - { id: hangs, kind: hang, target: 'shop[0]', at: 30s, for: 60s }
`,
  },
});
