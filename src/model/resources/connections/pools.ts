import { isAudited } from '../../../kernel/invariant.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Lane } from '../../../kernel/lanes.js';
import { streamKey, unit } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import { OUTCOME, type Outcome } from '../../../contracts/outcome.js';
import type { PlanEdge } from '../../../contracts/plan/plan.js';
import { EDGE_COUNTER } from '../../../contracts/patterns/policy.js';
import type { Alarm, ConnectionLimits, PolicyState } from '../../../contracts/patterns/policy.js';
import type { PgbouncerSettings, Pool } from '../../../contracts/scenario/pools.js';
import { isShared, userOf } from '../../../contracts/scenario/pool-size.js';
import { Histogram } from '../../../stats/histogram.js';
import type { Alarms } from '../../data/instances/alarms.js';
import { auditSessions } from './audit-sessions.js';
import type { Backends } from './backends.js';
import { ConnectionPool } from './connection-pool.js';
import type { View } from '../../data/edges/edge.js';
import { EdgePool } from './edge-pool.js';
import type { EdgePoolParts } from './edge-pool-setup.js';
import { GoPool } from './go-pool.js';
import { fades } from './fates.js';
import { followPrimary, type FollowingRun } from './follow-primary.js';
import type { IdleSetup } from './idle-limits.js';
import { HikariPool } from './hikari-pool.js';
import type { Instance } from '../../data/instances/instance.js';
import { ConnectWork, type Working } from './connect-work.js';
import { linkTo, pingOf } from './node-link.js';
import type { PoolSetup } from './pool-setup.js';
import { byTransaction, PoolSizes, reached } from './pool-sizes.js';
import { Poolers } from './pooler.js';
import { PoolerThreads } from './pooler-thread.js';
import { ServerConnections } from './server-connections.js';
import { Sessions } from './sessions.js';
import { Targets } from '../picking/targets.js';
import { frames } from '../../data/strands/frames.js';
import { levels } from '../../data/figures/levels.js';
import { sink } from '../../data/figures/sink.js';
import { engine } from '../../../kernel/engine.js';
import { samplers } from '../../../kernel/distribution.js';

/** Gauges of the pools of one calling instance to one component, for the record. */
export interface PoolMeter {
  readonly instance: number;
  readonly callee: number;
  readonly open: number;
  readonly used: number;
  readonly waiting: number;
  /** -1 as long as no client has left a statement behind. */
  readonly abandoned: number;
}

const NO_GAUGES = Object.freeze({ open: -1, used: -1, waiting: -1, abandoned: -1 } as const);

/** The gauges of a pool; that of abandoned sessions exists from the first one on. */
interface GaugesOfPool extends Omit<PoolMeter, 'abandoned'> {
  readonly left: number;
  readonly abandoned: () => number;
}

/** What pools need of a run. */
export type PoolsParts = EdgePoolParts &
  FollowingRun & { readonly backends: Backends; readonly tasks: Working };

/** Builds the connection pools: the innermost layers of the chains that have one. */
export class Pools {
  /** By calling instance * components + component called. */
  private readonly meters = new Map<number, GaugesOfPool>();
  /** Instances that may have pools, with the component called. Gauges exist only after the first call. */
  private readonly expected: { readonly instance: number; readonly callee: number }[] = [];
  private readonly pairs = new Set<number>();
  /** Connections in use by calling instance and node, of components with several nodes. */
  readonly nodes: { readonly instance: number; readonly node: number; readonly used: number }[] =
    [];
  /** By calling component * components + component called: waits by segment. */
  readonly waits = new Map<number, Histogram[]>();
  private readonly states = new Map<string, PolicyState>();
  readonly servers = new Map<number, ServerConnections>();
  /** By component. */
  private readonly serversOf = new Map<number, ServerConnections[]>();
  /** By server of a pooler in session mode, and by user. */
  private readonly sessions = new Map<ServerConnections, Map<string, Sessions>>();
  readonly sizes = new PoolSizes(this.world);
  private readonly poolers = new Poolers(this.world);
  private readonly works = new ConnectWork(this.world.tasks);
  private readonly threads = new PoolerThreads(this.world);

