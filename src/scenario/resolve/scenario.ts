import type { Database } from '../../contracts/scenario/database.js';
import type { Host } from '../../contracts/scenario/host.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import type { Workload } from '../../contracts/scenario/workloads.js';
import type { Service } from '../../contracts/scenario/services.js';
import type { Bundle } from '../../contracts/scenario/steps.js';
import { resolveAlerts } from '../alerts/resolve.js';
import { clusterNamed } from '../clusters.js';
import type { Problems } from '../diagnostics.js';
import { namesOf } from '../expectations.js';
import type { ReadFile } from '../include.js';
import { locate, type MapNode, type Node } from '../located.js';
import { checkLimits } from '../limits.js';
import type { FrameOutput } from '../schema/scenario.js';
import type { ScenarioOutput } from '../schema/scenario-output.js';
import { MODULES, moduleOf, SECTIONS } from '../modules/index.js';
import { checkLags } from '../sections/autoscaling.js';
import { resolveBundle } from './bundles.js';
import { resolveClusters } from './owners.js';
import { cursorAt, type Context } from './context.js';
import { checkConditions } from './fault-conditions.js';
import { resolveFaults } from './faults.js';
import { callGraph, certainCycle, cycleText, type CallGraph } from './graph.js';
import { checkAccount } from './function-kinds.js';
import { resolveFunction } from './functions.js';
import { resolveGateways } from './gateways.js';
import { resolveDatabase } from '../sections/databases.js';
import { resolveMesh } from './mesh/mesh.js';
import { moduleHosts, resolveModules } from './modules.js';
import { collectNames } from './collect-names.js';
import { mapOf, sorted, type Raise } from './names.js';
import { checkNodes } from '../sections/nodes.js';
import { resolveKeys, resolveReport, resolveSettings } from './settings.js';
import { resolveSteps } from './steps.js';
import { checkSplits, checkVersionCycles, placesOf, resolveVersions } from './versions.js';
import { resolveWorkload } from './workloads.js';
import type { ServiceOutput } from '../schema/services.js';
import { checkCoalescing } from './chains.js';
import { resolveEndpoints, resolveHost, resolveOutbound } from './hosts.js';
import { resolveMiddleware } from './middleware.js';
import { resolveOutbox } from '../sections/outbox.js';
import { resolveHealthChecks } from '../sections/health-checks.js';
import { checksOf, resolveChecks, withoutChecks, resolveProbes } from '../sections/probes.js';
import { withTotal } from './placement.js';

/** The resolved scenario of a variant, with its call graph. */
export interface Resolved {
  readonly scenario: Scenario;
  readonly graph: CallGraph;
}

const NO_WORKLOADS = 'a scenario needs at least one workload';

interface Trees {
  readonly tree: MapNode;
  readonly written: Node;
  readonly broken: ReadonlySet<string>;
  readonly read: ReadFile;
}

/** Converts a validated scenario to the explicit one. Reports wrong references and contradictions. */
export function resolveScenario(
  output: ScenarioOutput,
  frame: FrameOutput,
  trees: Trees,
  problems: Problems,
): Resolved {
  const raise = raiserOf(trees, problems);
  const context = contextOf(output, trees, problems, raise);
  const policies = new Map(
    sorted(output.policies).map(([name]) => [name, context.named(name)!] as const),
  );
  const clusters = resolveClusters(context);
  const services = resolveServices(context, output);
  const gateways = resolveGateways(context, output, services);
  const databases = mapOf(output.databases, (name, own): Database =>
    resolveDatabase(context, name, own),
  );
  const modules = resolveModules(context);
  const keys = resolveKeys(context, output.keys);
  const workloads = mapOf(output.workloads, (name, own): Workload =>
    resolveWorkload(context, name, own, gateways, output.run.durationNs, keys),
  );
  const mesh = resolveMesh(context);
  const parts = {
    title: frame.title,
    description: frame.description ?? null,
    tags: frame.tags ?? [],
    ...resolveSettings(context, output),
    ...(mesh === undefined ? {} : { mesh }),
    ...(clusters.size === 0 ? {} : { clusters }),
    keys,
    policies,
    gateways,
    services,
    databases,
    ...modules,
    workloads,
  };
  const graph = callGraph(parts);
  checkCalls(context, parts, graph);
  for (const section of SECTIONS) MODULES[section].check(context, parts, graph.edges);
  checkScaling(context, parts);
  checkNodes(context, parts);
  const others = [...databases, ...moduleHosts(modules)];
  const hosts = new Map<string, Host>([...services, ...gateways, ...others]);
  const durationNs = output.run.durationNs;
  const aims = { hosts, services, gateways, keys, modules, graph, durationNs };
  const { faults, awaited } = resolveFaults(context, output.faults ?? [], aims);
  const whole: Scenario = { ...parts, faults, report: resolveReport(context, output.report) };
  const scenario = withAlerts(context, output, whole, graph);
  if (workloads.size === 0 && trees.broken.size === 0) {
    raise('FL203', ['workloads'], NO_WORKLOADS);
  }
  if (trees.broken.size === 0) checkConditions(awaited, scenario, graph, raise);
  checkLimits(scenario, graph, raise);
  return { scenario, graph };
}

