import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import type { Lane, Stamped } from '../../../kernel/lanes.js';
import { PHASE } from '../../../kernel/phase.js';
import { widenInt32, widenUint8 } from '../../../kernel/pool.js';
import { unit, type StreamKey } from '../../../kernel/rng.js';
import type { ServerClosing } from '../../../contracts/scenario/connections.js';
import { OUTCOME, type Outcome } from '../../../contracts/outcome.js';
import type { Plan } from '../../../contracts/plan/plan.js';
import { EDGE_COUNTER } from '../../../contracts/patterns/policy.js';
import { attemptsOn } from './attempts-on.js';
import { CONNECTION, type ConnectionTable } from './connection-table.js';
import { FROZEN } from '../../data/instances/process.js';
import { MESSAGE, VANISHED } from '../../data/edges/link.js';
import { isBroken } from './server-connections.js';
import { RETURN, strands } from '../../data/strands/strands.js';
import type { ServedRun } from '../../data/run.js';
import { sink } from '../../data/figures/sink.js';

interface ServerEndsParts extends ServedRun {
  readonly connections: ConnectionTable;
  readonly wire: { abandon(frame: number, job: number, outcome: Outcome, notify: boolean): void };
}

/** Announcements of the server about the end of a connection. */
const ANNOUNCED = Object.freeze({
  nothing: 0,
  /** A first GOAWAY without a last stream: new streams are still served. */
  soon: 1,
  /** A GOAWAY with the last stream: later streams are dropped. */
  last: 2,
  /** The connection is closed: nothing comes in or goes out. */
  closed: 3,
} as const);

/**
 * Flag: the client has received the announcement, or it was lost. From then on the server's kernel answers requests
 * with a reset.
 */
const OVER = 4;

/** gRPC varies the age of connections by up to a tenth in both directions (internal/transport getJitter). */
const JITTER_SHARE = 10;

/** Returns true if any callee of a plan limits its connections itself. */
export function closesConnections({ edges }: Plan): boolean {
  return edges.some(({ connections }) => (connections?.server ?? null) !== null);
}

/**
 * The server side of connections whose servers limit idle time, requests or age. The announcement of the end travels
 * like an answer; requests in flight to the server until then race with it.
 *
 * nginx closes an idle connection at once, over HTTP/2 with a GOAWAY. After `keepalive_requests` it sends a GOAWAY and
 * drops later streams (ngx_http_v2.c). gRPC first sends a GOAWAY without a last stream and names the last stream once
 * its ping returns: no stream is lost (http2_server.go).
 */
export class ServerEnds {
  private readonly quietOwner: Stamped;
  private readonly idleOp: number;
  private readonly ageOp: number;
  private readonly graceOp: number;
  private readonly cancelOp: number;
  /** Announcements as the client receives them: no new attempts; the last stream; the end. */
  private readonly soonOp: number;
  private readonly lastOp: number;
  private readonly closedOp: number;
  private readonly refuseOp: number;
  private readonly resetOp: number;
  /** By connection: requests in service, and requests received in total. */
  private serving: Int32Array = new Int32Array(0);
  private received: Int32Array = new Int32Array(0);
  /** By connection: stamp of its idle time, which changes with each request. */
  private quiet: Int32Array = new Int32Array(0);
  private announced: Uint8Array = new Uint8Array(0);
  /** By strand: 1 while it counts as in service. */
  private served: Uint8Array = new Uint8Array(0);
  private readonly table: ConnectionTable = this.world.connections;

  constructor(private readonly world: ServerEndsParts) {
    const { connections } = world;
    connections.slots.onGrow((capacity) => {
      this.serving = widenInt32(this.serving, capacity);
      this.received = widenInt32(this.received, capacity);
      this.quiet = widenInt32(this.quiet, capacity);
      this.announced = widenUint8(this.announced, capacity);
    });
    strands.slots.onGrow((capacity) => (this.served = widenUint8(this.served, capacity)));
    const quiet = (): Int32Array => this.quiet;
    this.quietOwner = {
      get stamp() {
        return quiet();
      },
    };
    this.idleOp = engine.define('server-idle', (slot, stamp) => this.idle(slot, stamp));
    this.ageOp = engine.define('server-age', (slot, life) => this.aged(slot, life));
    this.graceOp = engine.define('server-grace', (slot, life) => this.graceOver(slot, life));
    this.cancelOp = engine.define('stream-reset', (slot, life) => this.cancelled(slot, life));
    this.soonOp = engine.define('goaway-soon', (slot, life) =>
      this.onAnnouncement(this.soonOp, slot, life),
    );
    this.lastOp = engine.define('goaway-last', (slot, life) =>
      this.onAnnouncement(this.lastOp, slot, life),
    );
    this.closedOp = engine.define('closed', (slot, life) =>
      this.onAnnouncement(this.closedOp, slot, life),
    );
    this.refuseOp = engine.define('race-refused', (strand, life) =>
      this.lose(strand, life, OUTCOME.refused),
    );
    this.resetOp = engine.define('race-reset', (strand, life) =>
      this.lose(strand, life, OUTCOME.reset),
    );
  }

