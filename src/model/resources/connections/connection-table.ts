import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { Slots } from '../../../kernel/pool.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Lane, Stamped } from '../../../kernel/lanes.js';
import type { Ns } from '../../../kernel/time.js';
import { isSuccess, OUTCOME } from '../../../contracts/outcome.js';
import type {
  Keepalive,
  PingPermit,
  ServerClosing,
} from '../../../contracts/scenario/connections.js';
import type { Fates } from './fates.js';
import { Handshakes, type OpeningPool } from './handshakes.js';
import { FROZEN } from '../../data/instances/process.js';
import type { Instance } from '../../data/instances/instance.js';
import type { ActRun } from '../../data/run.js';
import { VANISHED, type DataLimit, type FlowWatch } from '../../data/edges/link.js';
import { frames } from '../../data/strands/frames.js';
import { STATE, strands } from '../../data/strands/strands.js';

interface TablePool extends OpeningPool {
  readonly multiplexed: boolean;
  readonly closes: ServerClosing | null;
  readonly serverIdle: Lane | null;
  readonly keepalive: Keepalive | null;
  readonly pings: PingPermit | null;
  retire(slot: number): void;
  /** Opens connections for the calls that wait. */
  resume(): void;
}

/** Above every slot, for numbers of a slot and its life. */
const SLOTS_MAX = 1 << 22;

interface ResponseSizes {
  ofAnswer(strand: number): number;
}

/** Epoch of a connection that no process at its far end recognizes. */
const NO_PROCESS = -1;

export const CONNECTION = Object.freeze({
  /** TCP and TLS are being set up. */
  DIALLING: 0,
  OPEN: 1,
  /** Takes no new attempts; closes after the last one in flight. */
  CLOSING: 2,
} as const);

/**
 * All connections of all edge pools, as columns. Handles the events that reach them from outside: timers, the order of
 * messages, and the death of the instances at their far ends.
 *
 * Two counters protect a slot: `life` identifies the connection, `stamp` its current wait (a handshake step or its idle
 * time).
 */
export class ConnectionTable {
  readonly slots = new Slots(64);
  readonly pools: TablePool[] = [];
  readonly handshakes: Handshakes;
  /** The devices on the way of connections; null if none forgets them, and no client asks for its peer. */
  flows: FlowWatch | null = null;
  /** What becomes of idle connections to databases; null if nothing does. */
  fates: Fates | null = null;
  /** Its pool, the instance at its far end, and the epoch of that instance when it accepted. */
  pool: Int32Array = new Int32Array(0);
  instance: Int32Array = new Int32Array(0);
  epoch: Int32Array = new Int32Array(0);
  stamp: Int32Array = new Int32Array(0);
  life: Int32Array = new Int32Array(0);
  state: Uint8Array = new Uint8Array(0);
  /** Attempts on it now, and in total. */
  streams: Int32Array = new Int32Array(0);
  served: Int32Array = new Int32Array(0);
  /** The frame that it is opened for, the edge of that frame, and the lineage of its draws. */
  owner: Int32Array = new Int32Array(0);
  edge: Int32Array = new Int32Array(0);
  lineageA: Int32Array = new Int32Array(0);
  lineageB: Int32Array = new Int32Array(0);
  /** State of the handshake: next step, packets sent, tries of the current packet, TLS flights completed. */
  step: Uint8Array = new Uint8Array(0);
  packets: Int32Array = new Int32Array(0);
  tries: Int32Array = new Int32Array(0);
  flights: Int32Array = new Int32Array(0);
  sentNs: Float64Array = new Float64Array(0);
  /** Arrival times of the last request and the last answer on it; later messages do not overtake. */
  requestNs: Float64Array = new Float64Array(0);
  answerNs: Float64Array = new Float64Array(0);
  private readonly lives: Stamped;
  private readonly connectOp: number;
  private readonly idleOp: number;
  private readonly ageOp: number;
  private readonly pauseOp: number;

