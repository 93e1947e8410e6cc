import type { ComponentKind } from '../../contracts/component-kind.js';
import { NODES } from '../../contracts/scenario/nodes.js';
import type { ModuleSection } from '../../contracts/scenario/modules.js';
import { MODULES, SECTIONS } from '../modules/index.js';
import type { ModuleSections, ScenarioOutput } from '../schema/scenario-output.js';
import type { WrittenProbes } from '../../contracts/scenario/probes.js';
import { checksOf } from '../sections/probes.js';
import { balancedServices, balancerName } from './balancers.js';
import {
  type NamedThing,
  type Names,
  type Raise,
  BUILT_IN_KEYS,
  checkPart,
  checkParts,
  notCalled,
  reservedText,
  routeNames,
  sorted,
  versionsWritten,
} from './names.js';

/** The fields of a service or function that give names; only services have probes and versions. */
type Written = Parameters<typeof versionsWritten>[0] & {
  readonly endpoints: object;
  readonly probes?: WrittenProbes | null;
  readonly versions?: Readonly<Record<string, { readonly probes?: WrittenProbes | null }>> | null;
};

const NO_VERSIONS: NamedThing['versions'] = new Map();

/** Adds a component with its parts, unless its name is taken. */
type Add = (
  kind: ComponentKind,
  section: string,
  name: string,
  parts: readonly string[],
  instead?: NamedThing['instead'],
  versions?: NamedThing['versions'],
) => void;

type Claim = (section: string, name: string, at?: readonly string[]) => boolean;

/** Collects all names and reports duplicate, reserved and ambiguous ones. Parts of workloads are added later. */
export function collectNames(
  scenario: ScenarioOutput,
  broken: ReadonlySet<string>,
  raise: Raise,
): Names {
  const things = new Map<string, NamedThing>();
  const claim = claimer(raise);
  const add: Add = (kind, section, name, parts, instead = null, versions = NO_VERSIONS) => {
    if (claim(section, name)) things.set(name, { kind, section, parts, versions, instead });
  };
  addHosts(scenario, add, raise);
  claimBalancers(scenario, claim, things);
  checkOutboxes(scenario, raise);
  for (const [name, { operations }] of sorted(scenario.databases)) {
    const parts = partsOf(operations, ['databases', name, 'operations'], raise);
    add('database', 'databases', name, parts, QUERIED);
  }
  const addSection = <S extends ModuleSection>(section: S): void => {
    const { kind, parts, instead } = MODULES[section];
    const entries: ModuleSections[S] = (scenario as ModuleSections)[section];
    for (const [name, output] of sorted(entries)) {
      add(kind, section, name, parts({ name, output, scenario, raise }), instead);
    }
  };
  for (const section of SECTIONS) addSection(section);
  for (const [name] of sorted(scenario.workloads))
    add('workload', 'workloads', name, [], notCalled);
  const zones = sorted(scenario.network.zones).map(([name]) => name);
  for (const zone of zones) claim('network.zones', zone, ['network', 'zones', zone]);
  const { nodes } = scenario.platform;
  if (nodes !== null) claim('platform.nodes', NODES, ['platform', 'nodes']);
  for (const [name] of sorted(scenario.policies)) {
    const reserved = reservedText(name);
    if (reserved !== null) raise('FL403', ['policies', name], reserved);
  }
  const keys = sorted(scenario.keys).map(([name]) => name);
  for (const key of keys) {
    if (BUILT_IN_KEYS.has(key)) raise('FL403', ['keys', key], `${key} is a built-in key`);
  }
  const most = nodes === null ? 0 : Math.max(nodes.count, nodes.max ?? 0);
  const regions = new Set(sorted(scenario.network.zones).flatMap(([, { region }]) => region ?? []));
  return {
    things,
    zones: new Set(zones),
    regions,
    labels: labelsOf(scenario),
    nodes: most,
    keys,
    broken,
    offers: new Map(),
  };
}

function labelsOf({ services, gateways }: ScenarioOutput): ReadonlySet<string> {
  const hosts = [...sorted(services), ...sorted(gateways)].map(([, host]) => host);
  const all = hosts.flatMap(({ labels, versions }) => [
    labels,
    ...sorted(versions).map(([, version]) => version.labels),
  ]);
  return new Set(all.flatMap((one) => sorted(one).map(([name]) => name)));
}

/** Adds gateways, services and functions. */
function addHosts(scenario: ScenarioOutput, add: Add, raise: Raise): void {
  for (const [name, output] of sorted(scenario.gateways)) {
    const { routes } = output;
    const written = routes.flatMap((route, index) =>
      route.name === null
        ? []
        : [{ name: route.name, path: ['gateways', name, 'routes', index, 'name'] }],
    );
    checkParts(written, 'route', name, raise);
    add('gateway', 'gateways', name, routeNames(routes), null, versionsWritten(output));
  }
  for (const section of ['services', 'functions'] as const) {
    for (const [name, output] of sorted<Written>(scenario[section])) {
      const parts = partsOf(output.endpoints, [section, name, 'endpoints'], raise);
      add('service', section, name, [...parts, ...checksOf(output)], null, versionsWritten(output));
    }
  }
}

const QUERIED = (name: string, operation: string | null): string =>
  `${name} is a database: write query: ${name}.${operation ?? 'OPERATION'}`;

/** Returns a function that registers a name and reports whether it was free. */
function claimer(raise: Raise): Claim {
  const taken = new Map<string, string>();
  return (section, name, at = [section, name]) => {
    const reserved = reservedText(name);
    if (reserved !== null) {
      raise('FL403', at, reserved);
      return false;
    }
    const other = taken.get(name);
    if (other !== undefined) {
      const message =
        `duplicate name ${name}: it is already used in ${other}, and names must be unique ` +
        'across sections';
      raise('FL402', at, message);
      return false;
    }
    taken.set(name, section);
    return true;
  };
}

/** Adds the balancers in front of services. */
function claimBalancers(
  scenario: ScenarioOutput,
  claim: Claim,
  things: Map<string, NamedThing>,
): void {
  for (const { name, endpoints } of balancedServices(scenario)) {
    const own = balancerName(name);
    const at = ['services', name, 'discovery', 'mode'];
    if (!claim(`services (the balancer of ${name})`, own, at)) continue;
    const place = { kind: 'gateway', section: 'services' } as const;
    things.set(own, { ...place, parts: endpoints, instead: null, versions: NO_VERSIONS });
  }
}

/** Reports an endpoint with the name of the outbox relay, which is a part of the service. */
function checkOutboxes({ services }: ScenarioOutput, raise: Raise): void {
  for (const [name, { endpoints, outbox }] of sorted(services)) {
    if (outbox === null || !Object.hasOwn(endpoints, 'outbox')) continue;
    const message =
      'outbox is reserved for the relay that publishes outbox rows: choose another name';
    raise('FL402', ['services', name, 'endpoints', 'outbox'], message);
  }
}

/** Names of endpoints or operations. Reports invalid ones. */
function partsOf(all: object, path: readonly string[], raise: Raise): readonly string[] {
  const parts = Object.keys(all);
  for (const part of parts) checkPart(part, [...path, part], raise);
  return parts;
}