  /** The idle timer of a server; null without one. */
  idleLane({ keepAliveTimeoutNs, maxConnectionIdleNs }: ServerClosing): Lane | null {
    const limit = keepAliveTimeoutNs ?? maxConnectionIdleNs;
    if (limit === null) return null;
    return engine.lane(limit, PHASE.TIMER, this.idleOp, this.quietOwner);
  }

  /** A connection is open at its client; the server starts to count when the client's next packet arrives. */
  opened(slot: number, spread: StreamKey): void {
    const { table } = this;
    invariant(table.isEstablished(slot), 'a server counts the requests of open connections');
    this.serving[slot] = 0;
    this.received[slot] = 0;
    this.announced[slot] = ANNOUNCED.nothing;
    this.quiet[slot]++;
    const pool = table.poolOf(slot);
    const { keepAliveTimeoutNs, maxConnectionIdleNs, maxConnectionAgeNs } = pool.closes!;
    const from = engine.now + Math.max(0, table.handshakes.delay(slot, MESSAGE.request));
    const idleNs = keepAliveTimeoutNs ?? maxConnectionIdleNs;
    // The first request without streams has a separate long limit, which is not modelled.
    if (idleNs !== null && pool.multiplexed) {
      engine.at(from + idleNs, PHASE.TIMER, this.idleOp, slot, this.quiet[slot], 0);
    }
    if (maxConnectionAgeNs === null) return;
    const { lineageA, lineageB, life } = table;
    const reach = Math.floor(maxConnectionAgeNs / JITTER_SHARE);
    const draw = unit(spread.a, spread.b, lineageA[slot], lineageB[slot], 0);
    const age = maxConnectionAgeNs + Math.floor(draw * 2 * reach) - reach;
    engine.at(from + age, PHASE.TIMER, this.ageOp, slot, life[slot], 0);
  }

  /** Handles a request that arrives on its connection. Returns true if the server ignores it. */
  drops(strand: number): boolean {
    const { world, table } = this;
    const { edges, server } = world;
    this.served[strand] = 0;
    if (!edges[strands.edge[strand]].guarded) return false;
    if (strands.callerLeftAt[strand] >= 0 || isBroken(strands.injected[strand])) return false;
    const slot = table.slotOf(strands.from[strand]);
    if (table.isStale(slot)) return false;
    if (this.isOver(slot)) {
      if ((this.announced[slot] & OVER) === 0) {
        server.lose(strand);
        return true;
      }
      strands.injected[strand] = OUTCOME.reset;
      return false;
    }
    this.served[strand] = 1;
    invariant(this.serving[slot] >= 0, 'a server counts the requests that it serves');
    this.serving[slot]++;
    this.quiet[slot]++;
    const { multiplexed, closes } = table.poolOf(slot);
    if (++this.received[slot] >= closes!.keepAliveRequests && multiplexed) {
      this.announced[slot] = ANNOUNCED.last;
      this.announce(slot, this.lastOp);
    }
    return false;
  }

  /** The server answers a request. Returns true if the connection to answer on is closed. */
  dropsResponse(strand: number): boolean {
    if (this.served[strand] === 0) return false;
    this.served[strand] = 0;
    const slot = this.table.slotOf(strands.from[strand]);
    if (this.isClosed(slot)) return true;
    this.done(slot);
    return false;
  }

  /** A caller has abandoned an attempt. On a shared connection only its stream ends. */
  left(strand: number): void {
    const { table } = this;
    if (this.served[strand] === 0) return;
    this.served[strand] = 0;
    const slot = table.slotOf(strands.from[strand]);
    // The connection was closed too; its slot may belong to one that is being opened.
    if (!table.isEstablished(slot) || !table.poolOf(slot).multiplexed || this.isClosed(slot))
      return;
    const delay = Math.max(0, table.handshakes.delay(slot, MESSAGE.request));
    const at = Math.max(engine.now + delay, table.requestNs[slot]);
    engine.at(at, PHASE.ARRIVAL, this.cancelOp, slot, table.life[slot], 0);
  }

  /** Returns true if the server takes no more requests: it has not processed a `refused` one. */
  isOver(slot: number): boolean {
    return (this.announced[slot] & ANNOUNCED.closed) >= ANNOUNCED.last;
  }

  private cancelled(slot: number, life: number): void {
    if (this.table.life[slot] === life) this.done(slot);
  }

