import { engine } from '../../kernel/engine.js';
import type { Lane, Stamped } from '../../kernel/lanes.js';
import { PHASE } from '../../kernel/phase.js';
import { widenInt32, widenUint8 } from '../../kernel/pool.js';
import type { StreamKey } from '../../kernel/rng.js';
import { unit } from '../../kernel/rng.js';
import type { ServerClosing } from '../../spec/resources.js';
import { OUTCOME } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import type { Plan } from '../../spec/plan.js';
import { EDGE_COUNTER } from '../../spec/policy.js';
import { CONNECTION } from './connection-table.js';
import type { ConnectionTable } from './connection-table.js';
import { FROZEN } from '../instance.js';
import { MESSAGE, VANISHED } from '../link.js';
import { isBroken } from './server-connections.js';
import { ANSWERED, RETURN, strands } from '../strands.js';
import type { World } from '../world.js';
import { sink } from '../sink.js';

/** What the server has said about the end of a connection. */
const SAID = Object.freeze({
  nothing: 0,
  /** A first GOAWAY without a last stream: whatever comes is still served. */
  soon: 1,
  /** A GOAWAY with the last stream: those behind it are dropped. */
  last: 2,
  /** The connection is closed: nothing comes in or goes out. */
  closed: 3,
} as const);

/**
 * No farewell is on its way any more: the client has heard it, or it was lost on the wire. Who still
 * comes has an answer of the kernel.
 */
const OVER = 4;

/** gRPC spreads the age of connections by a tenth to both sides (internal/transport getJitter). */
const JITTER_SHARE = 10;

/** Whether any callee of a plan closes connections by limits of its own. */
export function closesConnections({ edges }: Plan): boolean {
  return edges.some(({ connections }) => (connections?.server ?? null) !== null);
}

/**
 * The far ends of connections, where servers have limits of their own: idle time, requests, age. What a
 * server says about the end of a connection takes the way of an answer; what is under way to it until
 * then meets the end.
 *
 * nginx closes an idle connection at once, over HTTP/2 with a GOAWAY, and with its GOAWAY after so many
 * requests it drops the streams behind (ngx_http_v2.c). gRPC sends a GOAWAY without a last stream
 * first, and names that one when its ping has come back: no stream is lost (http2_server.go).
 */
export class ServerEnds {
  private readonly world: World;
  private readonly table: ConnectionTable;
  private readonly quietOwner: Stamped;
  private readonly idleOp: number;
  private readonly ageOp: number;
  private readonly graceOp: number;
  private readonly cancelOp: number;
  /** Farewells as the client hears them: no new attempts; the last stream; the end. */
  private readonly soonOp: number;
  private readonly lastOp: number;
  private readonly closedOp: number;
  private readonly refuseOp: number;
  private readonly resetOp: number;
  /** By connection: requests that the server has and has not answered, those that ever came. */
  private serving: Int32Array = new Int32Array(0);
  private received: Int32Array = new Int32Array(0);
  /** Its idle time: another one with each request. */
  private quiet: Int32Array = new Int32Array(0);
  private said: Uint8Array = new Uint8Array(0);
  /** By strand: 1 while it is among those served. */
  private served: Uint8Array = new Uint8Array(0);

