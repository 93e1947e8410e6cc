import { engine } from '../../../kernel/engine.js';
import { invariant, isAudited } from '../../../kernel/invariant.js';
import type { Lane } from '../../../kernel/lanes.js';
import { derive, lineage } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import { OUTCOME, PARK, PASS, type Outcome } from '../../../contracts/outcome.js';
import { EDGE_COUNTER, type PolicyState } from '../../../contracts/patterns/policy.js';
import type {
  Keepalive,
  PingPermit,
  ServerClosing,
} from '../../../contracts/scenario/connections.js';
import { ConnectionLine } from './connection-line.js';
import { DialPauses } from './dial-pauses.js';
import { CONNECTION } from './connection-table.js';
import type { Instance } from '../../data/instances/instance.js';
import { NOWHERE } from '../picking/picks.js';
import { frames } from '../../data/strands/frames.js';
import { levels } from '../../data/figures/levels.js';
import { sink } from '../../data/figures/sink.js';
import type { EdgePoolSetup } from './edge-pool-setup.js';

/** Largest table of connections that an audit walks through at each opening. */
const AUDITED_MOST = 256;

/**
 * The connections of one calling instance to a service, the innermost layer of its calls. The connection that most
 * recently got room is used first. If none has room, one is opened while the limit allows; otherwise the call waits in
 * line, in FIFO order. A connection that becomes free while others are being opened goes to the head of the line; a
 * connection opened in vain stays idle (golang/go net/http/transport.go, envoy conn_pool_base.cc).
 *
 * A caller that gives up closes its connection if an answer could still arrive on it (HTTP/1.1); otherwise it ends only
 * its stream.
 */
export class EdgePool implements PolicyState {
  readonly multiplexed: boolean;
  readonly tlsTrips: number;
  /** The callee also asks its callers for a certificate. */
  readonly mutual: boolean;
  private readonly id: number;
  private readonly connect: Lane | null;
  private readonly idleLane: Lane | null;
  private readonly age: Lane | null;
  /** The callee's limits on connections, and its idle timer. */
  readonly closes: ServerClosing | null;
  readonly serverIdle: Lane | null;
  /** How the caller asks for its peer, and the timer; null = it does not. */
  readonly keepalive: Keepalive | null;
  private readonly keepaliveLane: Lane | null;
  readonly pings: PingPermit | null = this.setup.spec.pings;
  /** Open connections with room; the last element is used first. */
  private readonly ready: number[] = [];
  private readonly line: ConnectionLine;
  /** Pauses between vain attempts to connect, or null. */
  private readonly pauses: DialPauses | null;
  private open = 0;
  private idle = 0;
  private inUse = 0;
  private dialling = 0;
  private readonly audited = isAudited();
  readonly caller: Instance = this.setup.caller;

  constructor(private readonly setup: EdgePoolSetup) {
    const { spec, world } = setup;
    this.multiplexed = spec.multiplexed;
    this.tlsTrips = spec.tlsTrips;
    this.mutual = spec.mutual;
    const { connections, calls } = world;
    this.line = new ConnectionLine(calls, setup.gauges.waiting, setup.limits);
    this.id = connections.pools.push(this) - 1;
    this.connect = connections.connectLane(spec.connectTimeoutNs);
    this.idleLane = connections.idleLane(spec.idleTimeoutNs);
    this.age = connections.ageLane(spec.lifetimeNs);
    this.pauses = spec.backoff === null ? null : new DialPauses(spec.backoff, setup.pauses);
    this.closes = spec.server;
    this.serverIdle = spec.server === null ? null : world.serverEnds!.idleLane(spec.server);
    this.keepalive = spec.keepalive;
    this.keepaliveLane = spec.keepalive === null ? null : world.keepalives!.lane(spec.keepalive);
  }

