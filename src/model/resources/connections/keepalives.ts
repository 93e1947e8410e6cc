import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { powi } from '../../../kernel/math.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Lane, Stamped } from '../../../kernel/lanes.js';
import type { Ns } from '../../../kernel/time.js';
import { OUTCOME, type Outcome } from '../../../contracts/outcome.js';
import type { Keepalive } from '../../../contracts/scenario/connections.js';
import { FROZEN } from '../../data/instances/process.js';
import { MESSAGE, VANISHED } from '../../data/edges/link.js';
import { RETURN, STATE, strands } from '../../data/strands/strands.js';
import type { ServedRun } from '../../data/run.js';
import { attemptsOn } from './attempts-on.js';
import type { ConnectionTable } from './connection-table.js';
import type { Flows } from './flows.js';
import { PingStrikes } from './ping-strikes.js';

interface KeepalivesParts extends ServedRun {
  readonly connections: ConnectionTable;
  readonly wire: { abandon(frame: number, job: number, outcome: Outcome, notify: boolean): void };
}

/** Most doublings of the time to the next repetition of a question. */
const DOUBLINGS_MAX = 10;

/** A question has been sent, and its answer comes; or the far end reset it. */
const REFUSED = -2;

/**
 * The questions of clients whether their peers are there. http2 and grpc: a PING after a time without anything from the
 * server, with the default also only while there are streams; a channel without streams asks at once when the next one
 * begins (grpc-go internal/transport/http2_client.go, keepalive; grpc-java KeepAliveManager). http1 and tcp: probes of
 * TCP (man 7 tcp, TCP_KEEPIDLE), which the kernel of the server answers, and which are not sent while data is repeated.
 * A server of gRPC that gets too many PINGs ends the connection. Without an answer in time it is closed, and the attempts on it meet a reset.
 */
export class Keepalives {
  private readonly lives: Stamped;
  private readonly lookOp: number;
  private readonly againOp: number;
  private readonly refusedOp: number;
  private readonly loseOp: number;
  /** By connection: when the present question was sent; how often; and 1 while the client does not look. */
  private askedNs: Float64Array = new Float64Array(0);
  private tries: Int32Array = new Int32Array(0);
  private dormant: Uint8Array = new Uint8Array(0);
  private readonly table: ConnectionTable = this.world.connections;
  /** What servers of gRPC think of the PINGs. */
  private readonly strikes = new PingStrikes(this.table);

  constructor(
    private readonly world: KeepalivesParts,
    private readonly flows: Flows,
  ) {
    world.connections.slots.addColumns(this);
    const { table } = this;
    this.lives = {
      get stamp() {
        return table.life;
      },
    };
    this.lookOp = engine.define('keepalive', (slot, life) => {
      if (this.acts(slot, life, this.lookOp)) this.look(slot);
    });
    this.againOp = engine.define('keepalive-again', (slot, life) => {
      if (this.acts(slot, life, this.againOp)) this.again(slot);
    });
    this.refusedOp = engine.define('keepalive-refused', (slot, life) => {
      if (this.acts(slot, life, this.refusedOp)) this.end(slot);
    });
    this.loseOp = engine.define('keepalive-lost', (strand, life) => this.lose(strand, life));
  }

  /** The timer of a pool. */
  lane({ timeNs }: Keepalive): Lane {
    return engine.lane(timeNs, PHASE.TIMER, this.lookOp, this.lives);
  }

  opened(slot: number, lane: Lane): void {
    this.dormant[slot] = 0;
    this.strikes.opened(slot);
    engine.arm(lane, slot, this.table.life[slot]);
  }

  /** The first attempt in a while uses a connection. */
  wakes(slot: number): void {
    if (this.dormant[slot] === 0) return;
    invariant(this.table.streams[slot] === 1, 'a channel wakes with its first stream');
    this.dormant[slot] = 0;
    this.ask(slot);
  }

  /** Returns true if a timer is of this connection, and its client can act. */
  private acts(slot: number, life: number, op: number): boolean {
    return this.table.life[slot] === life && !this.table.stalls(slot, op, life);
  }

  private spec(slot: number): Keepalive {
    return this.table.poolOf(slot).keepalive!;
  }

  /** Time after which a client asks; it doubles with each complaint of the server. */
  private timeNs(slot: number): Ns {
    return this.spec(slot).timeNs * this.strikes.factor(slot);
  }

