import type { Host } from '../contracts/scenario/host.js';
import type { CountDistribution } from '../kernel/counts.js';
import type { Distribution } from '../kernel/distribution.js';
import { invariant } from '../kernel/invariant.js';
import { faultKind } from '../patterns/registry.js';
import { PLAIN_BALANCING } from '../contracts/scenario/balancing.js';
import type { FaultKind } from '../model/faults/kind.js';
import type { Plan, PlanBundle, PlanComponent, PlanPlatform } from '../contracts/plan/plan.js';
import { OP } from '../contracts/plan/program.js';
import type { PlanSettings } from '../contracts/plan/changes.js';
import type { Mesh } from '../contracts/scenario/mesh.js';
import type { LoadBalancing } from '../contracts/scenario/policies.js';
import type { Scenario, ScenarioFile, Variant } from '../contracts/scenario/scenario.js';
import type { Queue } from '../contracts/scenario/resources.js';
import { Acts } from './acts.js';
import { planAlerts } from './alerts.js';
import { Assembler, SLOT } from './assembler.js';
import { Interner } from './canonical.js';
import { Changes, planChanges } from './changes.js';
import { Conditions } from './conditions.js';
import { EdgeTable } from './edges.js';
import { LinkEnds } from './fault-links.js';
import { clockReaders } from './clocks.js';
import { resourcesOf } from './fault-needs.js';
import type { FaultSource } from './fault-source.js';
import { planFaults } from './faults.js';
import { GateTable } from './gates.js';
import { askedBySteps, faultsAskedIn, planGrid, windowEdgesOf, type GridSource } from './grid.js';
import { Keyed } from './keyed.js';
import { hostOf, isModule, type LaidComponent, type Layout } from './layout.js';
import { layOut } from './lay-out.js';
import { KeyTable } from './keys.js';
import { MeshEdges, planMesh } from './mesh.js';
import { Limiters } from './limiters.js';
import { planLoads, traceShareOf } from './loads.js';
import { forgets, planLinks, planPeers, withLinks } from './network.js';
import { Onces, sendsKeys } from './onces.js';
import { planModules } from './modules/index.js';
import { planParts, prioritiesOf } from './parts.js';
import { responsesTo } from './responders.js';
import { planAutoscaling } from './autoscaling.js';
import { planNodes } from './nodes.js';
import { planPlatform } from './platform.js';
import { planHealthChecks, planProbes } from './probes.js';
import { planRegistryLinks } from './registry-links.js';
import { planAdmission, settingsOf, versionProcesses } from './processes.js';
import { SagaTable } from './saga-table.js';
import { writeSteps } from './steps.js';
import { planRollouts, planVersions } from './versions.js';
import { connectionsOf } from './pools.js';
import { Problems } from './problem.js';
import {
  writeDelivery,
  writeFallbacks,
  writeConnect,
  writeHandshake,
  writeProbe,
  writeProgram,
  writeRefusal,
} from './programs.js';
import type { Database } from '../contracts/scenario/database.js';
import { isSized, sizedMessages } from './sizes.js';
import type { Writer } from './writer.js';
import { FREE_CPU } from '../contracts/scenario/process.js';

interface CompileOptions {
  /** Share of user requests to trace, 0 to 1; by default about 400 requests per run. */
  readonly traceShare?: number;
}

/**
 * Lowers one variant to the plan of a run. Pure; the order of sections and maps in the scenario does not matter. Throws
 * PlanError with all problems that only compilation can detect.
 */