  enter(frame: number, layer: number): number {
    const { limits } = this.setup;
    invariant(this.idle <= this.ready.length, 'every idle connection has room for an attempt');
    if (this.ready.length > 0) {
      if (limits !== null && limits.requests >= limits.maxRequests && this.overflows(frame)) {
        return OUTCOME.rejectedBulkhead;
      }
      this.attach(frame, layer, this.ready[this.ready.length - 1]);
      this.waited(0);
      return PASS;
    }
    if (limits !== null && limits.pending >= limits.maxPending && this.overflows(frame)) {
      return OUTCOME.rejectedBulkhead;
    }
    this.line.note(frame, layer, engine.now);
    return this.queue(frame, layer);
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    const { connections, calls, serverEnds } = this.setup.world;
    const slot = calls.word(frame, layer);
    const kind = outcome & 31;
    const isOver = this.closes !== null && serverEnds!.isOver(slot);
    const isLost = !this.multiplexed || isOver || connections.isStale(slot);
    // A limit that began with the connection has ended the attempt: its answer would still come on it.
    const left = kind === OUTCOME.timeout && !this.multiplexed;
    const broken = left || (kind === OUTCOME.reset && isLost);
    // A host resets a connection that it does not know. Only new connections are refused.
    if (broken || kind === OUTCOME.refused) this.retire(slot);
    this.detach(slot);
    return kind === OUTCOME.refused && !isOver ? OUTCOME.reset : outcome;
  }

  cancel(frame: number, layer: number, parked: boolean): void {
    if (parked) {
      this.line.leave(frame);
      return;
    }
    const slot = this.setup.world.calls.word(frame, layer);
    if (!this.multiplexed) this.retire(slot);
    this.detach(slot);
  }

  /** acquireTimeout has passed. It does not apply to a frame whose connection is being opened. */
  timer(frame: number, layer: number): void {
    const { calls } = this.setup.world;
    if (!this.line.waits(frame)) return;
    this.line.leave(frame);
    calls.count(frame, EDGE_COUNTER.poolTimeouts);
    calls.reject(frame, layer, OUTCOME.poolTimeout);
  }

  reset(): void {
    invariant(this.held() === 0, 'a pool is reset when nothing is in use');
    const { slots, pool } = this.setup.world.connections;
    this.pauses?.clear();
    this.ready.length = 0;
    this.idle = 0;
    this.dialling = 0;
    for (let slot = 0; slot < slots.touched; slot++) {
      if (slots.has(slot) && pool[slot] === this.id) this.close(slot);
    }
  }

  held(): number {
    return this.inUse + this.line.length;
  }

  /** A connection is established. */
  opened(slot: number): void {
    const { connections } = this.setup.world;
    invariant(connections.state[slot] === CONNECTION.DIALLING, 'a connection opens once');
    const owner = this.endDial(slot);
    this.pauses?.clear();
    connections.stamp[slot]++;
    connections.state[slot] = CONNECTION.OPEN;
    if (this.age !== null) engine.arm(this.age, slot, connections.life[slot]);
    if (this.closes !== null) this.setup.world.serverEnds!.opened(slot, this.setup.ages);
    if (connections.flows !== null) connections.flows.opened(slot);
    if (this.keepaliveLane !== null) this.setup.world.keepalives!.opened(slot, this.keepaliveLane);
    this.ready.push(slot);
    this.idle++;
    if (this.audited) this.auditConnections();
    if (this.setup.spec.waitForOwn && owner >= 0) this.give(owner, slot);
    this.settle(slot);
  }

  /**
   * A connection could not be opened, so its attempt fails. If attempts share connections, or Envoy's limits apply, all
   * attempts in line fail.
   */
  failed(slot: number, outcome: Outcome): void {
    invariant(
      this.setup.world.connections.state[slot] === CONNECTION.DIALLING,
      'only a dial can fail',
    );
    const owner = this.endDial(slot);
    const { connections } = this.setup.world;
    const { instance: places, lineageA, lineageB } = connections;
    const instance = places[slot];
    this.pauses?.failed(lineageA[slot], lineageB[slot]);
    this.close(slot);
    const { limits } = this.setup;
    const isForAll = this.multiplexed || this.pauses !== null;
    if (this.setup.spec.waitForReady) this.waitAgain();
    else if (isForAll || (limits !== null && !limits.isDry)) {
      for (let left = this.line.length; left > 0 && this.line.length > 0; left--) {
        this.miss(this.line.head, instance, outcome);
      }
    } else if (owner >= 0) {
      this.miss(owner, instance, outcome);
    }
    this.grow();
  }

