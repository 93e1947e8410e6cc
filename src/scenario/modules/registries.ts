import type { Registry } from '../../contracts/scenario/registries.js';
import { plainHost } from '../resolve/plain-host.js';
import { resolvePlacement } from '../resolve/placement.js';
import { REGISTRY_KINDS, registryKindOf, registrySchema } from '../registries/index.js';
import { none, nothing, unchanged, type Entry, type Module } from './kind.js';
import { FREE_CPU } from '../../contracts/scenario/process.js';

/** Faults that act on the servers of a registry or on what they know. */
const HITTING: ReadonlySet<string> = new Set([
  'crash',
  'hang',
  'pause',
  'partition',
  'zoneOutage',
  'dns',
  'freeze',
]);

/** Service registries: servers that know the instances of services. */
export const registries: Module<'registries'> = {
  kind: 'registry',
  summary: 'Service registries, in which services and gateways are registered by `discovery`.',
  reference: REGISTRY_KINDS.map(({ reference }) => reference),
  example: REGISTRY_KINDS[0].reference.example,
  schema: () => registrySchema,
  expand: unchanged,
  inherit: unchanged,
  visit: unchanged,
  parts: none,
  instead: (name) => `${name} is a registry: write discovery: { registry: ${name} } in a service`,
  lags: none,
  resolve: resolveRegistry,
  subject: ({ replicas }) => ({ parts: [], instances: replicas }),
  host: (own) => own,
  calls: nothing,
  check: nothing,
  target: ({ here, kind, name }) => {
    if (HITTING.has(kind.kind)) return 'asHost';
    const message =
      `${name} is a registry, which serves no requests: expected a fault that stops or separates its ` +
      `servers (${[...HITTING].join(' ')})`;
    here.report('FL405', message);
    return 'checked';
  },
};

function resolveRegistry({ here, name, output }: Entry<'registries'>): Registry {
  const rules = registryKindOf(output.kind)!.resolve({ here, output: output as never });
  const placement = resolvePlacement(here, output.replicas ?? null, output.zone ?? null);
  return {
    ...plainHost(name, { ...output, critical: false }, { ...placement, cpu: FREE_CPU }),
    kind: output.kind,
    ...rules,
  };
}