  constructor(private readonly world: ActRun) {
    this.slots.addColumns(this);
    world.kept.set('connections', () => this.slots.used);
    const lives = (): Int32Array => this.life;
    this.lives = {
      get stamp() {
        return lives();
      },
    };
    this.connectOp = engine.define('connect-timeout', (slot, stamp) => {
      if (this.stamp[slot] !== stamp || this.stalls(slot, this.connectOp, stamp)) return;
      this.poolOf(slot).failed(slot, OUTCOME.connectTimeout);
    });
    this.idleOp = engine.define('connection-idle', (slot, stamp) => {
      if (this.stamp[slot] !== stamp || this.stalls(slot, this.idleOp, stamp)) return;
      this.poolOf(slot).retire(slot);
    });
    this.ageOp = engine.define('connection-age', (slot, life) => {
      if (this.life[slot] !== life || this.stalls(slot, this.ageOp, life)) return;
      this.poolOf(slot).retire(slot);
    });
    this.pauseOp = engine.define('channel-pause', (pool, stamp) => {
      const { caller } = this.pools[pool];
      if (caller.frozen !== FROZEN.pause || caller.down) this.pools[pool].resume();
      else caller.stalledCalls.push(this.pauseOp, pool, stamp);
    });
    this.handshakes = new Handshakes(world, this);
  }

  /** Lanes of the three timers of connections; null without the limit. */
  connectLane(delayNs: Ns | null): Lane | null {
    return this.lane(delayNs, this.connectOp, this);
  }

  idleLane(delayNs: Ns | null): Lane | null {
    return this.lane(delayNs, this.idleOp, this);
  }

  ageLane(delayNs: Ns | null): Lane | null {
    return this.lane(delayNs, this.ageOp, this.lives);
  }

  /** A pool opens no connection until this time; then the calls that wait for one do. */
  pausedUntil(pool: number, at: Ns): void {
    invariant(pool < this.pools.length, 'a pool that pauses is known');
    engine.at(Math.max(at, engine.now), PHASE.TIMER, this.pauseOp, pool, 0, 0);
  }

  /** Takes a slot for a connection that is being opened. */
  take(pool: number, instance: number, owner: number, edge: number): number {
    const slot = this.slots.take();
    this.pool[slot] = pool;
    this.instance[slot] = instance;
    this.owner[slot] = owner;
    this.edge[slot] = edge;
    this.state[slot] = CONNECTION.DIALLING;
    this.streams[slot] = 0;
    this.served[slot] = 0;
    this.requestNs[slot] = 0;
    this.answerNs[slot] = 0;
    return slot;
  }

  free(slot: number): void {
    invariant(this.streams[slot] === 0, 'a connection ends without attempts');
    this.stamp[slot]++;
    this.life[slot]++;
    this.slots.give(slot);
  }

  poolOf(slot: number): TablePool {
    return this.pools[this.pool[slot]];
  }

  /** Returns true if the calling process is paused; it then sees the event when it resumes. */
  stalls(slot: number, op: number, stamp: number): boolean {
    const { caller } = this.poolOf(slot);
    if (caller.frozen !== FROZEN.pause || caller.down) return false;
    caller.stalledCalls.push(op, slot, stamp);
    return true;
  }

  /** Returns true for a connection that is open and not yet freed. */
  isEstablished(slot: number): boolean {
    return this.slots.has(slot) && this.state[slot] !== CONNECTION.DIALLING;
  }

  /**
   * The far end does not know the connection. It may have rejected the certificate of the client: a TLS 1.3 client may
   * send as soon as its own part is done, so it learns of the rejection only from the response (RFC 8446 section 2,
   * figure 1, and section 6.2).
   */
  disown(slot: number): void {
    this.epoch[slot] = NO_PROCESS;
  }

  /** Returns true if the process at the far end is not the one that accepted the connection. */
  isStale(slot: number): boolean {
    return this.epoch[slot] !== this.world.instances[this.instance[slot]].epoch;
  }