  /** The calls in line wait until the pause is over. */
  private waitAgain(): void {
    const { world, acquire } = this.setup;
    invariant(this.pauses !== null, 'calls wait for a channel that makes pauses');
    this.line.disappoint((frame) => {
      if (acquire !== null) world.calls.arm(acquire, frame, this.line.layerOf(frame));
    });
    world.connections.pausedUntil(this.id, this.pauses!.endsAt);
  }

  /** A pause between vain attempts to connect is over: calls that wait for a connection open one. */
  resume(): void {
    this.grow();
  }

  /** The far end is closing or has died. */
  lost(slot: number): void {
    this.retire(slot);
    this.grow();
  }

  /** An open connection takes no more attempts and closes after the last one in flight. */
  retire(slot: number): void {
    const { connections } = this.setup.world;
    if (connections.state[slot] !== CONNECTION.OPEN) return;
    connections.state[slot] = CONNECTION.CLOSING;
    this.drop(slot);
    if (connections.streams[slot] > 0) return;
    this.idle--;
    invariant(this.idle >= 0, 'no more idle connections close than are idle');
    this.close(slot);
  }

  /** Queues an attempt without a connection: it expects one, waits in line, or is refused. */
  private queue(frame: number, layer: number): number {
    const { spec, world, acquire } = this.setup;
    const { calls } = world;
    if (this.pauses !== null && !spec.waitForReady && this.isBroken(this.pauses)) {
      return OUTCOME.refused;
    }
    const isComing = this.coming() > this.line.expecting;
    if (isComing || this.mayDial()) {
      if (!isComing && !this.dial(frame)) return this.nowhere(frame);
      this.line.join(frame, true);
      return PARK;
    }
    if (this.line.waiting >= spec.maxPending) {
      calls.count(frame, EDGE_COUNTER.poolOverflows);
      return OUTCOME.rejectedBulkhead;
    }
    if (spec.acquireTimeoutNs === 0) {
      calls.count(frame, EDGE_COUNTER.poolTimeouts);
      return OUTCOME.poolTimeout;
    }
    this.line.join(frame, false);
    if (acquire !== null) calls.arm(acquire, frame, layer);
    return PARK;
  }

  /** A channel without a connection fails its calls, except for the one that opens the next connection. */
  private isBroken(pauses: DialPauses): boolean {
    return (
      pauses.isFailing && this.open === this.dialling && (pauses.isPaused || this.dialling > 0)
    );
  }

  /** Number of attempts that the connections being opened have room for. */
  private coming(): number {
    return this.dialling === 0 ? 0 : this.dialling * this.setup.spec.maxStreams;
  }

  /** Envoy opens one connection to each host regardless of its limit. */
  private mayDial(): boolean {
    const { spec, limits } = this.setup;
    if (this.open >= spec.max || this.pauses?.isPaused === true) return false;
    // Its attempts are those of one channel: the next one begins after the end of the last.
    if (this.pauses?.isFailing === true && this.dialling > 0) return false;
    if (limits === null || limits.isDry || this.open === 0) return true;
    return limits.connections < limits.maxConnections;
  }

  /** Opens a connection for a frame. Returns false if there is no instance to connect to. */
  private dial(frame: number): boolean {
    const { world, view, limits, gauges } = this.setup;
    const { connections, calls } = world;
    const edge = world.edges[frames.edge[frame]];
    derive(frames.lineageA[frame], frames.lineageB[frame], frames.attempt[frame]);
    const { a, b } = lineage;
    let { callee } = this.setup;
    if (callee < 0) {
      const index = world.picks.place(edge, frame, a, b);
      if (index === NOWHERE) return false;
      view.began(index);
      callee = edge.first + index;
    }
    const slot = connections.take(this.id, callee, frame, edge.id);
    this.pauses?.begins(this.dialling === 0);
    this.line.dialsFor(frame, slot);
    this.dialling++;
    this.open++;
    invariant(this.open <= this.setup.spec.max, 'a pool opens no more connections than its limit');
    invariant(this.dialling <= this.open, 'a connection that is being opened counts as open');
    levels.add(gauges.open, 1);
    if (limits !== null) limits.connections++;
    calls.count(frame, EDGE_COUNTER.connects);
    if (this.connect !== null) engine.arm(this.connect, slot, connections.stamp[slot]);
    connections.handshakes.begin(slot, a, b);
    return true;
  }

