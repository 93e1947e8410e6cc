import type { CountDistribution } from '../kernel/counts.js';
import type { Distribution } from '../kernel/distribution.js';
import { invariant } from '../kernel/invariant.js';
import { faultKind } from '../patterns/registry.js';
import { outcomeOfStatus } from '../spec/outcome.js';
import { PLAIN_BALANCING } from '../spec/patterns/balancer.js';
import type { FaultKind } from '../model/faults/kind.js';
import type { Plan, PlanBundle, PlanComponent, PlanPlatform } from '../spec/plan/plan.js';
import { OP } from '../spec/plan/program.js';
import type { Mesh } from '../spec/scenario/mesh.js';
import type { LoadBalancing } from '../spec/scenario/policies.js';
import type { Route, Scenario, ScenarioFile, Variant } from '../spec/scenario/scenario.js';
import type { Cpu, Queue } from '../spec/scenario/resources.js';
import type { Target } from '../spec/scenario/target.js';
import { Acts } from './acts.js';
import { Assembler, SLOT } from './assembler.js';
import { Interner } from './canonical.js';
import { Conditions } from './conditions.js';
import { EdgeTable } from './edges.js';
import { LinkEnds } from './fault-links.js';
import { resourcesOf } from './fault-needs.js';
import { planFaults } from './faults.js';
import { GateTable } from './gates.js';
import { askedBySteps, planGrid, windowEdgesOf } from './grid.js';
import type { GridSource } from './grid.js';
import { Keyed } from './keyed.js';
import type { LaidComponent, LaidPart, Layout } from './layout.js';
import { hostOf, isModule, partOf } from './layout.js';
import { layOut } from './lay-out.js';
import { KeyTable } from './keys.js';
import { MeshEdges, planMesh } from './mesh.js';
import { Limiters } from './limiters.js';
import { planLoads, traceShareOf } from './loads.js';
import { planLinks, planPeers, withLinks } from './network.js';
import { Onces, sendsKeys } from './onces.js';
import { answersOf, planModules } from './modules/index.js';
import { planAutoscaling } from './autoscaling.js';
import { planPlatform } from './platform.js';
import { planProbes } from './probes.js';
import { SagaTable } from './saga-table.js';
import { planRollouts, planVersions } from './versions.js';
import { connectionsOf } from './pools.js';
import { Problems } from './problem.js';
import {
  fullName,
  writeDelivery,
  writeFallbacks,
  writeHandshake,
  writeProbe,
  writeProgram,
  writeRefusal,
} from './programs.js';
import { isSized, responseBytesOf, sizedMessages } from './sizes.js';
import { eachStep } from '../language/each-step.js';
import { requestLineOf } from './request-line.js';
import type { Writer } from './writer.js';

export interface CompileOptions {
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
  const layout = layOut(scenario, problems);
  const keys = new KeyTable(scenario.keys, layout, problems);
  const writer = writerOf(layout, keys, scenario.mesh ?? null, problems);
  const limiters = new Limiters(keys);
  const onces = new Onces(keys);
  const { programs, components } = writeAll(writer, keys, limiters, scenario);
  const laid = layEdges(writer, keys, onces);
  const { edges, statEdges, bundles, deepestChain } = laid;
  const sized = isSized(scenario, edges);
  const modules = planModules({ w: writer, keys, programs, network: scenario.network });
  const links = planLinks(scenario.network, layout, statEdges, writer.distributions);
  const loads = planLoads(layout, times.warmupNs, times.endNs);
  const meshed = planMesh(writer.mesh, layout, writer.distributions);
  const resources = resourcesOf(layout, components, modules, edges, meshed);
  const ends = new LinkEnds(layout, links, statEdges, sizedMessages(layout, laid, sized));
  const context = { layout, ends, loads, kindOf: knownFaultKind, resources, problems, ...times };
  const faults = [...planFaults(context, scenario.faults), ...planRollouts(layout, times)];
  problems.settle();
  const priorities = prioritiesOf(layout);
  const asked = askedBySteps(file);
  return {
    format: 'faultline.plan/1',
    variant: variant.name,
    seed: scenario.run.seed,
    ...times,
    maxEvents: scenario.run.maxEvents,
    grid: gridOf(file, asked, { ...times, stepNs: scenario.run.stepNs, faults }),
    bySteps: components.map(({ name }) => asked.has(name) || asked.has('all')),
    components,
    parts: planParts(layout, programs, onces, priorities),
    instances: layout.instances,
    edges: withLinks(edges, links, layout.zones.length),
    statEdges,
    bundles,
    peers: planPeers(scenario.network, layout, writer.distributions),
    distributions: writer.distributions.values,
    counts: writer.counts.values,
    program: writer.assembler.seal(),
    loads,
    links,
    limiters: limiters.list,
    sized,
    pricedZones: (scenario.report.prices?.crossZoneGb ?? 0) > 0,
    checks: writer.keyed.checks,
    coalescings: writer.keyed.coalescings,
    gates: writer.gates.list,
    mesh: meshed,
    ...modules,
    faults,
    keys: keys.list,
    onces: onces.list,
    priorities,
    deepestChain,
    traceShare: options.traceShare ?? traceShareOf(loads),
  };
}