  constructor(world: World) {
    this.world = world;
    this.table = world.connections;
    const { connections } = world;
    connections.slots.onGrow((capacity) => {
      this.serving = widenInt32(this.serving, capacity);
      this.received = widenInt32(this.received, capacity);
      this.quiet = widenInt32(this.quiet, capacity);
      this.said = widenUint8(this.said, capacity);
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
    this.soonOp = engine.define('goaway-soon', (slot, life) => this.hear(this.soonOp, slot, life));
    this.lastOp = engine.define('goaway-last', (slot, life) => this.hear(this.lastOp, slot, life));
    this.closedOp = engine.define('closed', (slot, life) => this.hear(this.closedOp, slot, life));
    this.refuseOp = engine.define('race-refused', (strand, life) =>
      this.lose(strand, life, OUTCOME.refused),
    );
    this.resetOp = engine.define('race-reset', (strand, life) =>
      this.lose(strand, life, OUTCOME.reset),
    );
  }

  /** The idle timer of a server, null where it has none. */
  idleLane({ keepAliveTimeoutNs, maxConnectionIdleNs }: ServerClosing): Lane | null {
    const limit = keepAliveTimeoutNs ?? maxConnectionIdleNs;
    if (limit === null) return null;
    return engine.lane(limit, PHASE.TIMER, this.idleOp, this.quietOwner);
  }

  /** A connection stands at its client; the server counts from what it hears next. */
  opened(slot: number, spread: StreamKey): void {
    const { table } = this;
    this.serving[slot] = 0;
    this.received[slot] = 0;
    this.said[slot] = SAID.nothing;
    this.quiet[slot]++;
    const pool = table.poolOf(slot);
    const { keepAliveTimeoutNs, maxConnectionIdleNs, maxConnectionAgeNs } = pool.closes!;
    const from = engine.now + Math.max(0, table.handshakes.delay(slot, MESSAGE.request));
    const idleNs = keepAliveTimeoutNs ?? maxConnectionIdleNs;
    // Without streams the first request has a limit of its own, which is long.
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

  /** A request has come over its connection; true where the server takes no notice of it. */
  drops(strand: number): boolean {
    const { world, table } = this;
    const { edges, server } = world;
    this.served[strand] = 0;
    if (!edges[strands.edge[strand]].guarded) return false;
    if (strands.gone[strand] >= 0 || isBroken(strands.injected[strand])) return false;
    const slot = table.slotOf(strands.from[strand]);
    if (table.isStale(slot)) return false;
    if (this.isOver(slot)) {
      if ((this.said[slot] & OVER) === 0) {
        server.lose(strand);
        return true;
      }
      strands.injected[strand] = OUTCOME.reset;
      return false;
    }
    this.served[strand] = 1;
    this.serving[slot]++;
    this.quiet[slot]++;
    const { multiplexed, closes } = table.poolOf(slot);
    if (++this.received[slot] >= closes!.keepAliveRequests && multiplexed) {
      this.said[slot] = SAID.last;
      this.tell(slot, this.lastOp);
    }
    return false;
  }

  /** A server answers a request; true where there is no connection any more to answer on. */
  mutes(strand: number): boolean {
    if (this.served[strand] === 0) return false;
    this.served[strand] = 0;
    const slot = this.table.slotOf(strands.from[strand]);
    if (this.isClosed(slot)) return true;
    this.done(slot);
    return false;
  }

  /** A caller has given an attempt up: where others share the connection its stream ends alone. */
  left(strand: number): void {
    const { table } = this;
    if (this.served[strand] === 0) return;
    this.served[strand] = 0;
    const slot = table.slotOf(strands.from[strand]);
    // Closed with it, and perhaps taken for another that is being opened.
    if (!table.stands(slot) || !table.poolOf(slot).multiplexed || this.isClosed(slot)) return;
    const delay = Math.max(0, table.handshakes.delay(slot, MESSAGE.request));
    const at = Math.max(engine.now + delay, table.requestNs[slot]);
    engine.at(at, PHASE.ARRIVAL, this.cancelOp, slot, table.life[slot], 0);
  }

  /** True where the server takes no more requests: one that is `refused` was not looked at. */
  isOver(slot: number): boolean {
    return (this.said[slot] & SAID.closed) >= SAID.last;
  }

  private cancelled(slot: number, life: number): void {
    if (this.table.life[slot] === life) this.done(slot);
  }

  /** One request less; the last one begins the idle time. */
  private done(slot: number): void {
    if (--this.serving[slot] > 0 || this.said[slot] !== SAID.nothing) return;
    const { serverIdle } = this.table.poolOf(slot);
    if (serverIdle !== null) engine.arm(serverIdle, slot, this.quiet[slot]);
  }

  private idle(slot: number, stamp: number): void {
    if (this.quiet[slot] !== stamp || !this.watches(slot, this.idleOp, stamp)) return;
    const { multiplexed, closes } = this.table.poolOf(slot);
    if (closes!.maxConnectionIdleNs !== null) {
      this.said[slot] = SAID.soon;
      this.tell(slot, this.soonOp);
      return;
    }
    this.said[slot] = SAID.closed;
    this.tell(slot, multiplexed ? this.lastOp : this.closedOp);
  }

  private aged(slot: number, life: number): void {
    if (this.table.life[slot] !== life || !this.watches(slot, this.ageOp, life)) return;
    const { maxConnectionAgeGraceNs: graceNs } = this.table.poolOf(slot).closes!;
    this.quiet[slot]++;
    if (this.said[slot] === SAID.nothing) {
      this.said[slot] = SAID.soon;
      this.tell(slot, this.soonOp);
    }
    if (graceNs === null) return;
    engine.at(engine.now + graceNs, PHASE.TIMER, this.graceOp, slot, life, 0);
  }

  private graceOver(slot: number, life: number): void {
    if (this.table.life[slot] !== life || !this.watches(slot, this.graceOp, life)) return;
    this.said[slot] = SAID.closed;
    this.tell(slot, this.closedOp);
  }

  /** Whether there is a server process that acts now; a paused one does at its thaw. */
  private watches(slot: number, op: number, stamp: number): boolean {
    const { table, world } = this;
    if (!table.stands(slot) || table.isStale(slot) || this.isClosed(slot)) return false;
    const instance = world.instances[table.instance[slot]];
    if (instance.frozen !== FROZEN.pause) return true;
    instance.stalledCalls.push(op, slot, stamp);
    return false;
  }

  /** A farewell goes to the client, behind the answers that are on their way. */
  private tell(slot: number, op: number): void {
    const { table } = this;
    const delay = table.handshakes.delay(slot, MESSAGE.answer);
    if (delay === VANISHED) {
      this.said[slot] |= OVER;
      return;
    }
    const at = Math.max(engine.now + delay, table.answerNs[slot]);
    // Behind the answers of that instant, and behind who takes their place on the connection.
    engine.at(at, PHASE.TIMER, op, slot, table.life[slot], 0);
  }

  private hear(op: number, slot: number, life: number): void {
    const { table, world } = this;
    if (table.life[slot] !== life || table.stalls(slot, op, life)) return;
    this.said[slot] |= OVER;
    if (table.streams[slot] > 0 && op !== this.soonOp) this.end(slot, op === this.lastOp);
    const { stat } = world.edges[table.edge[slot]];
    if (table.state[slot] === CONNECTION.OPEN) sink.count(stat, EDGE_COUNTER.goodbyes);
    table.poolOf(slot).lost(slot);
  }

  /** The attempts on a connection end with it: those that the server has not seen, or all. */
  private end(slot: number, unseen: boolean): void {
    const { world, table } = this;
    const { edges } = world;
    for (let strand = 0; strand < strands.slots.touched; strand++) {
      if (!strands.alive(strand) || strands.returns[strand] !== RETURN.frame) continue;
      if (strands.gone[strand] >= 0 || !edges[strands.edge[strand]].guarded) continue;
      // A branch has the edge of nobody, a delivered answer has no caller.
      if (strands.parent[strand] >= 0 || strands.answered[strand] === ANSWERED.delivered) continue;
      if (table.slotOf(strands.from[strand]) !== slot) continue;
      if (unseen && strands.arrived[strand] >= 0) continue;
      const op = unseen ? this.refuseOp : this.resetOp;
      engine.soon(PHASE.COMPLETION, op, strand, strands.life[strand], 0);
    }
  }

  private isClosed(slot: number): boolean {
    return (this.said[slot] & SAID.closed) === SAID.closed;
  }

  private lose(strand: number, life: number, outcome: Outcome): void {
    const { wire, calls, server } = this.world;
    if (strands.life[strand] !== life || strands.gone[strand] >= 0) return;
    const frame = strands.from[strand];
    calls.count(frame, EDGE_COUNTER.raced);
    // What still comes of it finds no connection.
    if (strands.arrived[strand] < 0) strands.injected[strand] = outcome;
    wire.abandon(frame, strand, outcome, false);
    if (strands.life[strand] === life && strands.arrived[strand] >= 0) server.told(strand);
    calls.answer(frame, outcome);
  }
}