  /** Counts a request as done; the last one starts the idle time. */
  private done(slot: number): void {
    invariant(this.serving[slot] > 0, 'a request in service ends once');
    if (--this.serving[slot] > 0 || this.announced[slot] !== ANNOUNCED.nothing) return;
    const { serverIdle } = this.table.poolOf(slot);
    if (serverIdle !== null) engine.arm(serverIdle, slot, this.quiet[slot]);
  }

  private idle(slot: number, stamp: number): void {
    if (this.quiet[slot] !== stamp || !this.watches(slot, this.idleOp, stamp)) return;
    const { multiplexed, closes } = this.table.poolOf(slot);
    // The slot may have a connection to another callee by now, which closes none.
    if (closes === null) return;
    if (closes.maxConnectionIdleNs !== null) {
      this.announced[slot] = ANNOUNCED.soon;
      this.announce(slot, this.soonOp);
      return;
    }
    this.announced[slot] = ANNOUNCED.closed;
    this.announce(slot, multiplexed ? this.lastOp : this.closedOp);
  }

  private aged(slot: number, life: number): void {
    if (this.table.life[slot] !== life || !this.watches(slot, this.ageOp, life)) return;
    const { maxConnectionAgeGraceNs: graceNs } = this.table.poolOf(slot).closes!;
    this.quiet[slot]++;
    if (this.announced[slot] === ANNOUNCED.nothing) {
      this.announced[slot] = ANNOUNCED.soon;
      this.announce(slot, this.soonOp);
    }
    if (graceNs === null) return;
    engine.at(engine.now + graceNs, PHASE.TIMER, this.graceOp, slot, life, 0);
  }

  private graceOver(slot: number, life: number): void {
    if (this.table.life[slot] !== life || !this.watches(slot, this.graceOp, life)) return;
    this.announced[slot] = ANNOUNCED.closed;
    this.announce(slot, this.closedOp);
  }

  /** Returns true if a server process can act now; a paused one acts when it resumes. */
  private watches(slot: number, op: number, stamp: number): boolean {
    const { table, world } = this;
    if (!table.isEstablished(slot) || table.isStale(slot) || this.isClosed(slot)) return false;
    const instance = world.instances[table.instance[slot]];
    if (instance.frozen !== FROZEN.pause) return true;
    instance.stalledCalls.push(op, slot, stamp);
    return false;
  }

  /** Sends an announcement to the client, after the answers that are in flight. */
  private announce(slot: number, op: number): void {
    const { table } = this;
    invariant(
      this.announced[slot] !== ANNOUNCED.nothing,
      'the end of a connection is decided before it is announced',
    );
    const delay = table.handshakes.delay(slot, MESSAGE.answer);
    if (delay === VANISHED) {
      this.announced[slot] |= OVER;
      return;
    }
    const late = op === this.closedOp ? table.handshakes.closeDelay(slot) : 0;
    const at = Math.max(engine.now + delay + late, table.answerNs[slot]);
    // After the answers of the same instant, and after attempts that take their place on the connection.
    engine.at(at, PHASE.TIMER, op, slot, table.life[slot], 0);
  }

  private onAnnouncement(op: number, slot: number, life: number): void {
    const { table, world } = this;
    if (table.life[slot] !== life || table.stalls(slot, op, life)) return;
    this.announced[slot] |= OVER;
    if (table.streams[slot] > 0 && op !== this.soonOp) this.end(slot, op === this.lastOp);
    const { stat } = world.edges[table.edge[slot]];
    if (table.state[slot] === CONNECTION.OPEN) sink.count(stat, EDGE_COUNTER.goodbyes);
    table.poolOf(slot).lost(slot);
  }

  /** Ends the attempts on a connection: those that the server has not seen, or all. */
  private end(slot: number, unseen: boolean): void {
    const { world, table } = this;
    for (const strand of attemptsOn(slot, table, world.edges)) {
      if (unseen && strands.arrived[strand] >= 0) continue;
      const op = unseen ? this.refuseOp : this.resetOp;
      engine.soon(PHASE.COMPLETION, op, strand, strands.life[strand], 0);
    }
  }

  private isClosed(slot: number): boolean {
    return (this.announced[slot] & ANNOUNCED.closed) === ANNOUNCED.closed;
  }

  private lose(strand: number, life: number, outcome: Outcome): void {
    const { wire, calls, server } = this.world;
    if (strands.life[strand] !== life || strands.callerLeftAt[strand] >= 0) return;
    const frame = strands.from[strand];
    invariant(
      strands.returns[strand] === RETURN.frame,
      'only the attempt of a call can lose a race',
    );
    calls.count(frame, EDGE_COUNTER.raced);
    // If the request is still in flight, it will find no connection.
    if (strands.arrived[strand] < 0) strands.injected[strand] = outcome;
    wire.abandon(frame, strand, outcome, false);
    if (strands.life[strand] === life && strands.arrived[strand] >= 0)
      server.cancelNotified(strand);
    calls.answer(frame, outcome);
  }
}
