import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { widenInt32 } from '../../../kernel/pool.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import { strands } from '../../data/strands/strands.js';
import type { ConnectionTable } from '../connections/connection-table.js';
import type { Run } from '../../data/run.js';

export interface LinesParts extends Run {
  readonly wire: { arrive(strand: number, stamp: number): void; deliver(strand: number): void };
  readonly connections: ConnectionTable;
}

/** The transmission of a message on a line. */
interface Turn {
  readonly line: number;
  /** Bytes left at `beginNs`, when its transmission starts; it ends at `leaveNs`. */
  bytes: number;
  beginNs: Ns;
  leaveNs: Ns;
}

/** A message that waits in a line, is being transmitted, or is propagating. */
interface Message extends Turn {
  readonly strand: number;
  readonly isAnswer: boolean;
  /** Stamp of the strand for a request, its life for an answer. */
  readonly stamp: number;
  readonly link: number;
  readonly phase: number;
  /** The connection that carries it, -1 = none. */
  readonly connection: number;
  /** Propagation delay, and arrival time. */
  readonly wayNs: Ns;
  atNs: Ns;
}

/**
 * The transmission lines between instances on links with a bandwidth. Messages from one instance to another are
 * transmitted one after the other, each for size / bandwidth. The clients of a workload have a line each.
 *
 * The end of a transmission is known when the message is sent. If a fault changes a bandwidth, messages in flight are
 * tracked: the untransmitted rest continues at the new rate, and those after it move up, as the buffer of a sender
 * drains once the link is free. Their events are rescheduled under a new number, which voids the old ones.
 */
export class Lines {
  /** The transmission computed last and not scheduled yet; null if no rate changes. */
  passed: Turn | null = null;
  /** Time at which the line from one instance to another is free; by sender * instances + receiver. */
  private readonly free = new Map<number, Ns>();
  /** By line: messages that have not arrived, in the order in which they were sent; null if no rate changes. */
  private readonly underWay: Map<number, Message[]> | null;
  private readonly requestOp: number;
  private readonly answerOp: number;
  /** By strand: number of times that its message was rescheduled. */
  private turns: Int32Array = new Int32Array(0);

  constructor(private readonly world: LinesParts) {
    const changes = world.plan.faults.some(({ knobs }) => knobs.includes('bandwidth'));
    this.underWay = changes ? new Map() : null;
    this.requestOp = engine.define('carried', (strand, stamp, turn) => {
      if (this.turns[strand] === turn) world.wire.arrive(strand, stamp);
    });
    this.answerOp = engine.define('carried-back', (strand, life, turn) => {
      if (strands.life[strand] === life && this.turns[strand] === turn) world.wire.deliver(strand);
    });
    if (!changes) return;
    strands.slots.onGrow((capacity) => (this.turns = widenInt32(this.turns, capacity)));
  }

  /** Starts a transmission; returns the time until it ends. */
  pass(bytes: number, bandwidth: number, from: number, to: number): Ns {
    const line = from * this.world.instances.length + to;
    const isShared = this.isShared(line);
    const beginNs = isShared ? Math.max(engine.now, this.free.get(line) ?? 0) : engine.now;
    const leaveNs = beginNs + timeOf(bytes, bandwidth);
    if (isShared) this.free.set(line, leaveNs);
    invariant(leaveNs >= engine.now, 'a line is free after its last message');
    if (this.underWay !== null) this.passed = { line, bytes, beginNs, leaveNs };
    return leaveNs - engine.now;
  }

