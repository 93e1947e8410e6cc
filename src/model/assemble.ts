import { Counts } from '../kernel/counts.js';
import { Samplers } from '../kernel/distribution.js';
import { Engine } from '../kernel/engine.js';
import { invariant } from '../kernel/invariant.js';
import { streamKey } from '../kernel/rng.js';
import type { Plan } from '../spec/plan.js';
import type { LimiterState } from '../spec/policy.js';
import type { TraceRecord } from '../spec/record.js';
import { Balancers } from './balancers.js';
import { Board } from './board.js';
import { Calls } from './calls.js';
import { Chains } from './chains.js';
import { Checks } from './checks.js';
import { Coalescing } from './coalescing.js';
import { Cores } from './cores.js';
import { Duplicates } from './duplicates.js';
import { View } from './edge.js';
import type { Edge } from './edge.js';
import { Instance } from './instance.js';
import { Interpreter } from './interpreter.js';
import { Journal } from './journal.js';
import { Keys } from './keys.js';
import { Levels } from './levels.js';
import { Link } from './link.js';
import { Loads } from './loads.js';
import { Outages } from './outages.js';
import { Picks } from './picks.js';
import type { Registry } from './registry.js';
import { Server } from './server.js';
import { Sink } from './sink.js';
import { Sizes } from './sizes.js';
import { Strands } from './strands.js';
import { Tracer } from './tracer.js';
import { Wire } from './wire.js';
import { Workers } from './workers.js';
import type { Limiter, World } from './world.js';

/** A world ready to run, and what the record needs to know of its assembly. */
export interface Assembly {
  readonly world: World;
  readonly chains: Chains;
  readonly board: Board;
  /** Gauge of attempts under way by calling instance and called component. */
  readonly views: readonly {
    readonly instance: number;
    readonly callee: number;
    readonly gauge: number;
  }[];
}

type Draft = { -readonly [Field in keyof World]: World[Field] };

/** Builds the live objects of one replication of a plan, in the order of their ids. */
export function assemble(
  plan: Plan,
  replication: number,
  registry: Registry,
  traceSink: ((rows: TraceRecord) => void) | null,
): Assembly {
  const world = {} as Draft;
  world.plan = plan;
  world.replication = replication;
  world.stop = null;
  const engine = (world.engine = new Engine());
  const samplers = (world.samplers = new Samplers());
  // A plan names distributions by their place, so none of them may come behind parts of a mixture.
  samplers.addAll(plan.distributions);
  world.counts = new Counts();
  for (const count of plan.counts) world.counts.add(count);
  world.strands = new Strands();
  world.levels = new Levels(engine, plan.grid.edges.length - 1);
  world.sink = new Sink(plan.grid, plan.parts.length, plan.statEdges.length);
  world.journal = new Journal(engine, plan.warmupNs);
  world.tracer = new Tracer(world, traceSink);
  world.duplicates = new Duplicates();
  world.keys = new Keys(plan, replication, world.strands);
  setStreams(world);
  world.partSlowness = new Float64Array(plan.parts.length).fill(1);
  world.partInjections = plan.parts.map(() => null);
  world.instanceInjections = plan.instances.map(() => null);
  setFleets(world);
  world.links = plan.links.map((spec) => linkOf(world, spec));
  world.sizes = plan.sized ? new Sizes(world) : null;
  world.picks = new Picks(world);
  world.wire = new Wire(world);
  world.calls = new Calls(engine, world.wire, plan.deepestChain + 1);
  world.interpreter = new Interpreter(world);
  world.workers = new Workers(world);
  world.server = new Server(world);
  setCores(world);
  const chains = new Chains(world, registry);
  const views = setEdges(world, chains, new Balancers(world, registry));
  world.limiters = plan.limiters.map((spec) => limiterOf(world, spec, registry));
  world.checks = new Checks(world);
  world.coalescing = plan.coalescings.length > 0 ? new Coalescing(world) : null;
  world.loads = new Loads(world);
  const board = new Board(world, new Outages(world), (kind) => {
    const definition = registry.faultKind(kind);
    invariant(definition !== undefined, 'fault-unknown-to-the-registry');
    return definition!;
  });
  return { world, chains, board, views };
}

