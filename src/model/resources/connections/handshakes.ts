import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { powi } from '../../../kernel/math.js';
import { PHASE } from '../../../kernel/phase.js';
import { derive, lineage } from '../../../kernel/rng.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import { OUTCOME, type Outcome } from '../../../contracts/outcome.js';
import type { Instance } from '../../data/instances/instance.js';
import { CUT, MESSAGE, RTO_MAX_NS, VANISHED, type Link } from '../../data/edges/link.js';
import { LEG, type Passer, type Proxies } from '../../data/edges/proxies.js';
import { RETURN, STATE, strands } from '../../data/strands/strands.js';
import type { ActRun } from '../../data/run.js';

/** Next step of a handshake. */
const STEP = Object.freeze({
  /** The client sends a SYN, or retransmits it. */
  SYN: 0,
  SYN_ARRIVED: 1,
  /** The server's reply has arrived: TCP is established, or a TLS round trip is complete. */
  ANSWERED: 2,
  /** The client sends or retransmits a TLS flight. */
  FLIGHT: 3,
  FLIGHT_ARRIVED: 4,
  REPLY: 5,
  REFUSED: 6,
  GAVE_UP: 7,
} as const);

/** Number of SYN retransmissions before TCP gives up (Linux tcp_syn_retries): at 1, 3, 7, 15, 31 and 63 s. */
const SYN_RETRIES = 6;
/** Number of retransmissions of data (Linux tcp_retries2). */
const DATA_RETRIES = 15;
/** Lineage tag of the nth packet of a handshake. */
const PACKET_TAG = 0x4000;

type Address = 'instance' | 'epoch' | 'edge' | 'lineageA' | 'lineageB';
type Progress = 'stamp' | 'packets' | 'tries' | 'flights';

/** The columns of the connections that are being opened. */
interface Opening extends Readonly<Record<Address | Progress, Int32Array>> {
  readonly step: Uint8Array;
  readonly sentNs: Float64Array;
  poolOf(slot: number): OpeningPool;
  stalls(slot: number, op: number, stamp: number): boolean;
  isStale(slot: number): boolean;
  disown(slot: number): void;
}

/** The pool that a connection is opened for. */
export interface OpeningPool {
  readonly caller: Instance;
  readonly mutual: boolean;
  readonly tlsTrips: number;
  opened(slot: number): void;
  failed(slot: number, outcome: Outcome): void;
  lost(slot: number): void;
}

/**
 * Opens connections packet by packet over the link of their edge: one round trip of TCP, then those of TLS. The server
 * does its TLS work in the first of these; its reply carries the certificate. A lost SYN is retransmitted after 1 s,
 * then at doubling intervals. A port without a process refuses. Without a reply the handshake ends when TCP gives up,
 * or earlier at the pool's connectTimeout.
 */
export class Handshakes implements Passer {
  private readonly op: number;

  constructor(
    private readonly world: ActRun,
    private readonly table: Opening,
  ) {
    world.proxies?.serve([LEG.handshake], this);
    this.op = engine.define('handshake', (slot, stamp) => this.go(slot, stamp));
  }

  /** Starts a handshake. The draws of the connection use this lineage. */
  begin(slot: number, lineageA: number, lineageB: number): void {
    const { table } = this;
    table.lineageA[slot] = lineageA;
    table.lineageB[slot] = lineageB;
    table.packets[slot] = 0;
    table.tries[slot] = 0;
    table.flights[slot] = 0;
    this.synchronize(slot);
  }

  /** The server has finished its part of a TLS flight, or died during it. */
  worked(slot: number, stamp: number, isAlive: boolean): void {
    const { table } = this;
    if (table.stamp[slot] !== stamp) return;
    if (isAlive) this.reply(slot);
    else this.refuse(slot);
  }

  /** Delay of a message about the connection itself between its ends, or VANISHED. */
  delay(slot: number, message: number): Ns {
    const link = this.linkOf(slot);
    if (link === null) return 0;
    this.derivePacket(slot);
    return link.delay(message, lineage.a, lineage.b);
  }