/** With its alerts, if it has any; names of a scenario with mistakes are not all known. */
function withAlerts(
  context: Context,
  { alerts }: ScenarioOutput,
  scenario: Scenario,
  graph: CallGraph,
): Scenario {
  if (alerts === undefined || context.names.broken.size > 0) return scenario;
  const names = namesOf({ name: '', scenario, graph }, []);
  const resolved = resolveAlerts(context, alerts, scenario, names);
  return { ...scenario, alerts: resolved };
}

/** Reports a problem at a path of the merged file. */
function raiserOf({ tree }: Trees, problems: Problems): Raise {
  return (code, path, message) => {
    const { key, node } = locate(tree, path);
    problems.add({ code, at: key ?? node.at, path, message });
  };
}

/** Checks autoscalers against other components. */
function checkScaling(
  context: Context,
  { services, gateways }: Pick<Scenario, 'services' | 'gateways'>,
): void {
  const known = [...context.names.things].flatMap(
    ([name, { kind, parts }]) => moduleOf(kind)?.lags(name, parts) ?? [],
  );
  const hosts = [
    ...[...services.values()].map((own) => [['services', own.name], own.autoscaling] as const),
    ...[...gateways.values()].map((own) => [['gateways', own.name], own.autoscaling] as const),
  ];
  checkLags(context, hosts, known);
}

function contextOf(
  output: ScenarioOutput,
  trees: Trees,
  problems: Problems,
  raise: Raise,
): Context {
  const names = collectNames(output, trees.broken, raise);
  const named = new Map<string, Bundle>();
  const begun = new Set<string>();
  const context: Context = {
    ...trees,
    problems,
    names,
    output,
    // A bundle can contain steps that use another bundle, so bundles are resolved on demand.
    named: (name) => {
      const cluster = clusterNamed(name);
      const section = cluster === null ? 'policies' : 'clusters';
      const own = output[section]?.[cluster ?? name];
      // A bundle that uses itself was reported when its bases were merged.
      if (own !== undefined && !begun.has(name)) {
        begun.add(name);
        named.set(name, resolveBundle(cursorAt(context, section, cluster ?? name), own));
      }
      return named.get(name);
    },
    steps: (outputs, owner, path) =>
      resolveSteps(cursorAt(context, ...path), outputs, { name: owner ?? '', policy: null }),
  };
  return context;
}

function resolveServices(context: Context, output: ScenarioOutput): ReadonlyMap<string, Service> {
  const services = new Map([
    ...mapOf(output.services, (name, own): Service => resolveService(context, name, own)),
    ...mapOf(output.functions, (name, own): Service => resolveFunction(context, name, own)),
  ]);
  const functions = [...services.values()].flatMap(({ name, environments }) =>
    environments === null ? [] : [[name, environments] as const],
  );
  checkAccount(context, functions);
  return services;
}

/** Reports call cycles and requests that cannot be split. */
function checkCalls(
  context: Context,
  parts: Parameters<typeof callGraph>[0],
  graph: CallGraph,
): void {
  checkSplits(context, parts.services, parts.gateways, graph);
  const cycle = certainCycle(graph);
  if (cycle !== null) {
    const [name, part] = cycle[0].split('.');
    const thing = context.names.things.get(name);
    const path =
      thing?.kind === 'service'
        ? [thing.section, name, 'endpoints', part]
        : [thing?.section ?? 'services', name];
    const { key, node } = locate(context.tree, path);
    context.problems.add({ code: 'FL408', at: key ?? node.at, path, message: cycleText(cycle) });
  } else checkVersionCycles(context, parts);
}

function resolveService(context: Context, name: string, output: ServiceOutput): Service {
  const here = cursorAt(context, 'services', name);
  const counted = withTotal(output);
  const middleware = resolveMiddleware(here.in('middleware'), output.middleware, name);
  checkCoalescing(context, [middleware]);
  const written = Object.keys(output.endpoints);
  const probes = here.in('probes');
  const service = {
    ...resolveHost(here, name, counted),
    probes: resolveProbes(probes, output.probes, written),
    healthChecks: resolveHealthChecks(here.in('healthChecks'), output.healthChecks, written),
    endpoints: new Map([
      ...resolveEndpoints(here, name, output.endpoints),
      ...withoutChecks(checksOf(output)),
      ...resolveChecks(probes, name, output.probes, written),
    ]),
    middleware,
    outbound: resolveOutbound(here.in('outbound'), output.outbound),
    outbox: resolveOutbox(here.in('outbox'), output.outbox),
    environments: null,
  };
  const versions = resolveVersions(here, output, service);
  return { ...service, zones: placesOf(service, versions), versions };
}