  /**
   * Sends a request on the connection of its frame; returns its arrival time, `at` or later, or VANISHED. A process that
   * does not know the connection answers with a reset.
   */
  request(strand: number, frame: number, at: Ns): Ns {
    if (this.fates !== null && !this.world.edges[frames.edge[frame]].connected) {
      return this.fates.sends(strand, frame) ? at : VANISHED;
    }
    const slot = this.slotOf(frame);
    invariant(this.isEstablished(slot), 'a request travels on a connection that is open');
    invariant(this.streams[slot] > 0, 'a request is counted on its connection');
    if (this.flows !== null && !this.flows.requests(slot, strand, at)) {
      strands.state[strand] = STATE.LOST;
      return VANISHED;
    }
    const { down, silent } = this.world.instances[this.instance[slot]];
    if (this.isStale(slot) && !(down && silent)) {
      strands.injected[strand] = OUTCOME.reset;
    }
    if (!this.poolOf(slot).multiplexed) return at;
    return (this.requestNs[slot] = Math.max(at, this.requestNs[slot]));
  }

  /** Does the same for the answer of a strand. The answer to an abandoned call does not delay later ones. */
  answer(strand: number, at: Ns): Ns {
    const { edges } = this.world;
    if (strands.callerLeftAt[strand] >= 0 || !edges[strands.edge[strand]].connected) return at;
    const slot = this.slotOf(strands.from[strand]);
    invariant(this.streams[slot] > 0, 'an answer travels on the connection of its request');
    if (!this.poolOf(slot).multiplexed) return (this.answerNs[slot] = at);
    return (this.answerNs[slot] = Math.max(at, this.answerNs[slot]));
  }

  /** A message in flight on a connection gets another arrival time. */
  moved(slot: number, isAnswer: boolean, at: Ns): void {
    invariant(at >= engine.now, 'a message in flight arrives later');
    (isAnswer ? this.answerNs : this.requestNs)[slot] = at;
  }

  /**
   * A process has died. Callers notice at once that its connections are closed; the death of a host goes unnoticed.
   * Requests in flight to the process find it without their connection and are reset.
   */
  instanceDown(instance: Instance): void {
    instance.epoch++;
    if (instance.silent) return;
    const { edges } = this.world;
    this.instanceCloses(instance);
    for (let strand = 0; strand < strands.slots.touched; strand++) {
      if (!strands.alive(strand) || strands.instance[strand] !== instance.id) continue;
      if (!strands.inTransit(strand) || !edges[strands.edge[strand]].connected) continue;
      strands.injected[strand] = OUTCOME.reset;
    }
  }

  /**
   * A process is about to end. Its connections take no new requests and close after those in flight, as after a GOAWAY
   * or `Connection: close`. Callers know at once; requests in flight are still served.
   */
  instanceCloses(instance: Instance): void {
    for (let slot = 0; slot < this.slots.touched; slot++) {
      if (!this.slots.has(slot) || this.instance[slot] !== instance.id) continue;
      if (this.state[slot] === CONNECTION.OPEN) this.poolOf(slot).lost(slot);
    }
  }

  /** The connection that the attempt of a frame uses: its pool is the innermost layer. */
  slotOf(frame: number): number {
    const { calls, edges } = this.world;
    return calls.word(frame, edges[frames.edge[frame]].poolLayer);
  }

  /** A response that exceeds a limit of its connection is cut: its caller sees a reset. `sizes` null: it has no size. */
  limit(strand: number, limits: readonly DataLimit[], sizes: ResponseSizes | null): void {
    const { edges } = this.world;
    if (sizes === null || !edges[strands.edge[strand]].connected) return;
    const slot = this.slotOf(strands.from[strand]);
    const bytes = isSuccess(strands.answer[strand]) ? sizes.ofAnswer(strand) : 0;
    const id = this.life[slot] * SLOTS_MAX + slot;
    let isCut = false;
    for (const { bytes: most, passed } of limits) {
      const total = (passed.get(id) ?? 0) + bytes;
      passed.set(id, total);
      if (total > most) isCut = true;
    }
    if (!isCut) return;
    this.poolOf(slot).retire(slot);
    strands.answer[strand] = OUTCOME.reset;
  }

  private lane(delayNs: Ns | null, op: number, owner: Stamped): Lane | null {
    return delayNs === null ? null : engine.lane(delayNs, PHASE.TIMER, op, owner);
  }
}
