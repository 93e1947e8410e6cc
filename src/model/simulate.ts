import { engine, type StopReason } from '../kernel/engine.js';
import { invariant } from '../kernel/invariant.js';
import { turn } from '../kernel/rng.js';
import { NoRoom } from '../kernel/room.js';
import { OUTCOME } from '../contracts/outcome.js';
import type { Plan } from '../contracts/plan/plan.js';
import { bookUnanswered } from './resources/arrivals/unanswered.js';
import { GAUGE_KINDS } from '../contracts/record/record.js';
import type {
  GaugeKind,
  GaugeTable,
  PoolRecord,
  RunRecord,
  TraceRecord,
} from '../contracts/record/record.js';
import { auditCalls } from './path/audit-calls.js';
import { assemble, type Assembly } from './assemble.js';
import { largestHolder } from './data/holders.js';
import type { FullRegistry } from './faults/kind.js';
import { RETURN, STATE, strands } from './data/strands/strands.js';
import type { World } from './modules/world.js';
import { frames } from './data/strands/frames.js';
import { levels, type GaugeRow } from './data/figures/levels.js';
import { sink } from './data/figures/sink.js';

export interface SimulateOptions {
  /** Receives the rows of traced requests during the run; without it the first 65,536 are in the record. */
  readonly traceSink?: (rows: TraceRecord) => void;
  /** For tests: called with the assembled world before it runs. */
  readonly prepare?: (world: World) => void;
}

/** True during a run: engine, frames and strands exist once in a thread. */
let isRunning = false;

/**
 * Runs one replication of a plan: a pure function of both. Situations of the model are outcomes and never throw; a
 * broken invariant throws. If a guard stops the run, `stop` says which one. Throws an Error if this thread is already
 * running a simulation, for example when called from inside a traceSink.
 */
export function simulate(
  plan: Plan,
  replication: number,
  registry: FullRegistry,
  options: SimulateOptions = {},
): RunRecord {
  if (isRunning) {
    throw new Error(
      'A simulation is already running in this thread. Start the next one after it has returned, or in a thread of its own.',
    );
  }
  isRunning = true;
  try {
    return runOnce(plan, replication, registry, options);
  } finally {
    isRunning = false;
    turn(0, 0);
  }
}

/** Turns the draws at the start of a cell, if the plan says so. */
function turnAt({ plan, loads, interpreter }: World, cell: number): void {
  const own = plan.turns?.find((one) => one.cell === cell);
  if (own === undefined) return;
  turn(own.a, own.b);
  loads.turned();
  interpreter.turned();
}

function runOnce(
  plan: Plan,
  replication: number,
  registry: FullRegistry,
  options: SimulateOptions,
): RunRecord {
  const assembly = assemble(plan, replication, registry, options.traceSink ?? null);
  const { world, board, collections } = assembly;
  options.prepare?.(world);
  const { meters } = world;
  const { edges } = plan.grid;
  const cells = edges.length - 1;
  engine.boundaries(edges, (k) => {
    levels.close(k - 1);
    meters.close(k - 1);
    sink.cell = k < cells ? k : -1;
    turnAt(world, k);
    board.passed(k);
  });
  board.start();
  collections.start();
  world.loads.start();
  const reason = runEvents(plan);
  // In the middle of an event the invariants do not hold.
  if (reason === 'noRoom') return recordOf(assembly, 'memory', largestHolder(world));
  bookUnfinished(world, options.traceSink !== undefined);
  checkConservation(world);
  for (const audit of world.audits) audit();
  if (reason === 'horizon' || reason === 'drained') bookUnanswered(plan, reason === 'drained');
  if (options.traceSink !== undefined) options.traceSink(world.tracer.take());
  const stop = world.stop?.reason ?? (reason === 'halted' ? 'depth' : reason);
  const detail = world.stop?.detail ?? detailOf(reason, world);
  return recordOf(assembly, stop, detail);
}

/** Handles the events of a run; `noRoom` = a column could not grow. */
function runEvents({ horizonNs, maxEvents }: Plan): StopReason | 'noRoom' {
  try {
    return engine.run(horizonNs, maxEvents);
  } catch (error) {
    if (error instanceof NoRoom) return 'noRoom';
    throw error;
  }
}

function detailOf(reason: StopReason, world: World): string {
  if (reason === 'instant') return recentOps(world);
  return reason === 'memory' ? largestHolder(world) : '';
}

/**
 * Gives all work in flight at the end of the run the outcome `unfinished`. `everyTrace`: it also gets a row in the
 * traces.
 */
function bookUnfinished(world: World, everyTrace: boolean): void {
  const { edges } = world;
  for (let strand = 0; strand < strands.slots.touched; strand++) {
    if (!strands.alive(strand) || strands.parent[strand] >= 0) continue;
    const returns = strands.returns[strand];
    const state = strands.state[strand];
    const atWork = state !== STATE.TRANSIT && state !== STATE.REPLYING && state !== STATE.LOST;
    if (
      returns === RETURN.root ||
      returns === RETURN.task ||
      (returns === RETURN.frame && atWork && !strands.answered[strand])
    ) {
      const part = strands.part[strand];
      sink.unfinished(part, strands.cell[strand]);
      const shift = rowShiftOf(world, strand);
      if (shift > 0) sink.unfinished(part + shift, strands.cell[strand]);
    }
    if (everyTrace && strands.trace[strand] !== 0) {
      if (strands.callerLeftAt[strand] < 0) strands.answer[strand] = OUTCOME.unfinished;
      world.tracer.serves(strand, OUTCOME.unfinished, -1);
      world.tracer.row(strand, -1);
    }
  }
  for (let frame = 0; frame < frames.slots.touched; frame++) {
    if (!frames.slots.has(frame) || frames.base[frame] > 0) continue;
    sink.callUnfinished(edges[frames.edge[frame]].stat, frames.cell[frame]);
  }
}