export function compile(variant: Variant, file: ScenarioFile, options: CompileOptions = {}): Plan {
  const { scenario } = variant;
  const problems = new Problems();
  const times = timesOf(scenario);
  const changes = Changes.of(variant);
  const layout = layOut(scenariosOf(scenario, changes), problems);
  const keys = new KeyTable(scenario.keys, layout, problems);
  const writer = writerOf(layout, keys, changes, scenario.mesh ?? null, problems);
  const limiters = new Limiters(keys);
  const onces = new Onces(keys);
  const settings = changes?.settingsOf(layout) ?? [];
  const { programs, components, measured } = writeAll(writer, keys, limiters, scenario, settings);
  const laid = finishEdges(writer, keys, onces, scenario.network);
  const { edges, statEdges, bundles } = laid;
  const sized = scenariosOf(scenario, changes).some((one) => isSized(one, edges));
  const modules = planModules({ w: writer, keys, programs, network: scenario.network });
  const { links, ends, registries } = linksOf(scenario.network, writer, modules, laid, sized);
  const loads = planLoads(layout, times.warmupNs, times.endNs);
  const meshed = planMesh(writer.mesh, layout, writer.distributions);
  const clocks = clockReaders(writer, limiters.list, modules.caches);
  const resources = resourcesOf(layout, components, modules, edges, meshed, clocks);
  const nodes = planNodes(layout, scenario.platform);
  const own = { layout, components, ends, loads, nodes, statEdges, resources, problems, ...times };
  const faults = faultsOf(own, scenario.faults);
  problems.settle();
  const priorities = prioritiesOf(layout);
  return {
    format: 'faultline.plan/1',
    variant: variant.name,
    seed: scenario.run.seed,
    ...times,
    maxEvents: scenario.run.maxEvents,
    ...measuring(file, scenario, components, { ...times, faults }),
    components,
    parts: planParts(layout, programs, onces, priorities),
    measured,
    instances: layout.instances,
    edges: withLinks(edges, links, layout.zones.length),
    statEdges,
    bundles,
    peers: planPeers({ network: scenario.network, layout }, writer.distributions),
    ...writtenBy(writer),
    loads,
    links,
    limiters: limiters.list,
    sized,
    pricedZones: (scenario.report.prices?.crossZoneGb ?? 0) > 0,
    mesh: meshed,
    ...modules,
    registries,
    faults,
    nodes,
    changes: planChanges(variant, faults, settings),
    keys: keys.list,
    onces: onces.list,
    priorities,
    deepestChain: laid.deepestChain,
    ...watched(scenario, loads, options),
  };
}

/** What a run is watched with: its traces and its alerts. */
function watched(
  scenario: Scenario,
  loads: Plan['loads'],
  { traceShare }: CompileOptions,
): Pick<Plan, 'traceShare' | 'alerts'> {
  return { ...planAlerts(scenario), traceShare: traceShare ?? traceShareOf(loads) };
}

/** The program, and what its instructions refer to. */
function writtenBy({ layout, distributions, counts, assembler, keyed, gates }: Writer) {
  return {
    ...layout.localities,
    distributions: distributions.values,
    counts: counts.values,
    program: assembler.seal(),
    checks: keyed.checks,
    coalescings: keyed.coalescings,
    gates: gates.list,
  };
}

/** All links with their ends: those of calls, then those of registries. */
function linksOf(
  network: Scenario['network'],
  { layout, distributions }: Writer,
  modules: Pick<Plan, 'registries'>,
  laid: ReturnType<EdgeTable['finish']>,
  sized: boolean,
) {
  const { statEdges } = laid;
  const sources = { network, layout, statEdges, distributions };
  const called = planLinks(sources);
  const silent = planRegistryLinks(sources, modules.registries, called.length);
  const sizedOf = sizedMessages(layout, laid, sized);
  return {
    links: [...called, ...silent.links.map(({ link }) => link)],
    ends: new LinkEnds(layout, called, statEdges, sizedOf, silent.links, laid.edges),
    registries: silent.registries,
  };
}

/** The scenarios of all configurations, that of the file first. */
function scenariosOf(scenario: Scenario, changes: Changes | null): Changes['scenarios'] {
  return changes?.scenarios ?? [scenario];
}