/** Gives all edges their final numbers, also in the programs, and registers the keys of their policies. */
function layEdges({ edges, layout, assembler, problems }: Writer, keys: KeyTable, onces: Onces) {
  const laid = edges.finish(layout, onces, problems);
  for (const op of [OP.CALL, OP.BEGIN]) assembler.renumber(op, SLOT.A, laid.numbers);
  useKeys(keys, laid.bundles);
  return laid;
}

/** Collects everything that programs use, in the order in which they are written. */
function writerOf(layout: Layout, keys: KeyTable, mesh: Mesh | null, problems: Problems): Writer {
  return {
    layout,
    assembler: new Assembler(),
    edges: new EdgeTable(new MeshEdges(mesh)),
    mesh,
    conditions: new Conditions(layout, problems),
    distributions: new Interner<Distribution>(),
    counts: new Interner<CountDistribution>(),
    keyed: new Keyed(keys),
    gates: new GateTable(keys),
    acts: new Acts(keys),
    sagas: new SagaTable(layout),
    problems,
    entries: new Map(),
    lookups: new Map(),
    fallbacks: [],
    registers: { used: 0 },
  };
}

/** Writes every program, in the order of the plan. */
function writeAll(w: Writer, keys: KeyTable, limiters: Limiters, scenario: Scenario) {
  const { parts, components } = w.layout;
  const keysAreSent = sendsKeys(scenario);
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
  return {
    programs,
    components: components.map((it) => ({
      ...planComponent(it, refusals[it.id]!, handshakes[it.id]!, admissions[it.id]!),
      probes: planProbes(it, programs, probes[it.id]!),
      autoscaling: planAutoscaling(w.layout, it),
      versions: planVersions(it, keys),
      ...planPlatform(it, scenario.platform),
    })),
  };
}

/** All priorities that parts set, ascending. */
function prioritiesOf(layout: Layout): readonly number[] {
  const given = layout.parts.map(priorityOf).filter((priority) => priority !== null);
  return [...new Set(given)].sort((a, b) => a - b);
}