/** The shift to the row of a strand's version; 0 = a workload, or an instance without versions. */
function rowShiftOf({ instances }: World, strand: number): number {
  const instance = strands.instance[strand];
  return instance < 0 ? 0 : instances[instance].rowShift;
}

/** Every request that arrived in the measured time has exactly one outcome. */
function checkConservation(world: World): void {
  let outcomes = 0;
  world.plan.parts.forEach(({ component }, part) => {
    if (world.plan.components[component].kind === 'workload') outcomes += sink.answers(part);
  });
  invariant(outcomes === world.loads.requests, 'each request has one outcome');
  auditCalls(world);
}

function recordOf(assembly: Assembly, stop: RunRecord['stop'], detail: string): RunRecord {
  const { world } = assembly;
  const { plan, journal, tracer, wire, loads } = world;
  world.duplicates.settle();
  return {
    format: 'faultline.record/1',
    variant: plan.variant,
    replication: world.replication,
    stop,
    stopDetail: detail,
    ...(stop === 'horizon' || stop === 'drained' ? {} : { stopNs: engine.now }),
    digest: digestOf(world),
    totals: {
      events: engine.events,
      heapEvents: engine.heapEvents,
      attempts: wire.attempts,
      requests: loads.requests,
      unfinished: unfinishedRequests(),
      peakPending: engine.peakPending,
      peakFrames: frames.slots.peak,
      peakAttempts: strands.slots.peak,
    },
    parts: sink.partRecords((row) => isFine(plan, plan.measured[row])),
    edges: sink.edgeRecords((edge) => {
      const { from, to } = plan.statEdges[edge];
      return isFine(plan, from) && isFine(plan, to);
    }),
    gauges: gaugesOf(assembly),
    pools: poolsOf(assembly),
    meters: world.meters.records(),
    sagas: world.sagaExamples.map((example) => example()),
    ...heldUpOf(world),
    machines: journal.machines(),
    journal: journal.record(),
    traces: tracer.take(),
  };
}

function heldUpOf({ heldUp }: World): Pick<RunRecord, 'heldUp'> {
  const found = heldUp.flatMap((records) => records());
  return found.length === 0 ? {} : { heldUp: found };
}

function unfinishedRequests(): number {
  let count = 0;
  for (let strand = 0; strand < strands.slots.touched; strand++) {
    const open = strands.alive(strand) && strands.returns[strand] === RETURN.root;
    if (open && strands.parent[strand] < 0 && strands.cell[strand] >= 0) count++;
  }
  return count;
}

/** Digest of all notes and of the amount of work: 16 hex digits. */
function digestOf(world: World): string {
  const { wire } = world;
  const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
  return hex(engine.digest) + hex(Math.imul(wire.attempts, 0x9e3779b1) ^ world.loads.requests);
}

function gaugesOf({ world, chains, views }: Assembly): GaugeTable {
  const { instances } = world;
  const rows: GaugeRow[] = [];
  const add = (kind: GaugeKind, instance: number, callee: number, gauge: number): void => {
    rows.push({ kind: GAUGE_KINDS.indexOf(kind), instance, callee, gauge });
  };
  for (const instance of instances) {
    add('busy', instance.id, -1, instance.busyGauge);
    add('queue', instance.id, -1, instance.queueGauge);
    add('concurrency', instance.id, -1, instance.concurrencyGauge);
    add('cpu', instance.id, -1, instance.cores.gauge);
    if (instance.memory !== null) add('memory', instance.id, -1, instance.memory.gauge);
    const server = chains.pools.servers.get(instance.id);
    if (server !== undefined) add('sessions', instance.id, -1, server.gauge);
  }
  const seen = views();
  for (const view of seen) add('inFlight', view.instance, view.callee, view.gauge);
  for (const view of seen) {
    if (view.left >= 0) add('leftBehind', view.instance, view.callee, view.left);
  }
  for (const pool of chains.pools.list()) {
    add('open', pool.instance, pool.callee, pool.open);
    add('used', pool.instance, pool.callee, pool.used);
    add('waiting', pool.instance, pool.callee, pool.waiting);
    add('abandoned', pool.instance, pool.callee, pool.abandoned);
  }
  for (const { instance, callee, gauge } of chains.pools.sizes.list()) {
    add('size', instance, callee, gauge);
  }
  for (const { instance, part, gauge } of world.tasks.handling) {
    add('handling', instance, part, gauge);
  }
  for (const { instance, node, used } of chains.pools.nodes)
    add('usedOfNode', instance, node, used);
  return levels.tableOf(rows);
}

/** True if the histograms of a part are kept for each segment. */
function isFine({ parts, bySteps }: Plan, part: number): boolean {
  return bySteps[parts[part].component];
}

function poolsOf({ world, chains }: Assembly): PoolRecord[] {
  const components = world.plan.components.length;
  return [...chains.pools.waits].map(([key, waits]) => ({
    callerComponent: Math.floor(key / components),
    calleeComponent: key % components,
    waits: waits.map((histogram) => histogram.toJSON()),
  }));
}

/** Events whose target is a strand, which knows its part. */
const OF_STRAND: ReadonlySet<string> = new Set(['arrive', 'start', 'reply', 'wake']);

/** The parts that were active when too many events happened at one instant, and the names of events without a part. */
function recentOps(world: World): string {
  const { plan } = world;
  const names = new Set<string>();
  for (const { op, target } of engine.recent()) {
    const part = OF_STRAND.has(op) ? plan.parts[strands.part[target]] : undefined;
    names.add(part === undefined ? op : `${plan.components[part.component].name}.${part.name}`);
  }
  return [...names].join(', ');
}