/** Numbers the edges once all programs are written. */
function finishEdges(
  w: Writer,
  keys: KeyTable,
  onces: Onces,
  network: Scenario['network'],
): ReturnType<EdgeTable['finish']> {
  const laid = w.edges.finish(w.layout, onces, w.problems, forgets(network));
  for (const op of [OP.CALL, OP.BEGIN]) w.assembler.renumber(op, SLOT.A, laid.numbers);
  useKeys(keys, laid.bundles);
  return laid;
}

/** Collects everything that programs use, in the order in which they are written. */
function writerOf(
  layout: Layout,
  keys: KeyTable,
  changes: Changes | null,
  mesh: Mesh | null,
  problems: Problems,
): Writer {
  const proxies = new MeshEdges(mesh);
  return {
    layout,
    assembler: new Assembler(),
    edges: new EdgeTable(proxies),
    mesh,
    proxies,
    conditions: new Conditions(layout, problems),
    distributions: new Interner<Distribution>(),
    counts: new Interner<CountDistribution>(),
    keyed: new Keyed(keys),
    gates: new GateTable(keys),
    acts: new Acts(keys),
    sagas: new SagaTable(layout),
    changes,
    problems,
    entries: new Map(),
    lookups: new Map(),
    fallbacks: [],
    tokenCheckers: new Set(),
    registers: { used: 0 },
    writeSteps,
  };
}

/** Writes every program, in the order of the plan. */
function writeAll(
  w: Writer,
  keys: KeyTable,
  limiters: Limiters,
  scenario: Scenario,
  settings: readonly PlanSettings[],
) {
  const { parts, components } = w.layout;
  const keysAreSent = scenariosOf(scenario, w.changes).some(sendsKeys);
  // Jumps only go forward, so code that continues in a handler must precede all handlers.
  const deliveries = parts.map((part) => writeDelivery(w, part));
  const programs = parts.map(
    (part) => deliveries[part.id] ?? writeProgram(w, limiters, part, keysAreSent),
  );
  writeFallbacks(w);
  const admissions = components.map((it) => planAdmission(w, limiters, it));
  const refusals = components.map((component) => writeRefusal(w, component));
  const handshakes = components.map((component) => writeHandshake(w, component));
  const probes = components.map((component) => writeProbe(w, component));
  const connects = components.map((component) => writeConnect(w, component));
  const measured = parts.map(({ id }) => id);
  return {
    programs,
    measured,
    components: components.map((it) => {
      const own = {
        ...planComponent(it, refusals[it.id]!, handshakes[it.id]!, admissions[it.id]!),
        probes: planProbes(it, programs, probes[it.id]!),
        healthChecks: planHealthChecks(it, programs, probes[it.id]!),
        connectProgram: connects[it.id]!,
      };
      const processes = versionProcesses(w, limiters, it, programs, own);
      return {
        ...own,
        autoscaling: planAutoscaling(w.layout, it),
        versions: planVersions(it, keys, measured, processes),
        resized: settings.some((set) => set.component === it.id && set.replicas !== null),
        ...planPlatform(it, scenario.platform),
      };
    }),
  };
}

/** Registers the keys that split the state of policies, including built-in ones. */
function useKeys(keys: KeyTable, bundles: readonly PlanBundle[]): void {
  for (const { id, layers } of bundles) {
    for (const { key, policy } of layers) if (key !== null) keys.use(key, id, `a ${policy}`);
  }
}

/** The faults, and the rollouts, which are scheduled like faults. */
function faultsOf(source: Omit<FaultSource, 'kindOf'>, faults: Scenario['faults']): Plan['faults'] {
  const planned = planFaults({ ...source, kindOf: knownFaultKind }, faults);
  return [...planned, ...planRollouts(source.layout, source)];
}

function knownFaultKind(kind: string): FaultKind {
  const found = faultKind(kind);
  invariant(found !== undefined, 'fault-kind-unknown');
  return found!;
}

function timesOf({ run }: Scenario): Pick<Plan, 'warmupNs' | 'endNs' | 'horizonNs'> {
  const endNs = run.warmupNs + run.durationNs;
  return { warmupNs: run.warmupNs, endNs, horizonNs: endNs + (run.drainNs ?? 0) };
}