/** Registers the keys that split the state of policies, including built-in ones. */
function useKeys(keys: KeyTable, bundles: readonly PlanBundle[]): void {
  for (const { id, layers } of bundles) {
    for (const { key, policy } of layers) if (key !== null) keys.use(key, id, `a ${policy}`);
  }
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

function planParts(
  layout: Layout,
  programs: readonly number[],
  onces: Onces,
  priorities: readonly number[],
): Plan['parts'] {
  return layout.parts.map((part) => planPart(layout, part, programs[part.id]!, onces, priorities));
}

function planPart(
  layout: Layout,
  part: LaidPart,
  program: number,
  onces: Onces,
  priorities: readonly number[],
): Plan['parts'][number] {
  const { source } = part;
  const priority = priorityOf(part);
  return {
    name: part.name,
    component: part.component.id,
    program,
    idempotent: repeatable(layout, part, layout.components.length),
    responseBytes: responseBytesOf(part),
    once: onces.use(source.kind === 'endpoint' ? source.endpoint.once : null, fullName(part)),
    priority: priority === null ? -1 : priorities.indexOf(priority),
    ...requestLineOf(part),
  };
}

/** Priority that a part sets for its requests; null = it keeps theirs. */
function priorityOf({ source }: LaidPart): number | null {
  if (source.kind === 'request') return source.request.priority;
  return source.kind === 'endpoint' ? source.endpoint.priority : null;
}

/**
 * Whether a second execution is harmless. A route is repeatable if all its targets are; `hops` bounds cycles of
 * gateways.
 */
function repeatable(layout: Layout, part: LaidPart, hops: number): boolean {
  const { source } = part;
  switch (source.kind) {
    case 'endpoint':
      return source.endpoint.idempotent || source.endpoint.readOnly;
    case 'operation':
      return !source.operation.write;
    case 'unmatched':
      return true;
    case 'commit':
    case 'request':
      return false;
    case 'route':
      return targetsOf(source.route).every((target) =>
        partsBehind(layout, target).every(
          (callee) => hops > 0 && repeatable(layout, callee, hops - 1),
        ),
      );
    default:
      return answersOf(source).repeatable;
  }
}

/** The called part, or all parts of a gateway that selects one itself. */
function partsBehind(layout: Layout, target: Target): readonly LaidPart[] {
  const component = layout.byName.get(target.component)!;
  return target.part === null ? component.parts : [partOf(component, target.part)];
}

/** All targets of a route: its destinations, its mirror, and those that its steps call. */
function targetsOf({ to, mirror, steps }: Route): readonly Target[] {
  const targets = to.map(({ target }) => target);
  if (mirror !== null) targets.push(mirror.target);
  eachStep(steps ?? [], (step) => {
    if (step.verb === 'call') targets.push(step.to);
    if (step.verb === 'query') targets.push({ component: step.database, part: step.operation });
    if (step.verb === 'load') targets.push({ component: step.store, part: 'read' });
    if (step.verb === 'append') targets.push({ component: step.store, part: 'append' });
  });
  return targets;
}

/** A workload is one pseudo-instance without limits, whose parts are its requests. */
const CLIENT = Object.freeze({
  runtime: 'async',
  concurrency: Infinity,
  queue: { capacity: Infinity, discipline: 'fifo', maxWaitNs: null } satisfies Queue,
  cpu: {
    cores: Infinity,
    discipline: 'processorSharing',
    quota: null,
    contextSwitchTax: 0,
  } satisfies Cpu,
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

/** Admission control of a component, with ids instead of names. */
function planAdmission(
  w: Writer,
  limiters: Limiters,
  component: LaidComponent,
): PlanComponent['admission'] {
  const admission = hostOf(component)?.admission ?? null;
  if (admission === null) return null;
  const { shed, rateLimit, retryAfter, concurrencyLimit } = admission;
  const place = `${component.name}.admission`;
  return {
    shed,
    shedKey: shed?.kind === 'dagor' ? limiters.keyNumber(shed.key, place, 'a level') : -1,
    limiter: rateLimit === null ? -1 : limiters.at(place, component.id, rateLimit, retryAfter),
    gate: concurrencyLimit === null ? -1 : w.gates.at(place, component.id, concurrencyLimit),
    refusal: outcomeOfStatus((rateLimit?.config as { status?: number } | undefined)?.status ?? 429),
  };
}

function planComponent(
  component: LaidComponent,
  rejectProgram: number,
  handshakeProgram: number,
  admission: PlanComponent['admission'],
): Omit<PlanComponent, 'probes' | 'autoscaling' | 'versions' | keyof PlanPlatform> {
  const { source } = component;
  const host = hostOf(component);
  const common = {
    name: component.name,
    kind: component.kind,
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
    knee: null,
  };
  const process = isModule(source) ? source.process : null;
  if (host === null) {
    const critical = source.kind === 'workload' && source.workload.critical;
    return { ...common, ...CLIENT, critical, ...process };
  }
  const { runtime, concurrency, queue, cpu, cancellation, gc, memory, lifecycle } = host;
  const { loadBalancing, external, critical } = host;
  const resources = { runtime, concurrency, queue, cpu, cancellation, gc, memory, lifecycle };
  const own = { ...resources, loadBalancing, external, critical };
  if (source.kind !== 'database') return { ...common, ...own, ...process };
  return { ...common, ...own, ...connectionsOf(source.host), knee: source.host.knee };
}

/** The measuring grid, with the edges of the windows of budgets. */
function gridOf(
  file: ScenarioFile,
  asked: ReadonlySet<string>,
  source: Omit<GridSource, 'windowEdges' | 'hasStepSegments'>,
): Plan['grid'] {
  const windowEdges = windowEdgesOf(file).map((edge) => source.warmupNs + edge);
  return planGrid({ ...source, windowEdges, hasStepSegments: asked.size > 0 });
}
