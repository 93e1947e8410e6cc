import { engine } from '../kernel/engine.js';
import { widenInt32 } from '../kernel/pool.js';
import { NS_PER_SECOND } from '../kernel/time.js';
import type { Ns } from '../kernel/time.js';
import { strands } from './strands.js';
import type { World } from './world.js';

/** A message that stands in a line, is carried, or has left and is on its way. */
interface Message {
  readonly line: number;
  /** It waits for nobody, and nobody waits for it. */
  readonly isAlone: boolean;
  /** What was left of it at `beginNs`, from when on it is carried; it has left at `leaveNs`. */
  bytes: number;
  beginNs: Ns;
  leaveNs: Ns;
  /** When it arrives, and so long after it has left. */
  atNs: Ns;
  wayNs: Ns;
  cargo: Cargo | null;
}

/** What a message is, and the event of its arrival. */
interface Cargo {
  readonly strand: number;
  readonly isAnswer: boolean;
  /** Stamp of the strand for a request, its life for an answer. */
  readonly stamp: number;
  readonly link: number;
  readonly phase: number;
  /** The connection that carries it, -1 = none. */
  readonly connection: number;
}

/**
 * The lines between instances on links with a bandwidth: one message after the other from one instance to another; a
 * message leaves when those before it have, and takes size / bandwidth. The clients of a workload have a line each.
 *
 * When it leaves is known when it is sent. Where a fault changes a bandwidth, messages under way are remembered: what
 * has not left yet goes on at the new rate, and those behind it move up, as the buffer of a sender empties once the link
 * is free. Their events are scheduled again, under a number that makes the old ones mean nothing.
 */
export class Lines {
  /** The message that has been let pass and is not scheduled yet; null where nothing changes a rate. */
  passed: Message | null = null;
  private readonly world: World;
  /** When the line from one instance to another is free; by sender * instances + receiver. */
  private readonly free = new Map<number, Ns>();
  /** By line: messages that have not arrived, in the order in which they were sent; null where no rate changes. */
  private readonly underWay: Map<number, Message[]> | null;
  private readonly requestOp: number;
  private readonly answerOp: number;
  /** By strand: how often its message was scheduled again. */
  private turns: Int32Array = new Int32Array(0);

  constructor(world: World) {
    this.world = world;
    const changes = world.plan.faults.some(({ knobs }) => knobs.includes('bandwidth'));
    this.underWay = changes ? new Map() : null;
    const turnOf = (strand: number): number => this.turns[strand];
    this.requestOp = engine.define('carried', (strand, stamp, turn) => {
      if (turnOf(strand) === turn) world.wire.arrive(strand, stamp);
    });
    this.answerOp = engine.define('carried-back', (strand, life, turn) => {
      if (strands.life[strand] === life && turnOf(strand) === turn) world.wire.deliver(strand);
    });
    if (!changes) return;
    strands.slots.onGrow((capacity) => (this.turns = widenInt32(this.turns, capacity)));
  }

  /** Time until a message that is sent now has left. */
  pass(bytes: number, bandwidth: number, from: number, to: number): Ns {
    const { instances } = this.world;
    const line = from * instances.length + to;
    const isAlone = this.isClient(from) || this.isClient(to);
    const begins = isAlone ? engine.now : Math.max(engine.now, this.free.get(line) ?? 0);
    const leaveNs = begins + timeOf(bytes, bandwidth);
    if (!isAlone) this.free.set(line, leaveNs);
    if (this.underWay !== null) {
      const when = { beginNs: begins, leaveNs, atNs: leaveNs, wayNs: 0 };
      this.passed = { line, isAlone, bytes, ...when, cargo: null };
    }
    return leaveNs - engine.now;
  }

  /**
   * Schedules the arrival of the message that was let pass; `orderNs`: when it may arrive at all, for those before it
   * on its connection.
   */
  carry(strand: number, isAnswer: boolean, atNs: Ns, orderNs: Ns, phase: number): void {
    const message = this.passed!;
    this.passed = null;
    message.wayNs = atNs - message.leaveNs;
    message.atNs = Math.max(atNs, orderNs);
    const stamp = (isAnswer ? strands.life : strands.stamp)[strand];
    const link = strands.link[strand];
    const cargo = { strand, isAnswer, stamp, link, phase, connection: this.connectionOf(strand) };
    message.cargo = cargo;
    const list = this.underWay!.get(message.line) ?? [];
    while (list.length > 0 && list[0].atNs < engine.now) list.shift();
    if (list.push(message) === 1) this.underWay!.set(message.line, list);
    this.schedule(message, cargo);
  }

  /** The bandwidth of a link is another one from now on. */
  turned(link: number): void {
    for (const [line, list] of this.underWay ?? []) {
      if (list.some(({ cargo }) => cargo!.link === link)) this.moveUp(line, list);
    }
  }

  private moveUp(line: number, list: readonly Message[]): void {
    const { now } = engine;
    let free = now;
    const orders = new Map<number, Ns>();
    for (const message of list) {
      const cargo = message.cargo!;
      let { atNs } = message;
      if (message.leaveNs > now) {
        this.retime(message, cargo, message.isAlone ? now : free);
        atNs = message.leaveNs + message.wayNs;
      }
      if (!message.isAlone) free = Math.max(free, message.leaveNs);
      if (cargo.connection >= 0) {
        const key = 2 * cargo.connection + (cargo.isAnswer ? 1 : 0);
        atNs = Math.max(atNs, orders.get(key) ?? 0);
        orders.set(key, atNs);
      }
      if (atNs !== message.atNs) this.again(message, cargo, atNs);
    }
    this.free.set(line, free);
  }

  /** What has not left is carried from `fromNs` on, at the rate of its link. */
  private retime(message: Message, cargo: Cargo, fromNs: Ns): void {
    const { links } = this.world;
    const { beginNs, leaveNs } = message;
    const { now } = engine;
    if (beginNs < now) message.bytes *= (leaveNs - now) / (leaveNs - beginNs);
    const { requestBandwidth, answerBandwidth } = links[cargo.link];
    message.beginNs = fromNs;
    message.leaveNs =
      fromNs + timeOf(message.bytes, cargo.isAnswer ? answerBandwidth : requestBandwidth);
  }

  /** A message arrives at another time, if anybody is still there. */
  private again(message: Message, cargo: Cargo, atNs: Ns): void {
    const { strand, stamp, isAnswer, connection } = cargo;
    message.atNs = atNs;
    if ((isAnswer ? strands.life : strands.stamp)[strand] !== stamp) return;
    this.turns[strand]++;
    if (connection >= 0 && strands.gone[strand] < 0) {
      this.world.connections.moved(connection, isAnswer, atNs);
    }
    this.schedule(message, cargo);
  }

  private schedule({ atNs }: Message, { strand, isAnswer, stamp, phase }: Cargo): void {
    const op = isAnswer ? this.answerOp : this.requestOp;
    engine.at(atNs, phase, op, strand, stamp, this.turns[strand]);
  }

  /** The connection on which the messages of an attempt keep their order, -1 = none. */
  private connectionOf(strand: number): number {
    const { connections, edges } = this.world;
    if (strands.gone[strand] >= 0 || !edges[strands.edge[strand]].connected) return -1;
    return connections.slotOf(strands.from[strand]);
  }

  private isClient(instance: number): boolean {
    const { instances, plan } = this.world;
    return plan.components[instances[instance].component].kind === 'workload';
  }
}

function timeOf(bytes: number, bandwidth: number): Ns {
  return Math.round((bytes / bandwidth) * NS_PER_SECOND);
}
