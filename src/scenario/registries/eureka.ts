import { byDefault, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { registryFields } from './fields.js';
import { registryKind } from './kind.js';

const schema = z
  .strictObject({
    ...registryFields,
    kind: field.of(z.literal('eureka'), required, 'Netflix Eureka: leases that instances renew.'),
    leaseRenewal: field.duration(
      '30s',
      'Interval at which an instance renews its lease; a new one registers with its first renewal, one interval ' +
        'after its start. The registry expects one renewal per interval of each instance.',
    ),
    leaseDuration: field.duration(
      byDefault('90s', 'it acts as 180s'),
      'Lease of an instance. Eureka adds it twice, so a lease expires `2 x leaseDuration` after its last ' +
        'renewal.',
    ),
    evictionInterval: field.duration(
      '60s',
      'Interval at which the registry removes instances whose lease has expired.',
    ),
    responseCache: field.duration(
      '30s',
      'Interval at which the registry renews the answer that callers fetch. 0s: they get the current state.',
      { allowZero: true },
    ),
    selfPreservation: field.flag(
      true,
      'Whether nothing is evicted while the renewals of the last minute are not above `renewalThreshold` of the ' +
        'expected ones. With 6 instances or fewer and the default interval, one dead instance is enough.',
    ),
    renewalThreshold: field.share(
      '85%',
      'Share of the expected renewals for `selfPreservation`, and of the instances that one eviction keeps at ' +
        'least.',
    ),
    emptyWait: field.duration(
      '5m',
      'Time for which the registry answers no queries when all its servers were down and it starts without ' +
        'entries.',
      { allowZero: true },
    ),
  })
  .describe('A Eureka registry.');

/** Netflix Eureka. */
export const eureka = registryKind({
  kind: 'eureka',
  delivers: 'fetch',
  schema,
  resolve({ here, output }) {
    const { leaseRenewal, leaseDuration, evictionInterval, responseCache } = output;
    const { selfPreservation, renewalThreshold, emptyWait } = output;
    if (leaseDuration < leaseRenewal) {
      const message = 'a lease would end before its renewal: write leaseRenewal or more';
      here.in('leaseDuration').conflict(message);
    }
    return {
      options: {
        ...{ leaseRenewal, leaseDuration, evictionInterval, responseCache },
        ...{ selfPreservation, renewalThreshold, emptyWait },
      },
      membership: {
        by: 'leases',
        expiryNs: 2 * leaseDuration,
        firstExpiryNs: leaseDuration,
        renewalNs: leaseRenewal,
        evictionNs: evictionInterval,
        preserveBelow: selfPreservation ? renewalThreshold : null,
        evictedMost: renewalThreshold,
        emptyWaitNs: emptyWait,
      },
      delivery: { by: 'fetch', cacheNs: responseCache },
    };
  },
  reference: {
    kind: 'eureka',
    component: 'registry',
    summary:
      'A Eureka registry. Instances renew a lease every `leaseRenewal`; one that ends gracefully cancels it. A ' +
      'crashed one is evicted by a pass every `evictionInterval` after twice its lease, unless too few renewals ' +
      'arrive (`selfPreservation`). Callers fetch an answer that is up to `responseCache` old every `refresh`. ' +
      'With the defaults a caller knows of a crash after 150 s to 300 s.',
    sources: [
      'Netflix/eureka: DefaultEurekaServerConfig, DefaultEurekaClientConfig (defaults)',
      'Netflix/eureka: Lease (renew and isExpired both add the duration)',
      'Netflix/eureka: AbstractInstanceRegistry.evict, PeerAwareInstanceRegistryImpl.isLeaseExpirationEnabled',
      'Netflix/eureka: DiscoveryClient (renewal answered 404: registers)',
    ],
    example: `faultline: 1
title: A crashed instance stays in the list of its caller for minutes
run: { duration: 10m }
registries: { eureka: { kind: eureka, selfPreservation: false } }
services:
  shop: { replicas: 3, discovery: { registry: eureka }, endpoints: { buy: [ work: 5ms ] } }
  web: { endpoints: { page: [ call: shop.buy ] } }
workloads:
  users: { arrivals: poisson(20/s), requests: [ { call: web.page } ] }
faults:
  - { id: dies, kind: crash, target: 'shop[0]', at: 1m, for: 8m }
`,
  },
});