  /** Time by which a close of the server arrives later. */
  closeDelay(slot: number): Ns {
    return this.linkOf(slot)?.closeDelayNs ?? 0;
  }

  private go(slot: number, stamp: number): void {
    const { table } = this;
    if (table.stamp[slot] !== stamp) return;
    switch (table.step[slot]) {
      case STEP.SYN:
        this.synchronize(slot);
        break;
      case STEP.SYN_ARRIVED:
        this.accept(slot);
        break;
      case STEP.FLIGHT:
        this.fly(slot);
        break;
      case STEP.FLIGHT_ARRIVED:
        this.work(slot);
        break;
      case STEP.REPLY:
        this.reply(slot);
        break;
      default:
        // The other steps run in the calling process, which may be paused.
        if (!table.stalls(slot, this.op, stamp)) this.report(slot);
    }
  }

  private report(slot: number): void {
    const { table } = this;
    const pool = table.poolOf(slot);
    invariant(
      table.flights[slot] <= pool.tlsTrips,
      'a handshake makes no more round trips than TLS needs',
    );
    if (table.step[slot] === STEP.REFUSED) pool.failed(slot, OUTCOME.refused);
    else if (table.step[slot] === STEP.GAVE_UP) pool.failed(slot, OUTCOME.connectTimeout);
    else if (this.isDistrusted(slot)) pool.failed(slot, OUTCOME.refused);
    else if (table.flights[slot] === pool.tlsTrips) {
      if (pool.mutual && pool.caller.certExpired) table.disown(slot);
      pool.opened(slot);
      // The callee began to shut down during the handshake: it serves only the attempts waiting for this connection.
      if (this.world.instances[table.instance[slot]].shut) pool.lost(slot);
    } else {
      table.flights[slot]++;
      table.tries[slot] = 0;
      this.fly(slot);
    }
  }

  /** Returns true if the client rejects the server's certificate, which comes with the first flight. */
  private isDistrusted(slot: number): boolean {
    const { table, world } = this;
    return table.flights[slot] === 1 && world.instances[table.instance[slot]].certExpired;
  }

  private synchronize(slot: number): void {
    const { table } = this;
    table.sentNs[slot] = engine.now;
    const delay = this.packet(slot, MESSAGE.request);
    if (delay === VANISHED) this.synchronizeAgain(slot);
    else this.next(slot, STEP.SYN_ARRIVED, delay);
  }

  private synchronizeAgain(slot: number): void {
    const { table } = this;
    const tries = table.tries[slot]++;
    invariant(tries <= SYN_RETRIES, 'TCP gives up after its last retransmission');
    const wait = powi(2, tries) * NS_PER_SECOND;
    const delay = Math.max(0, table.sentNs[slot] + wait - engine.now);
    this.next(slot, tries === SYN_RETRIES ? STEP.GAVE_UP : STEP.SYN, delay);
  }

  /** The server's kernel replies, also for a hung process. It refuses if no process listens. */
  private accept(slot: number): void {
    const { table, world } = this;
    const instance = world.instances[table.instance[slot]];
    const rejected = this.linkOf(slot)?.requestCut === CUT.reject;
    if (instance.down && instance.silent && !rejected) {
      this.synchronizeAgain(slot);
      return;
    }
    table.epoch[slot] = instance.epoch;
    const delay = this.packet(slot, MESSAGE.answer);
    if (delay === VANISHED) this.synchronizeAgain(slot);
    else this.next(slot, instance.shut || rejected ? STEP.REFUSED : STEP.ANSWERED, delay);
  }

  private fly(slot: number): void {
    this.carry(slot, MESSAGE.request, STEP.FLIGHT, STEP.FLIGHT_ARRIVED);
  }

