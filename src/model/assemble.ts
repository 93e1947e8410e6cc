import { Counts } from '../kernel/counts.js';
import { samplers } from '../kernel/distribution.js';
import { engine } from '../kernel/engine.js';
import { invariant } from '../kernel/invariant.js';
import { PHASE } from '../kernel/phase.js';
import { streamKey } from '../kernel/rng.js';
import type { Plan, PlanLink } from '../contracts/plan/plan.js';
import type { TraceRecord } from '../contracts/record/record.js';
import { createModules, prepareModules } from './modules/index.js';
import { Admission } from './resources/serving/admission.js';
import { HealthChecks } from './platform/health-checks.js';
import type { Views } from './resources/picking/views.js';
import { setEdges } from './edges.js';
import { Balancers } from './resources/picking/balancers.js';
import { blankWorld } from './blank-world.js';
import { Board } from './faults/board.js';
import { Configurations } from './platform/configurations.js';
import { Apart } from './path/apart.js';
import { Calls } from './path/calls.js';
import { Chains } from './path/chains.js';
import { CallFaults } from './resources/layers/call-faults.js';
import { Checks } from './resources/sharing/checks.js';
import { Coalescing } from './resources/sharing/coalescing.js';
import type { Collections } from './platform/collections.js';
import { ConnectionTable } from './resources/connections/connection-table.js';
import { Backends } from './resources/connections/backends.js';
import { endsIdle, Fates } from './resources/connections/fates.js';
import { Flows, watchesFlows } from './resources/connections/flows.js';
import { Keepalives } from './resources/connections/keepalives.js';
import { Cores } from './data/instances/cores.js';
import { duplicates } from './data/executions/duplicates.js';
import { Effects } from './path/effects.js';
import { Executions } from './data/executions/executions.js';
import { Gates } from './resources/serving/gates.js';
import { setFleets } from './fleets.js';
import type { Draft } from './data/run.js';
import { Interpreter } from './path/interpreter.js';
import { Journal } from './data/figures/journal.js';
import { Keys } from './data/strands/keys.js';
import { levels } from './data/figures/levels.js';
import { Meters } from './data/figures/meters.js';
import { Passes } from './resources/mesh/passes.js';
import { Proxies } from './data/edges/proxies.js';
import { Link } from './data/edges/link.js';
import { Loads } from './resources/arrivals/loads.js';
import { Memory, type MemoryEffects } from './data/instances/memory.js';
import { Outages } from './platform/outages.js';
import { Outliers } from './resources/picking/outliers.js';
import { Picks } from './resources/picking/picks.js';
import type { FullRegistry } from './faults/kind.js';
import type { Registry } from './data/registry.js';
import { VersionTables } from './platform/rollouts/rollouts.js';
import { Server } from './path/server.js';
import { closesConnections, ServerEnds } from './resources/connections/server-ends.js';
import { sink } from './data/figures/sink.js';
import { Sizes } from './resources/network/sizes.js';
import { strands } from './data/strands/strands.js';
import { Tasks } from './resources/tasks.js';
import { Ties } from './resources/sharing/ties.js';
import { TimeLimits } from './resources/serving/time-limits.js';
import { Tracer } from './data/traces/tracer.js';
import { Wire } from './path/wire.js';
import { Workers } from './path/workers.js';
import { limiterOf } from './resources/serving/limiters.js';
import type { World } from './modules/world.js';
import { frames } from './data/strands/frames.js';
import { partName } from '../contracts/plan/names.js';

/** A world ready to run, and the parts of its assembly that the record reads. */
export interface Assembly {
  readonly world: World;
  readonly chains: Chains;
  readonly board: Board;
  readonly collections: Collections;
  /** Gauges of outstanding attempts by calling instance and called component. */
  views(): ReturnType<Views['list']>;
}