  /**
   * Schedules the arrival of the message whose transmission was computed last. `orderNs`: earliest arrival that keeps
   * the order of messages on its connection.
   */
  carry(strand: number, isAnswer: boolean, atNs: Ns, orderNs: Ns, phase: number): void {
    const turn = this.passed!;
    invariant(turn !== null, 'a transmission is carried once');
    this.passed = null;
    const message: Message = {
      ...turn,
      strand,
      isAnswer,
      stamp: (isAnswer ? strands.life : strands.stamp)[strand],
      link: strands.link[strand],
      phase,
      connection: this.connectionOf(strand),
      wayNs: atNs - turn.leaveNs,
      atNs: Math.max(atNs, orderNs),
    };
    const list = this.underWay!.get(turn.line) ?? [];
    while (list.length > 0 && list[0].atNs < engine.now) list.shift();
    if (list.push(message) === 1) this.underWay!.set(turn.line, list);
    this.schedule(message);
  }

  /** The bandwidth of a link has changed. */
  bandwidthChanged(link: number): void {
    for (const [line, list] of this.underWay ?? []) {
      if (list.some((message) => message.link === link)) this.moveUp(line, list);
    }
  }

  private moveUp(line: number, list: readonly Message[]): void {
    const { now } = engine;
    const isShared = this.isShared(line);
    let free = now;
    const orders = new Map<number, Ns>();
    for (const message of list) {
      let { atNs } = message;
      if (message.leaveNs > now) {
        this.retime(message, free);
        atNs = message.leaveNs + message.wayNs;
      }
      if (isShared) free = Math.max(free, message.leaveNs);
      if (message.connection >= 0) {
        const key = 2 * message.connection + (message.isAnswer ? 1 : 0);
        atNs = Math.max(atNs, orders.get(key) ?? 0);
        orders.set(key, atNs);
      }
      if (atNs !== message.atNs) this.again(message, atNs);
    }
    if (isShared) this.free.set(line, free);
  }

  /** Transmits the rest of a message from `fromNs` on, at the rate of its link. */
  private retime(message: Message, fromNs: Ns): void {
    const { now } = engine;
    const { beginNs, leaveNs } = message;
    const { requestBandwidth, answerBandwidth } = this.world.links[message.link];
    if (beginNs < now) message.bytes *= (leaveNs - now) / (leaveNs - beginNs);
    const bandwidth = message.isAnswer ? answerBandwidth : requestBandwidth;
    message.beginNs = fromNs;
    message.leaveNs = fromNs + timeOf(message.bytes, bandwidth);
    invariant(message.bytes >= 0, 'no more bytes leave than a message has');
    invariant(message.leaveNs >= fromNs, 'a message leaves after it begins');
  }

  /** Reschedules a message, unless its receiver has ended. */
  private again(message: Message, atNs: Ns): void {
    invariant(atNs >= engine.now, 'a message does not arrive in the past');
    const { strand, stamp, isAnswer, connection } = message;
    message.atNs = atNs;
    if ((isAnswer ? strands.life : strands.stamp)[strand] !== stamp) return;
    this.turns[strand]++;
    if (connection >= 0 && strands.callerLeftAt[strand] < 0) {
      this.world.connections.moved(connection, isAnswer, atNs);
    }
    this.schedule(message);
  }

  private schedule({ strand, isAnswer, stamp, phase, atNs }: Message): void {
    const op = isAnswer ? this.answerOp : this.requestOp;
    engine.at(atNs, phase, op, strand, stamp, this.turns[strand]);
  }

  /** The connection on which the messages of an attempt keep their order, -1 = none. */
  private connectionOf(strand: number): number {
    const { connections, edges } = this.world;
    if (strands.callerLeftAt[strand] >= 0 || !edges[strands.edge[strand]].connected) return -1;
    return connections.slotOf(strands.from[strand]);
  }

  /** Returns true if messages of a line wait for each other; the clients of a workload have a line each. */
  private isShared(line: number): boolean {
    const { instances, plan } = this.world;
    const from = Math.floor(line / instances.length);
    return [from, line - from * instances.length].every(
      (id) => plan.components[instances[id].component].kind !== 'workload',
    );
  }
}

function timeOf(bytes: number, bandwidth: number): Ns {
  return Math.round((bytes / bandwidth) * NS_PER_SECOND);
}