  /** The server's TLS work needs no worker; a frozen process does it when it resumes. */
  private work(slot: number): void {
    const { table, world } = this;
    const instance = world.instances[table.instance[slot]];
    if (instance.down && instance.silent) return;
    if (instance.down || table.isStale(slot)) {
      this.refuse(slot);
      return;
    }
    table.tries[slot] = 0;
    if (table.flights[slot] > 1) {
      this.reply(slot);
      return;
    }
    const { edges, plan, interpreter, proxies } = world;
    const edge = edges[table.edge[slot]];
    if (edge.isMutual) {
      this.workOfProxy(slot, instance, proxies!);
      return;
    }
    const strand = strands.open(instance.id, table.lineageA[slot], table.lineageB[slot]);
    strands.part[strand] = edge.toPart;
    strands.edge[strand] = edge.id;
    strands.returns[strand] = RETURN.connection;
    strands.from[strand] = slot;
    strands.call[strand] = table.stamp[slot];
    strands.deadline[strand] = Infinity;
    strands.cell[strand] = -1;
    strands.arrived[strand] = engine.now;
    strands.pc[strand] = plan.components[instance.component].handshakeProgram;
    strands.state[strand] = STATE.READY;
    interpreter.resume(strand);
  }

  /** Between proxies the callee's proxy does the work, also while its process is frozen. */
  private workOfProxy(slot: number, { id }: Instance, proxies: Proxies): void {
    const { stamp, lineageA, lineageB } = this.table;
    const at = proxies.beside(id);
    const isBusy = proxies.enter(
      at,
      LEG.handshake,
      slot,
      stamp[slot],
      lineageA[slot],
      lineageB[slot],
    );
    if (!isBusy) this.reply(slot);
  }

  /** The callee's proxy has done its part of a handshake. */
  passed(slot: number, stamp: number): void {
    const { table, world } = this;
    if (table.stamp[slot] !== stamp) return;
    this.worked(slot, stamp, !world.instances[table.instance[slot]].down);
  }

  private reply(slot: number): void {
    this.carry(slot, MESSAGE.answer, STEP.REPLY, STEP.ANSWERED);
  }

  private refuse(slot: number): void {
    this.next(slot, STEP.REFUSED, Math.max(0, this.packet(slot, MESSAGE.answer)));
  }

  /** Sends data on the established connection; packets lost to a cut are retransmitted until TCP gives up. */
  private carry(slot: number, message: number, again: number, then: number): void {
    const { table } = this;
    const link = this.linkOf(slot);
    if (link === null) {
      this.next(slot, then, 0);
      return;
    }
    this.derivePacket(slot);
    const delay = link.delay(message, lineage.a, lineage.b);
    if (delay !== VANISHED) {
      this.next(slot, then, delay);
      return;
    }
    const tries = table.tries[slot]++;
    invariant(tries <= DATA_RETRIES, 'TCP gives up data after its last retransmission');
    const wait = Math.min(link.rtoNs * powi(2, tries), RTO_MAX_NS);
    this.next(slot, tries === DATA_RETRIES ? STEP.GAVE_UP : again, wait);
  }

  /** Delay of a single packet, or VANISHED if it is lost. */
  private packet(slot: number, message: number): Ns {
    const link = this.linkOf(slot);
    if (link === null) return 0;
    this.derivePacket(slot);
    return link.packet(message, lineage.a, lineage.b);
  }

  private derivePacket(slot: number): void {
    const { table } = this;
    derive(table.lineageA[slot], table.lineageB[slot], PACKET_TAG + table.packets[slot]++);
  }

  /** The link between the ends of a connection; null within a process. */
  linkOf(slot: number): Link | null {
    const { table, world } = this;
    const { caller } = table.poolOf(slot);
    const callee = world.instances[table.instance[slot]];
    if (caller.id === callee.id) return null;
    const edge = world.edges[table.edge[slot]];
    return edge.links[(caller.zone + 1) * edge.stride + callee.zone + 1];
  }

  private next(slot: number, step: number, delayNs: Ns): void {
    const { table } = this;
    invariant(delayNs >= 0, 'a packet arrives after it was sent');
    table.step[slot] = step;
    engine.at(engine.now + delayNs, PHASE.COMPLETION, this.op, slot, table.stamp[slot], 0);
  }
}