  /** Ends a dial. Returns the frame that still waits for it, or -1. */
  private endDial(slot: number): number {
    invariant(this.dialling > 0, 'a dial ends once');
    const owner = this.setup.world.connections.owner[slot];
    this.dialling--;
    return this.line.endDial(owner, slot) ? owner : -1;
  }

  private attach(frame: number, layer: number, slot: number): void {
    const { world, spec, limits, callee, gauges } = this.setup;
    const { connections, calls } = world;
    invariant(connections.state[slot] === CONNECTION.OPEN, 'an attempt joins an open connection');
    invariant(connections.pool[slot] === this.id, 'an attempt uses a connection of its own pool');
    invariant(
      connections.streams[slot] < spec.maxStreams,
      'a connection carries no more attempts than it has streams',
    );
    invariant(
      connections.served[slot] < spec.maxRequests,
      'a connection carries no more attempts than its server allows',
    );
    calls.setWord(frame, layer, slot);
    if (callee < 0) {
      frames.place[frame] = connections.instance[slot] - world.edges[frames.edge[frame]].first;
    }
    this.inUse++;
    if (limits !== null) limits.requests++;
    if (connections.streams[slot]++ === 0) {
      this.idle--;
      invariant(this.idle >= 0, 'an unused connection is counted as idle');
      // Its idle time is over.
      connections.stamp[slot]++;
      levels.add(gauges.used, 1);
      if (this.keepaliveLane !== null) world.keepalives!.wakes(slot);
    }
    if (++connections.served[slot] >= spec.maxRequests) this.retire(slot);
    else if (connections.streams[slot] >= spec.maxStreams) this.drop(slot);
  }

  private detach(slot: number): void {
    const { world, spec, limits, gauges } = this.setup;
    const { connections } = world;
    invariant(connections.streams[slot] > 0, 'an attempt leaves its connection once');
    invariant(this.inUse > 0, 'an attempt gives its place in the pool back once');
    invariant(
      connections.state[slot] !== CONNECTION.DIALLING,
      'no attempt is on a connection that is being opened',
    );
    invariant(
      limits === null || limits.requests > 0,
      'the limits of a policy count each attempt until it leaves',
    );
    this.inUse--;
    if (limits !== null) limits.requests--;
    const left = --connections.streams[slot];
    if (left === 0) levels.add(gauges.used, -1);
    if (connections.state[slot] === CONNECTION.CLOSING) {
      if (left === 0) this.close(slot);
      this.grow();
      return;
    }
    if (left + 1 === spec.maxStreams) this.ready.push(slot);
    if (left === 0) this.idle++;
    invariant(
      this.idle + this.dialling <= this.open,
      'idle connections and those being opened are some of all',
    );
    this.settle(slot);
  }

  /** A connection has room: it serves the line, and becomes idle if the line is empty. */
  private settle(slot: number): void {
    const { connections } = this.setup.world;
    const life = connections.life[slot];
    this.serve();
    const same = connections.life[slot] === life && connections.state[slot] === CONNECTION.OPEN;
    if (same && connections.streams[slot] === 0) {
      if (this.idle > this.setup.spec.maxIdle) this.retire(slot);
      else if (this.idleLane !== null) engine.arm(this.idleLane, slot, connections.stamp[slot]);
    }
    this.grow();
  }

  private serve(): void {
    const { limits, spec } = this.setup;
    while (this.ready.length > 0 && this.line.length > 0) {
      const frame = this.line.next(spec.waitForOwn);
      if (frame < 0) return;
      if (limits !== null && limits.requests >= limits.maxRequests && this.overflows(frame)) {
        this.refuse(frame, OUTCOME.rejectedBulkhead);
        continue;
      }
      this.give(frame, this.ready[this.ready.length - 1]);
    }
  }

