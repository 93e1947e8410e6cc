import type { PriorityLabel, Priorities } from '../contracts/scenario/balancing.js';
import type { Host } from '../contracts/scenario/host.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import { versionNames, type Versions } from '../contracts/scenario/services.js';
import type { Call } from './calls.js';
import { hostOf } from './demand.js';
import type { Finding } from './rule.js';
import type { Subject } from './subject.js';
import { yamlAt } from './words.js';

/** The labels of `failoverPriority` in which the instances of the callee differ. */
export function separating(
  labels: readonly PriorityLabel[],
  callee: string,
  scenario: Scenario,
): readonly PriorityLabel[] {
  const host = hostOf(scenario, callee);
  return host === undefined ? [] : labels.filter(({ name }) => valuesOf(name, host, scenario) > 1);
}

/** Number of values that a label has at the instances of a component. */
function valuesOf(name: string, host: Host, scenario: Scenario): number {
  const { versions = null } = host as { readonly versions?: Versions | null };
  const names = versionNames(versions);
  const own = names.map((one) => versions?.labels?.get(one)?.get(name));
  if (own.some((value) => value !== undefined)) {
    return new Set(own.map((value) => value ?? host.labels.get(name))).size;
  }
  if (host.labels.has(name)) return 1;
  if (name === 'version') return names.length;
  if (name === 'topology.kubernetes.io/zone') return new Set(host.zones).size;
  return name === 'topology.kubernetes.io/region' ? regionsOf(host, scenario) : 1;
}

function regionsOf({ zones }: Host, { network }: Scenario): number {
  return new Set(zones.map((zone) => network.zones.get(zone ?? '')?.region ?? '')).size;
}

/** Regions of zones without a call whose levels look at them. */
export function idleRegions(subject: Subject): readonly Finding[] {
  const { scenario, calls } = subject;
  const written = [...scenario.network.zones].filter(([, { region }]) => region !== null);
  const [first] = written;
  if (first === undefined || calls.some((call) => looksAtRegions(call, scenario))) return [];
  const path = ['network', 'zones', first[0], 'region'];
  return [
    {
      path,
      entities: [],
      message: 'region changes nothing',
      measured: 'no call has levels of instances (priorities) that are in two regions',
      limit: 'loadBalancing: { priorities: true }, or a mesh of kind istio with outlierDetection',
      fix: yamlAt(
        ['network', 'zones'],
        written.map(([name]) => `${name}: { region: null }`).join('\n'),
      ),
    },
  ];
}

/** Labels of versions that no order of levels names. */
export function idleVersionLabels({ scenario, calls }: Subject): readonly Finding[] {
  const named = new Set(
    calls.flatMap((call) => {
      const callee = hostOf(scenario, call.callee);
      const levels = (call.loadBalancing ?? callee?.loadBalancing)?.common.priorities;
      return (levels?.failoverPriority ?? []).map(({ name }) => `${call.callee} ${name}`);
    }),
  );
  return [...scenario.services, ...scenario.gateways].flatMap(([component, { versions }]) =>
    [...(versions?.labels ?? [])].flatMap(([version, labels]) =>
      [...labels.keys()].flatMap((label): readonly Finding[] => {
        if (named.has(`${component} ${label}`)) return [];
        const section = scenario.gateways.has(component) ? 'gateways' : 'services';
        const path = [section, component, 'versions', version, 'labels', label];
        return [
          {
            path,
            entities: [component],
            message: `the label ${label} of a version changes nothing`,
            measured: `no call to ${component} has it in failoverPriority`,
            limit: `loadBalancing: { priorities: { failoverPriority: [ ${label} ] } }`,
            fix: yamlAt(path.slice(0, -1), `${label}: null`),
          },
        ];
      }),
    ),
  );
}

function looksAtRegions(call: Call, scenario: Scenario): boolean {
  const callee = hostOf(scenario, call.callee);
  if (callee === undefined || regionsOf(callee, scenario) < 2) return false;
  const own = (call.loadBalancing ?? callee.loadBalancing).common.priorities;
  const levels: Priorities | null = own ?? scenario.mesh?.priorities ?? null;
  return levels !== null && levels.backup === null;
}
