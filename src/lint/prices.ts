import type { Host } from '../contracts/scenario/host.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import type { Prices } from '../contracts/scenario/report.js';
import type { Finding } from './rule.js';
import type { Subject } from './subject.js';
import { yamlAt } from './words.js';

interface Need {
  readonly price: keyof Prices;
  readonly measured: string;
  readonly limit: string;
  readonly isMet: (subject: Subject) => boolean;
}

const NEEDS: readonly Need[] = [
  {
    price: 'cpuHour',
    measured: 'every component has unlimited cores',
    limit: 'a component with `cpu`',
    isMet: ({ scenario }) =>
      hostsOf(scenario).some(({ cpu, cpuRequest }) => Number.isFinite(cpuRequest ?? cpu.cores)) ||
      [...scenario.services.values()].some(({ environments }) => environments !== null),
  },
  {
    price: 'memoryGbHour',
    measured: 'no component has a memory limit or requests memory',
    limit: 'a component with `memory` or `resources.requests.memory`',
    isMet: ({ scenario }) =>
      hostsOf(scenario).some(({ memory, requests }) => memory !== null || requests.memory > 0),
  },
  {
    price: 'requests',
    measured: 'there is neither a gateway nor a function',
    limit: 'a gateway or a function',
    isMet: ({ scenario }) =>
      scenario.gateways.size > 0 ||
      [...scenario.services.values()].some(({ environments }) => environments !== null),
  },
  {
    price: 'crossZoneGb',
    measured: 'all instances are in one zone, or no message has a size',
    limit: 'components in two zones, and `requestSize` or `responseSize`',
    isMet: ({ scenario, isSized }) => isSized && zonesOf(scenario) > 1,
  },
  {
    price: 'storageGbMonth',
    measured: 'nothing has `storage`',
    limit: 'a database, a broker or an event store with `storage`',
    isMet: ({ scenario }) => storesOf(scenario).some(({ storageBytes }) => storageBytes > 0),
  },
];

/** Prices of resources that nothing uses. */
export function idlePrices(subject: Subject): readonly Finding[] {
  const { prices } = subject.scenario.report;
  if (prices === null) return [];
  return NEEDS.filter(({ price, isMet }) => prices[price] > 0 && !isMet(subject)).map(
    ({ price, measured, limit }) => ({
      path: ['report', 'prices', price],
      entities: [],
      message: `${price} changes no cost`,
      measured,
      limit,
      fix: yamlAt(['report', 'prices'], `${price}: 0`),
      everywhere: true,
    }),
  );
}

function hostsOf({ services, gateways, databases, eventStores }: Scenario): readonly Host[] {
  const own = [...services.values(), ...gateways.values()].filter(
    (host) => !('external' in host && host.external),
  );
  return [...own, ...databases.values(), ...eventStores.values()];
}

function storesOf({ databases, brokers, eventStores }: Scenario): readonly Host[] {
  return [...databases.values(), ...brokers.values(), ...eventStores.values()];
}

/** Disks without a price. */
export function idleStorage({ scenario }: Subject): readonly Finding[] {
  const { databases, brokers, eventStores, report } = scenario;
  if ((report.prices?.storageGbMonth ?? 0) > 0) return [];
  const sections = { databases, brokers, eventStores };
  return Object.entries(sections).flatMap(([section, hosts]) =>
    [...hosts.values()]
      .filter(({ storageBytes }) => storageBytes > 0)
      .map(({ name }) => ({
        path: [section, name, 'storage'],
        entities: [name],
        message: `storage of ${name} changes no cost`,
        measured: 'disk has no price',
        limit: '`report.prices.storageGbMonth`',
        fix: yamlAt(['report', 'prices'], 'storageGbMonth: 0.1'),
        everywhere: true,
      })),
  );
}

function zonesOf({ services, gateways, databases, workloads }: Scenario): number {
  const hosts = [...services.values(), ...gateways.values(), ...databases.values()];
  const zones = hosts.flatMap((host) => host.zones);
  const users = [...workloads.values()].map(({ zone }) => zone);
  return new Set([...zones, ...users].filter((zone) => zone !== null)).size;
}