  /** The client looks when it last heard something. */
  private look(slot: number): void {
    const { table, flows } = this;
    const { withoutCalls } = this.spec(slot);
    const timeNs = this.timeNs(slot);
    invariant(table.isEstablished(slot), 'a client asks on connections that are open');
    const due = flows.lastHeard(slot) + timeNs;
    const { multiplexed } = table.poolOf(slot);
    if (due > engine.now) this.lookAt(slot, due);
    else if (multiplexed && !withoutCalls && table.streams[slot] === 0) this.dormant[slot] = 1;
    else if (!multiplexed && this.isUnheeded(slot)) this.lookAt(slot, engine.now + timeNs);
    else this.ask(slot);
  }

  /** Whether TCP repeats a request on the connection, and so sends no probe. */
  private isUnheeded(slot: number): boolean {
    return attemptsOn(slot, this.table, this.world.edges).some(
      (strand) => strands.state[strand] === STATE.LOST && strands.arrived[strand] < 0,
    );
  }

  private ask(slot: number): void {
    invariant(this.dormant[slot] === 0, 'a client that asks looks for the answer');
    this.askedNs[slot] = engine.now;
    this.tries[slot] = 0;
    this.again(slot);
  }

  /** Sends a question, or repeats one; TCP doubles the time to the next repetition. */
  private again(slot: number): void {
    const { flows, table } = this;
    const { timeoutNs } = this.spec(slot);
    const timeNs = this.timeNs(slot);
    const end = this.askedNs[slot] + timeoutNs;
    invariant(engine.now <= end, 'a client asks for no longer than its limit');
    if (flows.lastHeard(slot) > this.askedNs[slot]) {
      this.lookAt(slot, Math.max(engine.now, flows.lastHeard(slot) + timeNs));
      return;
    }
    const trip = this.trip(slot);
    if (trip >= 0 && this.strikes.ends(slot, engine.now + trip)) {
      engine.at(engine.now + trip, PHASE.COMPLETION, this.refusedOp, slot, table.life[slot], 0);
    } else if (trip === REFUSED) {
      engine.soon(PHASE.COMPLETION, this.refusedOp, slot, table.life[slot], 0);
    } else if (trip !== VANISHED && engine.now + trip <= end) {
      flows.told(slot, engine.now + trip);
      this.lookAt(slot, engine.now + trip + timeNs);
    } else if (engine.now >= end) {
      this.end(slot);
    } else {
      const wait = this.rtoNs(slot) * powi(2, Math.min(this.tries[slot]++, DOUBLINGS_MAX));
      engine.at(
        Math.min(end, engine.now + wait),
        PHASE.TIMER,
        this.againOp,
        slot,
        table.life[slot],
        0,
      );
    }
  }

  private lookAt(slot: number, at: Ns): void {
    engine.at(at, PHASE.TIMER, this.lookOp, slot, this.table.life[slot], 0);
  }

  /** Round trip of a question, VANISHED if no answer comes, or REFUSED. */
  private trip(slot: number): Ns {
    const { table, world, flows } = this;
    const link = table.handshakes.linkOf(slot);
    if (!flows.asks(slot, link)) return link!.device!.resets ? REFUSED : VANISHED;
    const there = table.handshakes.delay(slot, MESSAGE.request);
    const callee = world.instances[table.instance[slot]];
    if (there === VANISHED || (callee.down && callee.silent)) return VANISHED;
    if (table.isStale(slot)) return REFUSED;
    // The kernel answers for a process that is frozen.
    const isFrozen = callee.frozen !== FROZEN.no;
    if (isFrozen && table.poolOf(slot).multiplexed) return VANISHED;
    const back = table.handshakes.delay(slot, MESSAGE.answer);
    return back === VANISHED ? VANISHED : there + back;
  }

  private rtoNs(slot: number): Ns {
    return this.table.handshakes.linkOf(slot)?.rtoNs ?? this.spec(slot).timeoutNs;
  }

  /** The far end has gone: the connection is closed, and its attempts meet a reset. */
  private end(slot: number): void {
    const { table, world } = this;
    invariant(table.isEstablished(slot), 'a client closes a connection that is open');
    for (const strand of attemptsOn(slot, table, world.edges)) {
      engine.soon(PHASE.COMPLETION, this.loseOp, strand, strands.life[strand], 0);
    }
    table.poolOf(slot).lost(slot);
  }

  private lose(strand: number, life: number): void {
    const { wire, calls } = this.world;
    if (strands.life[strand] !== life || strands.callerLeftAt[strand] >= 0) return;
    const frame = strands.from[strand];
    invariant(strands.returns[strand] === RETURN.frame, 'only attempts end with a connection');
    // A request in flight will find no connection.
    if (strands.arrived[strand] < 0) strands.injected[strand] = OUTCOME.reset;
    wire.abandon(frame, strand, OUTCOME.reset, false);
    calls.answer(frame, OUTCOME.reset);
  }
}