/** Builds the live objects of one replication of a plan, in the order of their ids. */
export function assemble(
  plan: Plan,
  replication: number,
  registry: FullRegistry,
  traceSink: ((rows: TraceRecord) => void) | null,
): Assembly {
  const world = blankWorld();
  world.plan = plan;
  world.replication = replication;
  world.stop = null;
  windBack(plan, callFaultComponents(plan, registry).size > 0 ? 1 : 0);
  // A plan refers to distributions by their index, so they must come before the parts of mixtures.
  samplers.addAll(plan.distributions);
  world.counts = new Counts();
  for (const count of plan.counts) world.counts.add(count);
  setMeasuring(world, traceSink);
  world.duplicates = duplicates;
  setExecutions(world);
  world.keys = new Keys(plan, replication);
  setStreams(world);
  world.prioritised = plan.priorities.length > 1;
  setInjections(world);
  setFleets(world);
  world.versions = isVersioned(plan) ? new VersionTables(world) : null;
  setHooks(world);
  world.links = plan.links.map((spec, id) => linkOf(world, spec, id));
  world.sizes = plan.sized ? new Sizes(world) : null;
  world.picks = new Picks(world);
  setConnections(world);
  world.wire = new Wire(world);
  world.calls = new Calls(world.wire);
  setLayerParts(world, registry);
  world.interpreter = new Interpreter(world);
  world.workers = new Workers(world);
  world.effects = new Effects(world);
  world.server = new Server(world);
  world.passes = world.proxies === null ? null : new Passes(world, world.proxies);
  world.tasks = new Tasks(world);
  setCores(world);
  const chains = new Chains(world, registry);
  setOrder(world);
  const outliers = new Outliers(world, registry, chains.alarms);
  prepareModules(world);
  const views = setEdges(world, chains, new Balancers(world, registry), outliers);
  world.limiters = plan.limiters.map((spec) => limiterOf(world, spec, registry));
  world.checks = new Checks(world);
  world.coalescing = plan.coalescings.length > 0 ? new Coalescing(world) : null;
  setDoors(world, registry);
  world.acts = createModules(world, registry);
  world.loads = new Loads(world);
  world.configurations = Configurations.of(world, chains.pools.sizes);
  const outages = (world.outages = new Outages(world));
  setMemories(world, outages);
  if (isChecked(plan)) new HealthChecks(world, views, chains.alarms);
  const board = new Board(world, outages, (kind) => {
    const definition = registry.faultKind(kind);
    invariant(definition !== undefined, 'the registry knows every fault of a plan');
    return definition!;
  });
  return { world, chains, board, collections: outages.collections, views: () => views.list() };
}

function isChecked({ components }: Plan): boolean {
  return components.some(({ healthChecks }) => healthChecks !== null);
}

function isVersioned({ components }: Plan): boolean {
  return components.some(({ versions }) => versions !== null);
}

/** Number of gauges of an instance of a service that calls two others. */
const GAUGES_EACH = 5;

/** Resets everything that the runs of a thread share to its initial state. `more`: layers that faults add to chains. */
function windBack(
  { deepestChain, grid, instances, measured, statEdges }: Plan,
  more: number,
): void {
  engine.reset();
  samplers.reset();
  strands.reset();
  frames.reset(deepestChain + 1 + more);
  duplicates.reset();
  levels.reset(grid.edges.length - 1, instances.length * GAUGES_EACH);
  sink.reset(grid, measured.length, statEdges.length);
}

/** Sets what parts of the model register with during the assembly. */
function setHooks(world: Draft<World>): void {
  world.backends = new Backends(world);
  world.leaseOwners = new Map();
  world.watchers = [];
  const { mesh } = world.plan;
  world.proxies = mesh === null ? null : new Proxies(world, mesh);
  world.faultTargets = { holders: new Map(), rebalance: new Map(), flushes: new Map() };
}

/** At the start no fault slows or fails anything. */
function setInjections(world: Draft<World>): void {
  const { parts, instances } = world.plan;
  world.partSlowness = new Float64Array(parts.length).fill(1);
  world.partInjections = parts.map(() => null);
  world.instanceInjections = instances.map(() => null);
}

function setMeasuring(world: Draft<World>, traceSink: ((rows: TraceRecord) => void) | null): void {
  const { plan } = world;
  world.meters = new Meters(plan.grid);
  world.audits = [];
  world.kept = new Map();
  world.sagaExamples = [];
  world.heldUp = [];
  world.journal = new Journal(plan.warmupNs);
  world.tracer = new Tracer(world, traceSink);
}

/** Sets the parts that only some policies and faults need. */
function setLayerParts(world: Draft<World>, registry: FullRegistry): void {
  const aimedAt = callFaultComponents(world.plan, registry);
  world.callFaults = aimedAt.size === 0 ? null : new CallFaults(world, aimedAt);
  world.apart = isLeft(world.plan, registry) ? new Apart(world) : null;
  world.ties = isTied(world.plan, registry) ? new Ties(world) : null;
}

function isTied({ bundles }: Plan, registry: Registry): boolean {
  return bundles.some(({ layers }) =>
    layers.some(({ policy, kind }) => registry.policyKind(policy, kind)?.tied === true),
  );
}

/** Components that a fault aims at in the proxies of their callers. */
function callFaultComponents(
  { faults, parts, instances, links, statEdges }: Plan,
  registry: FullRegistry,
): ReadonlySet<number> {
  const own = faults.filter(
    ({ kind, rollout }) => rollout === null && registry.faultKind(kind)?.atCaller === true,
  );
  return new Set(
    own.flatMap((fault) => [
      ...fault.parts.map((part) => parts[part].component),
      ...fault.instances.map((id) => instances[id].component),
      ...fault.links.map(({ link }) => parts[statEdges[links[link].stat].to].component),
    ]),
  );
}