/** A workload is one pseudo-instance without limits, whose parts are its requests. */
const CLIENT = Object.freeze({
  runtime: 'async',
  concurrency: Infinity,
  queue: { capacity: Infinity, discipline: 'fifo', maxWaitNs: null } satisfies Queue,
  cpu: FREE_CPU,
  cancellation: 'ignore',
  gc: null,
  memory: null,
  lifecycle: null,
  loadBalancing: {
    kind: 'roundRobin',
    config: {},
    common: PLAIN_BALANCING,
  } satisfies LoadBalancing,
  external: false,
} as const);

function planComponent(
  component: LaidComponent,
  rejectProgram: number,
  handshakeProgram: number,
  admission: PlanComponent['admission'],
): Omit<
  PlanComponent,
  | 'probes'
  | 'healthChecks'
  | 'connectProgram'
  | 'autoscaling'
  | 'versions'
  | 'resized'
  | keyof PlanPlatform
> {
  const { source } = component;
  const host = hostOf(component);
  const common = {
    name: component.name,
    kind: component.kind,
    product: productOf(source),
    protocol: protocolOf(host),
    firstInstance: component.firstInstance,
    instances: component.zones.length,
    initial: hostOf(component)?.replicas ?? component.zones.length,
    firstPart: component.parts[0]?.id ?? 0,
    parts: component.parts.length,
    rejectProgram,
    admission,
    handshakeProgram,
    maxConnections: Infinity,
    connect: null,
    clientCheckNs: 0,
    sessionIdleNs: Infinity,
    knee: null,
  };
  const process = isModule(source) ? source.process : null;
  if (host === null) {
    const critical = source.kind === 'workload' && source.workload.critical;
    return { ...common, ...CLIENT, critical, ...process };
  }
  const { loadBalancing, external, critical } = host;
  const own = { ...settingsOf(host), loadBalancing, external, critical };
  if (source.kind !== 'database') return { ...common, ...own, ...process };
  const { knee } = source.host;
  return { ...common, ...own, ...connectionsOf(source.host), ...watchOf(source.host), knee };
}

/** How a server looks after its sessions. */
function watchOf({ clientCheckIntervalNs, idleTimeoutNs }: Database) {
  return { clientCheckNs: clientCheckIntervalNs ?? 0, sessionIdleNs: idleTimeoutNs ?? Infinity };
}

/** The product whose rules a component has, as the scenario names it. */
function productOf(source: LaidComponent['source']): string | null {
  if (source.kind === 'workload') return null;
  if (!isModule(source)) return 'kind' in source.host ? source.host.kind : null;
  const { spec } = source;
  if ('levels' in spec) return spec.levels.find(({ kind }) => kind !== 'local')?.kind ?? null;
  return 'kind' in spec ? spec.kind : null;
}

function protocolOf(host: Host | null): PlanComponent['protocol'] {
  const protocol = host?.protocol ?? null;
  return protocol === null ? null : { kind: protocol.kind, tls: protocol.tls };
}

/** The measuring grid, and the components with histograms for each step. */
function measuring(
  file: ScenarioFile,
  scenario: Scenario,
  components: readonly { readonly name: string }[],
  source: Pick<GridSource, 'warmupNs' | 'endNs' | 'faults'>,
): Pick<Plan, 'grid' | 'bySteps'> {
  const asked = askedBySteps(file);
  const alerts = scenario.alerts ?? null;
  const { moved, times } = responsesTo(source.faults, alerts, source, faultsAskedIn(file));
  const grid = planGrid({
    ...source,
    stepNs: scenario.run.stepNs,
    windowEdges: windowEdgesOf(file).map((edge) => source.warmupNs + edge),
    responses: times,
    areResponsesAsked: [...moved].some((id) => faultsAskedIn(file).has(id)),
    hasStepSegments: asked.size > 0,
  });
  return { grid, bySteps: components.map(({ name }) => asked.has(name) || asked.has('all')) };
}
