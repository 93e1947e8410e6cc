import { invariant } from '../../../kernel/invariant.js';
import { log } from '../../../kernel/math.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Lane } from '../../../kernel/lanes.js';
import { derive, lineage, streamKey, unit, type StreamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import { OUTCOME, isSuccess, type Outcome } from '../../../contracts/outcome.js';
import type { PlanLoad } from '../../../contracts/plan/plan.js';
import { presentFrom, type Stages } from '../../../contracts/scenario/stages.js';
import { intensityOf, type Intensity } from './intensity.js';
import { RETURN, lives, strands } from '../../data/strands/strands.js';
import { Surges } from './surges.js';
import type { ServedRun } from '../../data/run.js';
import { levels } from '../../data/figures/levels.js';
import { sink } from '../../data/figures/sink.js';
import { engine } from '../../../kernel/engine.js';
import { samplers } from '../../../kernel/distribution.js';

/** One workload at run time. */
interface Load {
  readonly id: number;
  readonly spec: PlanLoad;
  readonly instance: number;
  readonly firstPart: number;
  readonly lineage: StreamKey;
  readonly gaps: StreamKey;
  readonly choice: StreamKey;
  readonly intensity: Intensity | null;
  /** True if gaps are equal: nothing is drawn for them. */
  readonly isRegular: boolean;
  /** Sampler of think times or gaps, or -1. */
  readonly sampler: number;
  readonly patience: readonly (Lane | null)[];
  /** By request: latency up to which it counts as goodput; Infinity = any. */
  readonly goodWithin: Float64Array;
  /** Factor on the rate, set by faults. */
  factor: number;
  arrivals: number;
  /** Number of extra requests that faults have sent. */
  others: number;
  /** Time at which the next arrival is due, on the clock of the arrivals (`clockAt`). */
  expected: number;
  /** Increments when the rate changes, which voids arrivals scheduled before. */
  stamp: number;
}

/** Key of the draws that select traced requests: the same requests in every run of a scenario. */
const TRACE_STREAM = { a: 0x74726163, b: 0x65 } as const;

/**
 * The users: open arrival processes and closed loops. Each request is a job on the pseudo-instance of its workload,
 * with the lineage (workload, arrival number) or (workload, user, round).
 */
export class Loads {
  /** Number of requests that arrived in the measured time. */
  requests = 0;
  readonly surges: Surges;
  private readonly loads: readonly Load[];
  private readonly arriveOp: number;
  private readonly userOp: number;
  /** By load: rounds made by each user of a closed loop. */
  private readonly rounds: readonly Int32Array[];

  constructor(private readonly world: ServedRun) {
    const { plan } = world;
    this.arriveOp = engine.define('request', (load, stamp) => {
      if (this.loads[load].stamp === stamp) this.arrive(this.loads[load]);
    });
    this.userOp = engine.define('user', (load, user) => this.round(this.loads[load], user));
    const patienceOp = engine.define('patience', (strand) => this.giveUp(strand));
    this.loads = plan.loads.map((spec, id) => this.build(spec, id, patienceOp));
    this.surges = new Surges(world, (id, a, b) => {
      const load = this.loads[id];
      this.open(load, -1, a, b, load.arrivals + load.others++);
    });
    this.rounds = plan.loads.map(
      ({ arrivals }) => new Int32Array(arrivals.kind === 'closed' ? arrivals.users : 0),
    );
  }

  /** Schedules the first arrival of every workload. */
  start(): void {
    for (const load of this.loads) {
      const { arrivals, startNs } = load.spec;
      if (arrivals.kind === 'closed') {
        const { users, ramp, rampUpNs } = arrivals;
        for (let user = 0; user < users; user++) {
          const delay = Math.round((rampUpNs * user) / users);
          const from = ramp === null ? startNs + delay : this.presentFrom(ramp, user, startNs);
          if (from < Infinity) this.scheduleUser(load, user, from);
        }
      } else {
        if (load.intensity !== null) load.expected = load.intensity.cumulated(startNs);
        this.scheduleNext(load, startNs);
      }
    }
  }

  /**
   * Changes the rate of a workload: the rest of the current gap passes at the new rate. Users that are thinking finish
   * at the old one.
   */
  setRate(id: number, factor: number): void {
    const load = this.loads[id];
    const { arrivals, startNs } = load.spec;
    const before = load.factor;
    load.factor = factor;
    if (arrivals.kind === 'closed' || arrivals.kind === 'at') return;
    const clock = clockAt(load, Math.max(engine.now, startNs));
    load.expected = clock + (Math.max(0, load.expected - clock) * before) / factor;
    invariant(load.expected >= clock, 'a change of the rate moves no arrival into the past');
    load.stamp++;
    this.schedule(load, dueTime(load, engine.now));
  }

  /**
   * The draws have turned: a Poisson process forgets how long its gap has lasted, so the rest of each one gets a new draw.
   * Without this all futures of a state would begin with the same arrival.
   */
  turned(): void {
    for (const load of this.loads) {
      const { startNs, stopNs } = load.spec;
      const { now } = engine;
      if (load.intensity === null || load.isRegular || now < startNs || now >= stopNs) continue;
      load.expected = clockAt(load, now) + this.shareOf(load) / load.factor;
      load.stamp++;
      this.schedule(load, dueTime(load, now));
    }
  }

  /** A request has ended. */
  requestEnded(strand: number, outcome: Outcome): void {
    const load = this.loads[strands.from[strand]];
    const part = strands.part[strand];
    const latency = engine.now - strands.arrived[strand];
    const good = latency <= load.goodWithin[part - load.firstPart] && isSuccess(outcome);
    sink.answer(part, strands.cell[strand], outcome, latency, good);
    engine.note((load.id << 8) | (outcome & 31), strands.lineageA[strand]);
    strands.answer[strand] = outcome;
    strands.ended[strand] = engine.now;
    const user = strands.link[strand];
    invariant(load.arrivals + load.others > 0, 'a request ends that has arrived');
    this.world.server.freeJob(strand, engine.now);
    if (user >= 0) this.scheduleUser(load, user, engine.now);
  }

  private build(spec: PlanLoad, id: number, patienceOp: number): Load {
    const { plan, replication } = this.world;
    const component = plan.components[spec.component];
    const key = (meaning: string): StreamKey =>
      streamKey(plan.seed, replication, `workload/${component.name}/${meaning}`);
    const { arrivals } = spec;
    const law =
      arrivals.kind === 'renewal'
        ? arrivals.gap
        : arrivals.kind === 'closed'
          ? arrivals.think
          : null;
    return {
      id,
      spec,
      instance: component.firstInstance,
      firstPart: component.firstPart,
      lineage: key('request'),
      gaps: key('arrivals'),
      choice: key('choice'),
      intensity: intensityOf(arrivals, plan.warmupNs, plan.endNs),
      isRegular:
        arrivals.kind === 'constant' || ('process' in arrivals && arrivals.process === 'constant'),
      sampler: law === null ? -1 : samplers.add(law),
      patience: spec.requests.map(({ patienceNs }) =>
        patienceNs === null ? null : engine.lane(patienceNs, PHASE.TIMER, patienceOp, lives),
      ),
      goodWithin: Float64Array.from(spec.requests, (one) => one.goodputWithinNs ?? Infinity),
      factor: 1,
      arrivals: 0,
      others: 0,
      expected: 0,
      stamp: 0,
    };
  }

  private arrive(load: Load): void {
    invariant(engine.now < load.spec.stopNs, 'a load that has stopped sends nothing');
    const number = load.arrivals++;
    derive(load.lineage.a, load.lineage.b, number);
    const { arrivals } = load.spec;
    const recorded = arrivals.kind === 'at' ? (arrivals.requests?.[number] ?? -1) : -1;
    const { a, b } = lineage;
    // Drawn here, the time is known when it is needed: a processor computes it during what follows.
    const next = this.nextTime(load, engine.now);
    this.open(load, -1, a, b, number + load.others, recorded);
    this.schedule(load, next);
  }

  /** Schedules the next arrival of an open load after `now`. */
  private scheduleNext(load: Load, now: Ns): void {
    this.schedule(load, this.nextTime(load, now));
  }

  private schedule(load: Load, at: Ns): void {
    if (at < load.spec.stopNs) {
      engine.at(at, PHASE.ARRIVAL, this.arriveOp, load.id, load.stamp, 0);
    }
  }

  private nextTime(load: Load, now: Ns): Ns {
    const { arrivals } = load.spec;
    const { gaps } = load;
    const n = load.arrivals;
    if (arrivals.kind === 'at') {
      if (n >= arrivals.timesNs.length) return Infinity;
      return this.world.plan.warmupNs + arrivals.timesNs[n];
    }
    if (arrivals.kind === 'renewal') {
      const gap = samplers.draw(load.sampler, gaps.a, gaps.b, n, 0, 0);
      load.expected = now + Math.round(gap / load.factor);
      return load.expected;
    }
    load.expected += this.shareOf(load) / load.factor;
    return dueTime(load, now);
  }

  /** The next gap of a load, in mean gaps. */
  private shareOf({ isRegular, gaps, arrivals }: Load): number {
    return isRegular ? 1 : -log(unit(gaps.a, gaps.b, arrivals, 0, 0));
  }

  private scheduleUser(load: Load, user: number, from: Ns): void {
    invariant(from >= load.spec.startNs, 'a user sends nothing before its load starts');
    const { gaps } = load;
    const round = this.rounds[load.id][user];
    const think = samplers.draw(load.sampler, gaps.a, gaps.b, user, round, 0);
    const gap = Math.round(load.factor > 0 ? think / load.factor : think);
    const { arrivals } = load.spec;
    let at = from + gap;
    if (arrivals.kind === 'closed' && arrivals.ramp !== null) {
      // A user that was away in the meantime thinks again after coming back.
      let present = this.presentFrom(arrivals.ramp, user, at);
      for (; present > at && present < Infinity;) {
        at = present + gap;
        present = this.presentFrom(arrivals.ramp, user, at);
      }
      at = present;
    }
    if (at < load.spec.stopNs) engine.at(at, PHASE.ARRIVAL, this.userOp, load.id, user, 0);
  }

  private presentFrom(ramp: Stages, user: number, at: Ns): Ns {
    const { warmupNs } = this.world.plan;
    return warmupNs + presentFrom(ramp, user, at - warmupNs);
  }

  /** A user of a closed loop sends a request. */
  private round(load: Load, user: number): void {
    invariant(
      user >= 0 && user < this.rounds[load.id].length,
      'a round belongs to a user of its load',
    );
    const rounds = this.rounds[load.id];
    const round = rounds[user]++;
    load.arrivals++;
    derive(load.lineage.a, load.lineage.b, user);
    derive(lineage.a, lineage.b, round);
    this.open(load, user, lineage.a, lineage.b, user + round * rounds.length + load.others);
  }

  /**
   * A request arrives. `user`: the user of a closed loop, -1 for open arrivals; `recorded`: the recorded request of a
   * replayed trace, -1 to draw one.
   */
  private open(
    load: Load,
    user: number,
    a: number,
    b: number,
    arrival: number,
    recorded = -1,
  ): void {
    const { world } = this;
    const { plan } = world;
    const strand = strands.open(load.instance, a, b);
    const request = recorded >= 0 ? recorded : this.chooseRequest(load, a, b);
    const part = load.firstPart + request;
    strands.part[strand] = part;
    strands.request[strand] = part;
    strands.returns[strand] = RETURN.root;
    strands.from[strand] = load.id;
    strands.link[strand] = user;
    strands.rootA[strand] = strands.callA[strand] = a;
    strands.rootB[strand] = strands.callB[strand] = b;
    strands.level[strand] = 0;
    if (world.prioritised) strands.priority[strand] = plan.parts[part].priority;
    strands.attempt[strand] = 1;
    strands.deadline[strand] = Infinity;
    strands.pc[strand] = plan.parts[part].program;
    strands.cell[strand] = sink.cell;
    strands.arrived[strand] = strands.sent[strand] = engine.now;
    strands.arrival[strand] = arrival;
    this.trace(strand, a, b);
    if (sink.cell >= 0) this.requests++;
    const patience = load.patience[request];
    if (patience !== null) engine.arm(patience, strand, strands.life[strand]);
    world.server.startRoot(strand);
  }

  private trace(strand: number, a: number, b: number): void {
    const { plan, tracer } = this.world;
    const traced =
      sink.cell >= 0 &&
      plan.traceShare > 0 &&
      unit(TRACE_STREAM.a, TRACE_STREAM.b, a, b, 0) < plan.traceShare;
    const id = traced ? tracer.nextId() : 0;
    strands.trace[strand] = id;
    strands.traceRoot[strand] = id;
    if (traced) tracer.begins(strand);
    strands.called[strand] = engine.now;
  }

  private chooseRequest(load: Load, a: number, b: number): number {
    const { weights } = load.spec;
    if (weights.length === 1) return 0;
    const u = unit(load.choice.a, load.choice.b, a, b, 0) * weights[weights.length - 1];
    let request = 0;
    while (request < weights.length - 1 && weights[request] < u) request++;
    return request;
  }

  /** The client has run out of patience and leaves; it cancels the request at the servers only if so configured. */
  private giveUp(strand: number): void {
    const { server, instances } = this.world;
    const load = this.loads[strands.from[strand]];
    invariant(
      strands.returns[strand] === RETURN.root,
      'only the request of a client has its patience',
    );
    const { patienceCancels } = load.spec.requests[strands.part[strand] - load.firstPart];
    server.stop(strand, patienceCancels);
    levels.add(instances[strands.instance[strand]].concurrencyGauge, -1);
    this.requestEnded(strand, OUTCOME.abandoned);
  }
}

/** The current value of the clock of the arrivals: expected arrivals, or time where gaps are drawn. */
function clockAt({ intensity }: Load, at: Ns): number {
  return intensity === null ? at : intensity.cumulated(at);
}

/** Time at which the clock of the arrivals reaches the next one, not before `now`. */
function dueTime({ intensity, expected }: Load, now: Ns): Ns {
  return Math.max(now, Math.round(intensity === null ? expected : intensity.inverse(expected)));
}
