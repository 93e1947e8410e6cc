import type { Distribution } from '../kernel/distribution.js';
import { routeOf } from '../language/routes.js';
import type { PlanInstance } from '../contracts/plan/plan.js';
import type { Gateway, Scenario } from '../contracts/scenario/scenario.js';
import { byCodeUnit } from '../text/order.js';
import { commitsOf } from './commits.js';
import { incomingOf, type Incoming } from './incoming.js';
import type { LaidComponent, LaidPart, Layout, NamedPart, Source } from './layout.js';
import { isModule, UNMATCHED } from './layout.js';
import { localitiesOf } from './levels.js';
import { guestsOf, moduleSources } from './modules/index.js';
import type { Problems } from './problem.js';

const NOTHING: readonly Incoming[] = [];
const NO_COMMITS: readonly (readonly [string, Distribution])[] = [];

/**
 * Numbers components, parts, instances and zones in code-unit order of their names. `scenarios`: that of the file, then
 * those of its configuration changes, which can have more replicas and other calls.
 */
export function layOut(scenarios: readonly [Scenario, ...Scenario[]], problems: Problems): Layout {
  const [scenario] = scenarios;
  const sources = sourcesOf(scenario);
  const zones = zonesOf(scenario, sources);
  const incoming = incomingOf(scenarios);
  const commits = commitsOf(scenarios);
  const components: LaidComponent[] = [];
  const parts: LaidPart[] = [];
  const instances: PlanInstance[] = [];
  for (const [name, source] of sources) {
    const own: LaidPart[] = [];
    const component: LaidComponent = {
      id: components.length,
      name,
      kind: source.kind,
      source,
      parts: own,
      firstInstance: instances.length,
      zones: mostPlaces(scenarios, name, source).map((zone) =>
        zone === null ? -1 : zones.indexOf(zone),
      ),
    };
    const noEffect =
      source.kind === 'gateway' && asksWithoutEffect(source.host, incoming.get(name) ?? NOTHING);
    const ends = commits.get(name) ?? NO_COMMITS;
    const named = [...partsOf(source, scenario, noEffect, ends, problems)];
    for (const [part, partSource] of named.sort(([a], [b]) => byCodeUnit(a, b))) {
      const laid = { id: parts.length, name: part, component, source: partSource };
      own.push(laid);
      parts.push(laid);
    }
    component.zones.forEach((zone, index) =>
      instances.push({ component: component.id, index, zone }),
    );
    components.push(component);
  }
  return {
    components,
    byName: new Map(components.map((component) => [component.name, component])),
    parts,
    instances,
    zones,
    localities: localitiesOf(scenario, zones, components),
    incoming,
  };
}

function sourcesOf(scenario: Scenario): readonly (readonly [string, Source])[] {
  const all: (readonly [string, Source])[] = [...moduleSources(scenario)];
  for (const [name, workload] of scenario.workloads)
    all.push([name, { kind: 'workload', workload }]);
  for (const [name, host] of scenario.gateways) all.push([name, { kind: 'gateway', host }]);
  for (const [name, host] of scenario.services) all.push([name, { kind: 'service', host }]);
  for (const [name, host] of scenario.databases) all.push([name, { kind: 'database', host }]);
  return all.sort(([a], [b]) => byCodeUnit(a, b));
}

function zonesOf(scenario: Scenario, sources: readonly (readonly [string, Source])[]) {
  const zones = new Set(scenario.network.zones.keys());
  for (const [, source] of sources) {
    for (const zone of placesOf(source)) if (zone !== null) zones.add(zone);
  }
  return [...zones].sort(byCodeUnit);
}

/** Zone of each instance that the component can have. */
function mostPlaces(
  scenarios: readonly Scenario[],
  name: string,
  source: Source,
): readonly (string | null)[] {
  let most = placesOf(source);
  for (const { services, gateways } of scenarios) {
    const zones = (services.get(name) ?? gateways.get(name))?.zones ?? [];
    if (zones.length > most.length) most = zones;
  }
  return most;
}

/** Zone of each instance. A workload is one pseudo-instance. */
function placesOf(source: Source): readonly (string | null)[] {
  if (source.kind === 'workload') return [source.workload.zone];
  return isModule(source) ? source.zones : source.host.zones;
}

function partsOf(
  source: Source,
  scenario: Scenario,
  unmatched: boolean,
  commits: readonly (readonly [string, Distribution])[],
  problems: Problems,
): readonly NamedPart[] {
  if (isModule(source)) return source.parts;
  switch (source.kind) {
    case 'workload': {
      const { workload } = source;
      return workload.requests.map((request) => [
        request.name,
        { kind: 'request', request, workload },
      ]);
    }
    case 'gateway':
      return partsOfGateway(source.host, unmatched, problems);
    case 'service': {
      const { host: service } = source;
      const parts = [...service.endpoints].map(([name, endpoint]): NamedPart => [
        name,
        { kind: 'endpoint', endpoint, service },
      ]);
      return [...parts, ...guestsOf(scenario, service.name)];
    }
    case 'database': {
      const { host: database } = source;
      const parts = [...database.operations].map(([name, operation]): NamedPart => [
        name,
        { kind: 'operation', operation, database },
      ]);
      const ends = commits.map(([name, time]): NamedPart => [
        name,
        { kind: 'commit', time, database },
      ]);
      return [...parts, ...ends];
    }
  }
}

function partsOfGateway(
  gateway: Gateway,
  unmatched: boolean,
  problems: Problems,
): readonly NamedPart[] {
  const parts = gateway.routes.map((route): NamedPart => [
    route.name,
    { kind: 'route', route, gateway },
  ]);
  if (!unmatched) return parts;
  if (parts.some(([name]) => name === UNMATCHED)) {
    const message = `the name \`${UNMATCHED}\` stands for requests without a route`;
    problems.add('FL706', `gateways.${gateway.name}.routes`, message);
  }
  return [...parts, [UNMATCHED, { kind: 'unmatched' }]];
}

/** Whether any request to a gateway matches none of its routes. */
function asksWithoutEffect(gateway: Gateway, incoming: readonly Incoming[]): boolean {
  return incoming.some(({ line }) => routeOf(gateway, line) === null);
}
