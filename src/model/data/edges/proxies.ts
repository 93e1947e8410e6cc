import { invariant } from '../../../kernel/invariant.js';
import { samplers } from '../../../kernel/distribution.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { Slots } from '../../../kernel/pool.js';
import { IntRing } from '../../../kernel/ring.js';
import { streamKey, type StreamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import type { PlanMesh, PlanProxy } from '../../../contracts/plan/mesh.js';
import type { Plan } from '../../../contracts/plan/plan.js';
import { levels } from '../figures/levels.js';
import type { Durations, Meters } from '../figures/meters.js';
import { sink } from '../figures/sink.js';
import type { Fleet } from '../instances/fleet.js';

/** Reasons to pass a proxy; also the index of the draws of a pass. */
export const LEG = Object.freeze({ caller: 0, waypoint: 1, callee: 2, handshake: 3 } as const);

/** Takes over what a proxy has passed on. */
export interface Passer {
  passed(target: number, stamp: number, leg: number): void;
}

/** The proxies of one component, with the figures of all of them. */
interface Group {
  readonly spec: PlanProxy;
  readonly work: StreamKey;
  readonly latency: StreamKey;
  readonly utilization: number;
  readonly queue: number;
  readonly waits: Durations;
  /** Number of proxies at the moment. */
  proxies(): number;
  busy: number;
}

/** One proxy: its workers, and the passes that wait for one. */
interface Proxy {
  readonly group: Group;
  readonly queue: IntRing;
  busy: number;
}

/** The parts of a run that proxies need. */
interface ProxiedRun {
  readonly plan: Plan;
  readonly replication: number;
  readonly meters: Meters;
  readonly fleets: readonly Fleet[];
  readonly audits: (() => void)[];
}

/**
 * The proxies of a service mesh: one beside each instance of its members, and the waypoints of its services. A proxy has
 * worker threads and one FIFO queue. Its CPU is its own: it neither takes cores of its instance nor stops with it.
 */
export class Proxies {
  /** By instance; then by component, the waypoints. */
  private readonly proxies: readonly (Proxy | null)[];
  private readonly instances: number;
  private readonly handshakeWork: number;
  private readonly meters: Meters;
  private readonly op: number;
  private readonly passers: Passer[] = [];
  private readonly slots = new Slots();
  /** By pass. */
  private proxyOf: Int32Array = new Int32Array(0);
  private target: Int32Array = new Int32Array(0);
  private stamp: Int32Array = new Int32Array(0);
  private leg: Int32Array = new Int32Array(0);
  private cell: Int32Array = new Int32Array(0);
  private since: Float64Array = new Float64Array(0);
  private workNs: Float64Array = new Float64Array(0);

  constructor(run: ProxiedRun, mesh: PlanMesh) {
    const { components, instances } = run.plan;
    const groups = components.map((_, id) =>
      mesh.members[id] === 1 ? groupOf(run, id, BESIDE, mesh.proxy) : null,
    );
    const waypoints = components.map((_, id) =>
      mesh.waypoints[id] === 1 ? groupOf(run, id, IN_FRONT, mesh.waypoint!) : null,
    );
    this.instances = instances.length;
    this.proxies = [...instances.map(({ component }) => groups[component]), ...waypoints].map(
      (group) => (group === null ? null : { group, queue: new IntRing(), busy: 0 }),
    );
    this.handshakeWork = mesh.handshakeWork;
    this.meters = run.meters;
    this.op = engine.define('proxy', (pass) => this.worked(pass));
    this.slots.addColumns(this);
    run.audits.push(() => this.audit());
  }

  /** Sets the part that takes over passes for these reasons. */
  serve(legs: readonly number[], passer: Passer): void {
    for (const leg of legs) this.passers[leg] = passer;
  }

  /** The proxy beside an instance. */
  beside(instance: number): number {
    return instance;
  }

  /** The waypoint of a component. */
  waypointOf(component: number): number {
    return this.instances + component;
  }

  /** Time of a pass beside its work. */
  latency(proxy: number, leg: number, lineageA: number, lineageB: number): Ns {
    const { spec, latency } = this.proxies[proxy]!.group;
    return samplers.draw(spec.latency, latency.a, latency.b, lineageA, lineageB, leg);
  }

  /** Starts or queues the work of a pass. False = it takes no time, and the caller continues at once. */
  enter(
    at: number,
    leg: number,
    target: number,
    stamp: number,
    lineageA: number,
    lineageB: number,
  ): boolean {
    const proxy = this.proxies[at]!;
    const { spec, work } = proxy.group;
    const sampler = leg === LEG.handshake ? this.handshakeWork : spec.work;
    const workNs = samplers.draw(sampler, work.a, work.b, lineageA, lineageB, leg);
    if (workNs === 0) return false;
    const pass = this.slots.take();
    this.proxyOf[pass] = at;
    this.target[pass] = target;
    this.stamp[pass] = stamp;
    this.leg[pass] = leg;
    this.cell[pass] = sink.cell;
    this.since[pass] = engine.now;
    this.workNs[pass] = workNs;
    if (proxy.busy < spec.workers) {
      invariant(proxy.queue.length === 0, 'no worker is free while passes wait');
      proxy.busy++;
      this.setBusy(proxy.group, 1);
      this.start(pass, proxy.group);
    } else {
      proxy.queue.push(pass);
      levels.add(proxy.group.queue, 1);
    }
    return true;
  }

  private start(pass: number, group: Group): void {
    this.meters.took(group.waits, this.cell[pass], engine.now - this.since[pass]);
    engine.at(engine.now + this.workNs[pass], PHASE.ARRIVAL, this.op, pass, 0, 0);
  }

  /** The work of a pass is done: its worker takes the next one. */
  private worked(pass: number): void {
    const proxy = this.proxies[this.proxyOf[pass]]!;
    invariant(proxy.busy > 0, 'a pass ends on a worker that was busy');
    const { group } = proxy;
    const next = proxy.queue.shift();
    if (next >= 0) {
      levels.add(group.queue, -1);
      this.start(next, group);
    } else {
      proxy.busy--;
      this.setBusy(group, -1);
    }
    const target = this.target[pass];
    const stamp = this.stamp[pass];
    const leg = this.leg[pass];
    this.slots.give(pass);
    this.passers[leg].passed(target, stamp, leg);
  }

  private setBusy(group: Group, delta: number): void {
    group.busy += delta;
    const workers = group.spec.workers * Math.max(1, group.proxies());
    levels.set(group.utilization, group.busy / workers);
  }

  /** Checks that each pass is worked on or waits, and that none waits beside a free worker. */
  private audit(): void {
    let known = 0;
    for (const proxy of this.proxies) {
      if (proxy === null) continue;
      const { busy, queue, group } = proxy;
      known += busy + queue.length;
      invariant(
        queue.length === 0 || busy === group.spec.workers,
        'no pass waits while a worker is free',
      );
    }
    invariant(known === this.slots.used, 'each pass is worked on or waits');
  }
}

/** Names of the draws and figures of a kind of proxy. */
interface Names {
  readonly stream: string;
  readonly isShared: boolean;
  readonly utilization: string;
  readonly queue: string;
  readonly wait: string;
}

const BESIDE: Names = {
  stream: 'proxy',
  isShared: false,
  utilization: 'proxy.utilization',
  queue: 'proxy.queue',
  wait: 'proxy.wait',
};
const IN_FRONT: Names = {
  stream: 'waypoint',
  isShared: true,
  utilization: 'waypoint.utilization',
  queue: 'waypoint.queue',
  wait: 'waypoint.wait',
};

function groupOf(run: ProxiedRun, id: number, names: Names, spec: PlanProxy): Group {
  const { plan, replication, meters, fleets } = run;
  const { name, instances, initial } = plan.components[id];
  const subject = { component: id, part: -1 };
  const key = (of: string): StreamKey =>
    streamKey(plan.seed, replication, `mesh/${names.stream}/${name}/${of}`);
  const fleet = fleets[id];
  return {
    spec,
    work: key('work'),
    latency: key('latency'),
    utilization: meters.gauge(names.utilization, subject),
    queue: meters.gauge(names.queue, subject),
    waits: meters.durations(names.wait, subject),
    proxies: () => (names.isShared ? 1 : initial === instances ? instances : fleet.readyCount),
    busy: 0,
  };
}