  constructor(
    private readonly world: PoolsParts,
    private readonly alarms: Alarms,
  ) {}

  /** The pool of a calling instance to a database, for all bundles. */
  ofDatabase(edge: PlanEdge, caller: Instance): PolicyState {
    const { world } = this;
    const { plan, calls } = world;
    const database = plan.parts[edge.to].component;
    // A pooler in front of the server belongs to no caller.
    const shared = isShared(edge.pool!);
    const user = userOf(edge.pool!, plan.components[caller.component].name);
    const key = shared ? `|${database}|${user}` : `${caller.id}|${database}`;
    const known = this.states.get(key);
    if (known !== undefined) return known;
    const spec = plan.components[database];
    const sized = this.sizes.of(caller.id, database);
    const name = `pool/${plan.components[caller.component].name}->${spec.name}`;
    const connect = samplers.add(spec.connect ?? { kind: 'constant', valueNs: 0 });
    const waits = this.waitsNow(caller.component, database);
    const alarm = (run: () => void): Alarm => this.alarms.add(run, caller);
    const leaks = this.leaksOf(caller, name);
    const opens = (): void => sink.count(edge.stat, EDGE_COUNTER.connects);
    const { open, used, waiting, abandoned } = this.metersOf(caller, database);
    const ofNode = (index: number): number => {
      if (edge.route === null) return -1;
      const gauge = levels.register();
      this.nodes.push({ instance: caller.id, node: spec.firstInstance + index, used: gauge });
      return gauge;
    };
    const make = (index: number, place: string): PolicyState => {
      const server = this.serverOf(database, index);
      const gauges = { open, used, waiting, abandoned, usedOfNode: ofNode(index) };
      return this.create(
        sized?.pool ?? edge.pool!,
        {
          ctx: calls,
          sized,
          samplers,
          connect,
          waits,
          alarm,
          leaks,
          opens,
          refuses: (frame) => this.refused(frame),
          gauges,
          server,
          works: this.works.of(spec, world.instances[spec.firstInstance + index]),
          leaves: (frame, epoch) => world.backends.leave(frame, server, epoch, gauges),
          idle: this.idleOf(edge, caller, index),
          ping: pingOf(this.world, edge, caller, index),
          stream: streamKey(plan.seed, world.replication, `${name}${place}`),
        },
        user,
      );
    };
    if (edge.route === null) return this.keep(key, shared ? null : caller, make(0, ''));
    // Each node has its own address, and so its own pool.
    const nodes = new Targets({
      size: spec.instances,
      make: (index) => make(index, `[${index}]`),
      isLate: false,
      isResetLate: false,
    });
    if (edge.pool!.kind === 'hikari') followPrimary(world, database, caller, nodes);
    return this.keep(key, shared ? null : caller, nodes);
  }

  /** The connection of a try is refused. */
  private refused(frame: number): Outcome {
    const { stat } = this.world.plan.edges[frames.edge[frame]];
    sink.attempt(stat);
    sink.attemptEnded(stat, sink.cell, OUTCOME.refused);
    return OUTCOME.refused;
  }

  /** Selects the calls of an instance that leak their connections during a fault. */
  private leaksOf(caller: Instance, name: string): (frame: number) => boolean {
    const { plan, replication, calls } = this.world;
    const { a, b } = streamKey(plan.seed, replication, `${name}/leak`);
    return (frame) =>
      caller.leak > 0 &&
      unit(a, b, calls.lineageA(frame), calls.lineageB(frame), calls.attemptNumber(frame)) <
        caller.leak;
  }

  /** What ends idle connections of a caller to a node of the database; null if nothing does. */
  private idleOf(edge: PlanEdge, caller: Instance, index: number): IdleSetup | null {
    const { plan, connections, instances } = this.world;
    if (!fades(plan, edge)) return null;
    const { firstInstance, sessionIdleNs } = plan.components[plan.parts[edge.to].component];
    // A pooler is beside its server.
    const link = isShared(edge.pool!)
      ? null
      : linkTo(this.world, edge, caller, instances[firstInstance + index]);
    return {
      sessionNs: sessionIdleNs,
      device: link?.device ?? null,
      fates: connections.fates!,
      alarm: (run) => this.alarms.add(run, null),
    };
  }