  /** A frame in line gets a connection. */
  private give(frame: number, slot: number): void {
    const layer = this.line.layerOf(frame);
    this.line.leave(frame);
    this.attach(frame, layer, slot);
    this.waited(this.line.waitOf(frame, engine.now));
    this.setup.world.calls.resume(frame, layer);
  }

  /** Opens connections for frames in line that have none on the way. */
  private grow(): void {
    while (this.line.length > this.coming() && this.mayDial()) {
      const frame = this.line.firstWithoutDial();
      if (this.dial(frame)) this.line.expect(frame);
      else this.refuse(frame, this.nowhere(frame));
    }
  }

  /** An attempt got no connection to an instance. It counts as sent; outlier detection records it. */
  private miss(frame: number, instance: number, outcome: Outcome): void {
    const { first, outliers, stat } = this.setup.world.edges[frames.edge[frame]];
    sink.attempt(stat);
    sink.attemptEnded(stat, sink.cell, outcome);
    if (outliers !== null) outliers[this.caller.index].record(instance - first, outcome);
    this.refuse(frame, outcome);
  }

  private refuse(frame: number, outcome: Outcome): void {
    this.line.leave(frame);
    this.setup.world.calls.reject(frame, this.line.layerOf(frame), outcome);
  }

  private drop(slot: number): void {
    const at = this.ready.lastIndexOf(slot);
    if (at >= 0) this.ready.splice(at, 1);
  }

  private close(slot: number): void {
    const { world, view, limits, callee, gauges } = this.setup;
    invariant(world.connections.streams[slot] === 0, 'a connection closes after its last attempt');
    invariant(
      limits === null || limits.connections > 0,
      'the limits of a policy count each connection until it closes',
    );
    this.open--;
    invariant(this.open >= 0, 'a connection closes once');
    levels.add(gauges.open, -1);
    if (limits !== null) limits.connections--;
    if (callee < 0) {
      const instance = world.connections.instance[slot];
      view.ended(world.instances[instance].index);
    }
    world.connections.free(slot);
    if (this.audited) this.auditReady();
  }

  /** Counts a call beyond the limits of a policy. Returns false in a dry run, which only counts. */
  private overflows(frame: number): boolean {
    const { world, limits } = this.setup;
    const { isDry } = limits!;
    world.calls.count(frame, isDry ? EDGE_COUNTER.wouldReject : EDGE_COUNTER.bulkheadRejected);
    return !isDry;
  }

  private nowhere(frame: number): Outcome {
    this.setup.world.calls.count(frame, EDGE_COUNTER.breakerRejected);
    return OUTCOME.rejectedBreaker;
  }

  /** Connections with room are open, have a free stream, and are listed once. */
  private auditReady(): void {
    const { state, streams, slots } = this.setup.world.connections;
    invariant(
      new Set(this.ready).size === this.ready.length,
      'a connection with room is listed once',
    );
    for (const slot of this.ready) {
      invariant(
        slots.has(slot) && state[slot] === CONNECTION.OPEN,
        'a connection with room is open',
      );
      invariant(
        streams[slot] < this.setup.spec.maxStreams,
        'a listed connection has a free stream',
      );
    }
  }

  /** The counts of a pool are those of its connections. */
  private auditConnections(): void {
    const { slots, pool, state, streams } = this.setup.world.connections;
    if (slots.touched > AUDITED_MOST) return;
    let [open, idle, dialling, inUse] = [0, 0, 0, 0];
    for (let slot = 0; slot < slots.touched; slot++) {
      if (!slots.has(slot) || pool[slot] !== this.id) continue;
      open++;
      inUse += streams[slot];
      if (state[slot] === CONNECTION.DIALLING) dialling++;
      else if (state[slot] === CONNECTION.OPEN && streams[slot] === 0) idle++;
    }
    invariant(open === this.open && dialling === this.dialling, 'a pool counts its connections');
    invariant(inUse === this.inUse, 'a pool counts its attempts');
    invariant(idle === this.idle, 'a pool counts its idle connections');
  }

  private waited(waitNs: Ns): void {
    this.setup.waits()?.add(waitNs);
  }
}