/** Whether callers leave what is inside a layer. */
function isLeft({ bundles }: Plan, registry: Registry): boolean {
  return bundles.some(({ layers }) =>
    layers.some(({ policy, kind, config }) => {
      const definition = registry.policyKind(policy, kind);
      return definition?.detaches?.(config) === true;
    }),
  );
}

function setStreams(world: Draft<World>): void {
  const { plan, replication } = world;
  const { streams } = plan.program;
  world.streamA = new Int32Array(streams.length);
  world.streamB = new Int32Array(streams.length);
  streams.forEach((name, pc) => {
    if (name === '') return;
    const key = streamKey(plan.seed, replication, name);
    world.streamA[pc] = key.a;
    world.streamB[pc] = key.b;
  });
}

function setCores(world: Draft<World>): void {
  const op = engine.define('cores', (id, generation) => world.instances[id].cores.fire(generation));
  const done = (strand: number): void => world.interpreter.workDone(strand);
  for (const instance of world.instances) {
    const { cpu } = instance.process;
    instance.cores = new Cores({
      sharedGauge: null,
      op,
      id: instance.id,
      cores: cpu.cores,
      fcfs: cpu.discipline === 'fcfs',
      contextSwitchTax: cpu.contextSwitchTax,
      background: cpu.background,
      quota:
        cpu.quota === null
          ? null
          : {
              budgetNs: cpu.quota.limit * cpu.quota.periodNs,
              periodNs: cpu.quota.periodNs,
            },
      done,
    });
    if (cpu.background > 0) instance.updateCores();
  }
}

function setExecutions(world: Draft<World>): void {
  world.executions = world.plan.onces.length === 0 ? null : new Executions();
  world.kept.set('results', () => world.executions?.kept ?? 0);
}

function setMemories(world: Draft<World>, outages: Outages): void {
  // The process dies in a later step: after the event that exceeded the limit, and after the work that it completes.
  const op = engine.define('out-of-memory', (id, epoch) => {
    if (world.instances[id].epoch === epoch) outages.end(world.instances[id]);
  });
  const lookOp = engine.define('leak', (id, generation) =>
    world.instances[id].memory!.look(generation),
  );
  const effects: MemoryEffects = {
    overflow: ({ id, epoch }) => engine.soon(Math.max(engine.phase, PHASE.TIMER), op, id, epoch, 0),
    full: (instance) => outages.collections.full(instance),
    look: ({ id }, at, generation) => engine.at(at, PHASE.TIMER, lookOp, id, generation, 0),
  };
  for (const instance of world.instances) {
    const { memory, gc } = instance.process;
    if (memory === null) continue;
    const sizes = { ...memory, allocated: gc?.allocated ?? Infinity };
    instance.memory = new Memory(instance, sizes, effects);
    if (instance.down) instance.memory.run(false);
  }
}

/** Sets up everything beyond the queue that admits or refuses requests. */
function setDoors(world: Draft<World>, registry: Registry): void {
  world.gates = new Gates(world, registry);
  world.timeLimits = new TimeLimits(world);
  world.admission = new Admission(world);
  for (const instance of world.instances) {
    const { admission } = instance.process;
    if (admission !== null) instance.door = world.admission.doorOf(instance, admission);
  }
}

/** Sets what may end connections besides the pools: their servers, devices on their way, and vain questions. */
function setConnections(world: Draft<World>): void {
  world.connections = new ConnectionTable(world);
  world.serverEnds = closesConnections(world.plan) ? new ServerEnds(world) : null;
  world.connections.fates = endsIdle(world.plan) ? new Fates(world) : null;
  world.keepalives = null;
  if (!watchesFlows(world.plan)) return;
  const flows = new Flows(world);
  world.connections.flows = flows;
  world.keepalives = new Keepalives(world, flows);
  for (const link of world.links) link.flows = flows;
}

function linkOf(world: Draft<World>, spec: PlanLink, id: number): Link {
  const { plan, replication } = world;
  const edge = spec.stat < 0 ? null : plan.statEdges[spec.stat];
  // The messages of a registry draw nothing: they only need the state of the link.
  const ends =
    edge === null ? `registry ${id}` : `${partName(plan, edge.from)}->${partName(plan, edge.to)}`;
  const name = `link/${ends}`;
  return new Link(id, streamKey(plan.seed, replication, name), spec);
}

/** Marks the links that must keep order: messages share a connection, or a server announces its end. */
function setOrder(world: Draft<World>): void {
  for (const { connections, links } of world.plan.edges) {
    if (connections === null || (!connections.multiplexed && connections.server === null)) continue;
    for (const link of links) if (link >= 0) world.links[link].ordered = true;
  }
}