  /**
   * `common`: an object of this pool alone, which gets the other fields. A spread would give each object a class of its
   * own, and V8 would look up each use.
   */
  private create(pool: Pool, common: Omit<PoolSetup<Pool>, 'pool'>, user: string): PolicyState {
    const { sized } = common;
    switch (pool.kind) {
      case 'go':
        return reached(sized, pool, new GoPool(Object.assign(common, { pool })));
      case 'hikari': {
        const timeout = this.acquireLane(pool.connectionTimeoutNs)!;
        const leak = this.acquireLane(pool.leakDetectionThresholdNs);
        const own = { pool, timeout, leak };
        return reached(sized, pool, new HikariPool(Object.assign(common, own)));
      }
      case 'pgbouncer': {
        if (pool.mode === 'session') return this.sessionPool(pool, common, user);
        const { reservePoolSize: size, reservePoolTimeoutNs } = pool;
        const timeout = this.acquireLane(pool.queryWaitTimeoutNs);
        const timer = this.acquireLane(reservePoolTimeoutNs);
        const reserve = size === 0 || timer === null ? null : { size, timer };
        const more = { timeout, sessions: null, reserve, keepsOver: true };
        const own = { pool: byTransaction(pool), ...more };
        const one = new ConnectionPool(Object.assign(common, own));
        sized?.made.push({ resize: (other) => one.resize(byTransaction(other as typeof pool)) });
        return this.poolers.create(one, pool, common, user);
      }
      case 'simple': {
        const timeout = this.acquireLane(pool.acquireTimeoutNs);
        const own = { pool, timeout, sessions: null, reserve: null, keepsOver: false };
        return reached(sized, pool, new ConnectionPool(Object.assign(common, own)));
      }
    }
  }

  /** The pool of a client of a pooler in session mode: each client connection holds a server connection. */
  private sessionPool(
    own: PgbouncerSettings,
    common: Omit<PoolSetup<Pool>, 'pool'>,
    user: string,
  ): PolicyState {
    const { server, sized } = common;
    const users = this.sessions.get(server) ?? new Map<string, Sessions>();
    this.sessions.set(server, users);
    let sessions = users.get(user);
    if (sessions === undefined) {
      sessions = new Sessions(
        own,
        this.acquireLane(own.queryWaitTimeoutNs),
        server,
        server.instance,
        users.values().next().value?.users,
      );
      users.set(user, sessions);
    }
    const all = sessions;
    sized?.made.push({ resize: (other) => all.resize((other as typeof own).defaultPoolSize) });
    const timeout = this.acquireLane(own.clients.acquireTimeoutNs);
    const works = this.threads.before(own, server, common.works ?? null);
    const more = { works, pool: own.clients, timeout, sessions, reserve: null, keepsOver: false };
    return new ConnectionPool(Object.assign(common, more));
  }

  /**
   * The pools of a calling instance on an edge: one for each callee instance, or one for all of them. `limited`: the
   * layer that limits their connections, or null; `name`: its name.
   */
  ofEdge(
    edge: PlanEdge,
    caller: Instance,
    view: View,
    limited: PolicyState | null,
    name: string,
  ): PolicyState {
    const { world } = this;
    const { plan } = world;
    const callee = plan.parts[edge.to].component;
    const key = `${caller.id}|${callee}|${edge.version}|${plan.bundles[edge.bundle].poolOf}|${name}`;
    const known = this.states.get(key);
    if (known !== undefined) return known;
    const spec = edge.connections!;
    const common = {
      world,
      spec,
      caller,
      view,
      acquire: this.acquireLane(spec.acquireTimeoutNs),
      gauges: this.metersOf(caller, callee),
      waits: this.waitsNow(caller.component, callee),
    };
    const pair = `${plan.components[caller.component].name}->${plan.components[callee].name}`;
    const ages = streamKey(plan.seed, world.replication, `connections/${pair}/age`);
    const pauses = streamKey(plan.seed, world.replication, `connections/${pair}/backoff`);
    const heed = (state: PolicyState): void => {
      if (state.limits !== undefined) state.limits.hasPools = true;
    };
    if (limited instanceof Targets) limited.each(heed);
    else if (limited !== null) heed(limited);
    const make = (instance: number, index: number): EdgePool => {
      const limits = limited === null ? null : limitsAt(limited, index);
      return new EdgePool({ ...common, ages, pauses, callee: instance, limits });
    };
    if (spec.shared) return this.keep(key, caller, make(-1, 0));
    const { firstInstance, instances } = plan.components[callee];
    const pools = new Targets({
      size: instances,
      make: (index) => make(firstInstance + index, index),
      isLate: true,
      isResetLate: true,
    });
    return this.keep(key, caller, pools);
  }