function setStreams(world: Draft): void {
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

function setFleets(world: Draft): void {
  const { plan, levels } = world;
  world.fleets = plan.components.map(({ firstInstance, instances }) => ({
    first: firstInstance,
    size: instances,
    ready: Int32Array.from({ length: instances }, (_, index) => index),
    all: Int32Array.from({ length: instances }, (_, index) => index),
    readyCount: instances,
  }));
  world.instances = plan.instances.map(({ component, index, zone }, id) => {
    const instance = new Instance(id, component, index, zone, plan.components[component]);
    instance.busyGauge = levels.register();
    instance.queueGauge = levels.register();
    const separate = instance.yields;
    instance.concurrencyGauge = separate ? levels.register() : instance.busyGauge;
    return instance;
  });
}

function setCores(world: Draft): void {
  const { engine, strands, levels, plan } = world;
  const op = engine.define('cores', (id, generation) => world.instances[id].cores.fire(generation));
  for (const instance of world.instances) {
    const { cpu } = plan.components[instance.component];
    instance.cores = new Cores({
      engine,
      strands,
      levels,
      op,
      id: instance.id,
      cores: cpu.cores,
      fcfs: cpu.discipline === 'fcfs',
      contextSwitchTax: cpu.contextSwitchTax,
      quota:
        cpu.quota === null
          ? null
          : {
              budgetNs: cpu.quota.limit * cpu.quota.periodNs,
              periodNs: cpu.quota.periodNs,
            },
      done: (strand) => world.interpreter.workDone(strand),
    });
  }
}

function linkOf(world: Draft, spec: Plan['links'][number]): Link {
  const { plan, replication, samplers } = world;
  const { from, to } = plan.statEdges[spec.stat];
  const name = `link/${partName(plan, from)}->${partName(plan, to)}`;
  return new Link(samplers, streamKey(plan.seed, replication, name), spec);
}

function setEdges(world: Draft, chains: Chains, all: Balancers): Assembly['views'] {
  const { plan, replication, levels } = world;
  const viewsByPair = new Map<number, View>();
  const list: { instance: number; callee: number; gauge: number }[] = [];
  const viewOf = (instance: number, callee: number): View => {
    const key = instance * plan.components.length + callee;
    let view = viewsByPair.get(key);
    if (view === undefined) {
      view = new View(plan.components[callee].instances);
      view.gauge = levels.register();
      viewsByPair.set(key, view);
      list.push({ instance, callee, gauge: view.gauge });
    }
    return view;
  };
  world.edges = plan.edges.map((spec, id): Edge => {
    const caller = plan.components[plan.parts[spec.from].component];
    const callee = plan.parts[spec.to].component;
    const own = world.instances.slice(
      caller.firstInstance,
      caller.firstInstance + caller.instances,
    );
    const names = `${caller.name}->${plan.components[callee].name}`;
    const views = own.map((instance) => viewOf(instance.id, callee));
    const balancers = own.map((instance, k) => all.of(spec, instance, views[k]));
    return {
      id,
      stat: spec.stat,
      toPart: spec.to,
      toComponent: callee,
      first: plan.components[callee].firstInstance,
      program: plan.parts[spec.to].program,
      balancers,
      timed: balancers.some((balancer) => balancer.ended !== undefined),
      chains: Int32Array.from(own, (instance) =>
        chains.chainOf(spec, instance, views[instance.index]),
      ),
      views,
      depth: chains.depthOf(spec),
      links: Array.from(spec.links, (link) => (link < 0 ? null : world.links[link])),
      linkIds: spec.links,
      stride: Math.round(Math.sqrt(spec.links.length)),
      pick: streamKey(plan.seed, replication, `edge/${names}/pick`),
      idempotent: plan.parts[spec.to].idempotent,
      requestBytes: spec.requestBytes,
      fallback: spec.fallback,
      picked: chains.picks(spec),
      panic: chains.failsOpen(spec) ? Number.MIN_VALUE : 0,
    };
  });
  return list;
}

function limiterOf(world: Draft, spec: Plan['limiters'][number], registry: Registry): Limiter {
  const { layer, component, key } = spec;
  const definition = registry.policyKind(layer.policy, layer.kind);
  invariant(definition?.limiter !== undefined, 'limiter-unknown-to-the-registry');
  const create = (): LimiterState => definition!.limiter!(layer.config);
  const size = world.plan.components[component].instances;
  const shared = layer.scope === 'instance' ? null : create();
  const states = Array.from({ length: size }, () => shared ?? create());
  return { component, states, key };
}

function partName(plan: Plan, part: number): string {
  const { component, name } = plan.parts[part];
  return `${plan.components[component].name}.${name}`;
}
