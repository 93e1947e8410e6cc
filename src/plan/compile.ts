import type { CountDistribution } from '../kernel/counts.js';
import type { Distribution } from '../kernel/distribution.js';
import { invariant } from '../kernel/invariant.js';
import { faultKind } from '../patterns/registry.js';
import type { FaultKind } from '../spec/fault.js';
import type { Plan, PlanComponent } from '../spec/plan.js';
import { OP } from '../spec/plan.js';
import type {
  Cpu,
  LoadBalancing,
  Queue,
  Scenario,
  ScenarioFile,
  Variant,
} from '../spec/scenario.js';
import { Assembler, SLOT } from './assembler.js';
import { BARE_LINE, calledPart } from './calls.js';
import { Interner, sortedEntries } from './canonical.js';
import { Conditions } from './conditions.js';
import { EdgeTable } from './edges.js';
import { LinkEnds } from './fault-links.js';
import { planFaults } from './faults.js';
import { isFree } from './free.js';
import { planGrid, windowEdgesOf } from './grid.js';
import { Keyed } from './keyed.js';
import type { LaidComponent, LaidPart, Layout } from './layout.js';
import { hostOf, layOut } from './layout.js';
import { Limiters } from './limiters.js';
import { planLoads, traceShareOf } from './loads.js';
import { planLinks, withLinks } from './network.js';
import { Problems } from './problem.js';
import { fullName, writeProgram, writeRefusal } from './programs.js';
import { isSized, responseBytesOf } from './sizes.js';
import { eachStep } from './walk.js';
import type { Writer } from './writer.js';

export interface CompileOptions {
  /** Share of user requests to trace, 0 to 1; by default about 400 of a run. */
  readonly traceShare?: number;
}

/**
 * Lowers one variant to the plan that a run needs. Pure, and the same for any order of the sections and
 * maps of the scenario. Throws PlanError with all problems that only show here.
 */
export function compile(variant: Variant, file: ScenarioFile, options: CompileOptions = {}): Plan {
  const { scenario } = variant;
  const problems = new Problems();
  const times = timesOf(scenario);
  const layout = layOut(scenario, problems);
  const writer: Writer = {
    layout,
    assembler: new Assembler(),
    edges: new EdgeTable(),
    conditions: new Conditions(layout, problems),
    distributions: new Interner<Distribution>(),
    counts: new Interner<CountDistribution>(),
    keyed: new Keyed(sortedEntries(scenario.keys).map(([name]) => name)),
    problems,
    registers: { used: 0 },
  };
  const limiters = new Limiters(scenario.keys, problems);
  const programs = layout.parts.map((part) => writeProgram(writer, limiters, part));
  const refusals = layout.components.map((component) => writeRefusal(writer, component));
  const { edges, statEdges, bundles, deepestChain, numbers } = writer.edges.finish(layout);
  writer.assembler.renumber(OP.CALL, SLOT.A, numbers);
  const links = planLinks(scenario.network, layout, statEdges, writer.distributions);
  const loads = planLoads(layout, times.warmupNs, times.endNs);
  const ends = new LinkEnds(layout, links, statEdges);
  const sight = { layout, ends, loads, kindOf: knownFaultKind, problems, ...times };
  const faults = planFaults(sight, scenario.faults);
  problems.settle();
  const windowEdges = windowEdgesOf(file).map((edge) => times.warmupNs + edge);
  return {
    format: 'faultline.plan/1',
    variant: variant.name,
    seed: scenario.run.seed,
    ...times,
    maxEvents: scenario.run.maxEvents,
    grid: planGrid({ ...times, stepNs: scenario.run.stepNs, faults, windowEdges }),
    components: layout.components.map((it) => planComponent(it, refusals[it.id]!)),
    parts: layout.parts.map((part) => planPart(layout, part, programs[part.id]!)),
    instances: layout.instances,
    edges: withLinks(edges, links, layout.zones.length),
    statEdges,
    bundles,
    distributions: writer.distributions.values,
    counts: writer.counts.values,
    program: writer.assembler.seal(),
    loads,
    links,
    limiters: limiters.list,
    sized: isSized(
      scenario,
      edges.map(({ requestBytes }) => requestBytes),
    ),
    checks: writer.keyed.checks,
    coalescings: writer.keyed.coalescings,
    faults,
    keys: limiters.keys,
    deepestChain,
    traceShare: options.traceShare ?? traceShareOf(loads),
  };
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

function planPart(layout: Layout, part: LaidPart, program: number): Plan['parts'][number] {
  return {
    name: part.name,
    component: part.component.id,
    program,
    idempotent: repeatable(layout, part, layout.components.length),
    responseBytes: responseBytesOf(part),
  };
}

/**
 * True where a second execution does no harm. A route is so when everything behind it is; `hops` bounds
 * gateways that point at each other.
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
    case 'request':
      return false;
    case 'route': {
      const targets = source.route.to.map(({ target }) => target);
      eachStep(source.route.steps ?? [], (step) => {
        if (step.verb === 'call') targets.push(step.to);
        if (step.verb === 'query') targets.push({ component: step.database, part: step.operation });
      });
      return targets.every((target) => {
        const callee = calledPart(layout, target, BARE_LINE, fullName(part), new Problems());
        return hops > 0 && callee !== null && repeatable(layout, callee, hops - 1);
      });
    }
  }
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
  loadBalancing: { kind: 'roundRobin', config: {} } satisfies LoadBalancing,
  external: false,
} as const);

function planComponent(component: LaidComponent, rejectProgram: number): PlanComponent {
  const { source } = component;
  const host = hostOf(component);
  const common = {
    name: component.name,
    kind: component.kind,
    firstInstance: component.firstInstance,
    instances: component.zones.length,
    firstPart: component.parts[0]?.id ?? 0,
    parts: component.parts.length,
    rejectProgram,
    maxConnections: Infinity,
    connect: null,
  };
  if (host === null) {
    const critical = source.kind === 'workload' && source.workload.critical;
    return { ...common, ...CLIENT, critical };
  }
  const { runtime, concurrency, queue, cpu, cancellation, loadBalancing, external, critical } =
    host;
  const own = { runtime, concurrency, queue, cpu, cancellation, loadBalancing, external, critical };
  if (source.kind !== 'database') return { ...common, ...own };
  const { maxConnections, reserved, connect } = source.host;
  return {
    ...common,
    ...own,
    // Reserved connections are held back from all pools.
    maxConnections: Math.max(0, maxConnections - reserved),
    connect: isFree(connect) ? null : connect,
  };
}