  /** `caller`: the process that the pool lives in; null for a pooler. */
  private keep(key: string, caller: Instance | null, state: PolicyState): PolicyState {
    this.states.set(key, state);
    caller?.policies.push(state);
    return state;
  }

  private acquireLane(timeoutNs: Ns | null): Lane | null {
    const { calls } = this.world;
    if (timeoutNs === null || timeoutNs === 0) return null;
    return engine.lane(timeoutNs, PHASE.TIMER, calls.timerOp, frames);
  }

  private metersOf(caller: Instance, callee: number): GaugesOfPool {
    const key = caller.id * this.world.plan.components.length + callee;
    const known = this.meters.get(key);
    if (known !== undefined) return known;
    this.expect(caller, callee);
    const meter = {
      instance: caller.id,
      callee,
      open: levels.register(),
      used: levels.register(),
      waiting: levels.register(),
      left: -1,
      abandoned: () => (meter.left < 0 ? (meter.left = levels.register()) : meter.left),
    };
    this.meters.set(key, meter);
    return meter;
  }

  /**
   * Reserves a place in the record for the gauges of a calling instance, so their order does not depend on the first
   * call.
   */
  expect({ id }: Instance, callee: number): void {
    const key = id * this.world.plan.components.length + callee;
    if (this.pairs.has(key)) return;
    this.pairs.add(key);
    this.expected.push({ instance: id, callee });
  }

  /** The gauges of all possible pools; -1 for those without a call so far. */
  list(): readonly PoolMeter[] {
    return this.expected.map(({ instance, callee }) => {
      const known = this.meters.get(instance * this.world.plan.components.length + callee);
      if (known === undefined) return { instance, callee, ...NO_GAUGES };
      return { ...known, abandoned: known.left };
    });
  }

  private waitsNow(caller: number, callee: number): () => Histogram | null {
    const { plan } = this.world;
    const key = caller * plan.components.length + callee;
    const waits =
      this.waits.get(key) ?? Array.from({ length: plan.grid.segments }, () => new Histogram());
    this.waits.set(key, waits);
    return () => (sink.cell < 0 ? null : waits[plan.grid.segmentOfCell[sink.cell]]);
  }

  /** Checks the sessions of a component at the end of a run; in audited runs whenever one of them ends. */
  private watch(database: number, server: ServerConnections): void {
    const { world } = this;
    const known = this.serversOf.get(database);
    const own = known ?? [];
    own.push(server);
    const check = (): void => auditSessions(world, own);
    if (isAudited()) server.law = check;
    if (known !== undefined) return;
    this.serversOf.set(database, own);
    world.audits.push(check);
  }

  private serverOf(database: number, index: number): ServerConnections {
    const { maxConnections, firstInstance, clientCheckNs } = this.world.plan.components[database];
    const id = firstInstance + index;
    let server = this.servers.get(id);
    if (server === undefined) {
      server = new ServerConnections(maxConnections, clientCheckNs, this.world.instances[id]);
      this.servers.set(id, server);
      this.watch(database, server);
    }
    return server;
  }
}

/** The connection limits of a layer for the instance with this index, or null. */
export function limitsAt(state: PolicyState, index: number): ConnectionLimits | null {
  const own = state instanceof Targets ? state.at(index) : state;
  return own.limits ?? null;
}
