import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import type { Failover } from '../../spec/replication.js';
import type { Instance } from '../instance.js';
import type { Counter } from '../meters.js';
import type { World } from '../world.js';

/** What nodes have, and what becomes of it when roles change. */
export interface Holdings {
  readonly nodes: readonly RoleNode[];
  /** What is on its way to nodes does not come any more. */
  cut(): void;
  /** What nodes miss is on its way again. */
  resume(): void;
  /** A node is the primary from now on, with what it has; `rival` goes on as one, -1 = nobody. */
  promoted(chosen: number, rival: number): void;
  /** The rival follows the primary. */
  reunited(): void;
}

interface RoleNode {
  readonly instance: Instance;
  /** The last write it has applied. */
  readonly applied: number;
  readonly backlog: { readonly length: number };
}

/**
 * Who is the primary of a database with replicas: after a crash or out of sight for long enough the
 * replica that misses least takes its place; asked to hand over it waits until a replica has all.
 */
export class Roles {
  primary = 0;
  /** The one that clients ask. */
  known = 0;
  /** An old primary that goes on taking writes; -1 = there is none. */
  rival = -1;
  /** Who does not see the others, and is not seen by them; -1 = nobody. */
  alone = -1;
  private readonly world: World;
  private readonly failover: Failover | null;
  private readonly holdings: Holdings;
  private readonly failovers: Counter;
  /** The primary takes no writes: it is taken for dead, or hands its role over. */
  private isFenced = false;
  /** To whom the primary hands its role over; -1 = nobody. */
  private heir = -1;
  /** It does not see a majority of the nodes, where it needs one. */
  private isWeak = false;
  /** The time has come, and nobody was there to take over. */
  private isVacant = false;
  /** Number of the change of roles that is awaited; events of earlier ones are void. */
  private change = 0;
  private readonly promoteOp: number;
  private readonly fenceOp: number;
  private readonly handOp: number;
  private readonly reconnectOp: number;
  private readonly regainOp: number;

  constructor(world: World, component: number, failover: Failover | null, holdings: Holdings) {
    const { meters } = world;
    this.world = world;
    this.failover = failover;
    this.holdings = holdings;
    this.failovers = meters.counter('failovers', { component, part: -1 });
    this.promoteOp = engine.define('failover', (change) => this.promote(change));
    this.fenceOp = engine.define('fence', (change) => {
      if (change === this.change) this.isFenced = true;
    });
    this.regainOp = engine.define('regain', (change) => {
      if (change === this.change) this.isFenced = false;
    });
    this.handOp = engine.define('hand-over', (change) => {
      if (change !== this.change || this.heir < 0) return;
      if (holdings.nodes[this.heir].backlog.length === 0) this.take(this.heir);
    });
    this.reconnectOp = engine.define('reconnect', (primary) => {
      if (primary === this.primary) this.known = primary;
    });
  }

  /** Whom a caller takes for the primary: an old one is so for those in its zone, or for every second caller. */
  at({ zone, index }: Instance): number {
    if (this.rival < 0) return this.known;
    const { nodes } = this.holdings;
    const own = nodes[this.rival].instance.zone;
    const isSpread = nodes.some(({ instance }) => instance.zone !== own);
    return (isSpread ? zone === own : index % 2 === 0) ? this.rival : this.known;
  }

  /** Whether writes may begin at a node. */
  writes(index: number): boolean {
    return index === this.rival || (index === this.primary && !this.isFenced);
  }

  /** Whether what has begun at a node may be committed: who hands over finishes what is under way. */
  commits(index: number): boolean {
    return this.writes(index) || (index === this.primary && this.heir >= 0);
  }

  /** Whether writes of the primary get to a node. */
  reaches(index: number): boolean {
    const { nodes } = this.holdings;
    if (nodes[index].instance.down || nodes[this.primary].instance.down) return false;
    return this.alone < 0 || (index !== this.alone && this.primary !== this.alone);
  }

  /** A node has all writes of the primary. */
  caughtUp(index: number): void {
    if (index === this.heir) this.handSoon();
  }

  died(index: number): void {
    if (index === this.heir) this.callOff();
    // Who is out of sight is taken for dead already.
    if (index === this.alone) return;
    if (index !== this.primary) return this.weigh();
    this.callOff();
    this.suspect();
  }

  started(index: number): void {
    if (index !== this.primary) {
      this.fill();
      this.weigh();
    } else if (index !== this.alone) this.resumeRole();
  }

  /** The primary and its replicas do not see each other any more, or see each other again. */
  split(isApart: boolean): void {
    if (isApart === this.alone >= 0) return;
    const { nodes } = this.holdings;
    if (isApart) {
      this.callOff();
      this.alone = this.primary;
      this.holdings.cut();
      if (!nodes[this.primary].instance.down) this.suspect();
      return;
    }
    this.alone = -1;
    if (!nodes[this.primary].instance.down) {
      this.change++;
      this.resumeRole();
    }
    if (this.rival >= 0) this.holdings.reunited();
    this.rival = -1;
    this.holdings.resume();
    this.fill();
  }

  /** The primary hands its role over: it begins no more writes, and waits until a replica has all. */
  handOver(index: number): void {
    const { nodes } = this.holdings;
    if (index !== this.primary || nodes[index].instance.down) return;
    if (this.alone >= 0 || this.heir >= 0) return;
    this.heir = this.nearest();
    if (this.heir < 0) return;
    this.isFenced = true;
    this.change++;
    if (nodes[this.heir].backlog.length === 0) this.handSoon();
  }

  private callOff(): void {
    if (this.heir < 0) return;
    this.heir = -1;
    this.isFenced = false;
  }

  /** The primary is gone, or looks as if it were: it is replaced after a while, and fenced before. */
  private suspect(): void {
    const { failover } = this;
    this.change++;
    this.isWeak = false;
    if (failover === null) return;
    const seen = engine.now + failover.detectNs;
    if (failover.fencing && this.primary === this.alone) {
      engine.at(seen, PHASE.COMPLETION, this.fenceOp, this.change, 0, 0);
    }
    engine.at(seen + failover.promoteNs, PHASE.COMPLETION, this.promoteOp, this.change, 0, 0);
  }

  /** The primary is there again, and is one if it has a majority; where nobody could be elected in its place, it is. */
  private resumeRole(): void {
    this.isWeak = this.isFenced = !this.hasMajority();
    if (this.isWeak || !this.isVacant || this.failover?.quorum !== true) return;
    this.isVacant = false;
    this.isFenced = true;
    this.regainSoon();
  }

  private regainSoon(): void {
    const at = engine.now + this.failover!.promoteNs;
    engine.at(at, PHASE.COMPLETION, this.regainOp, this.change, 0, 0);
  }

  /** A primary that has too few nodes with it steps down after a while, and is elected again when they are back. */
  private weigh(): void {
    const { failover } = this;
    if (failover === null || this.primary === this.alone) return;
    if (this.holdings.nodes[this.primary].instance.down) return;
    const isWeak = !this.hasMajority();
    if (isWeak === this.isWeak) return;
    this.callOff();
    this.isWeak = isWeak;
    this.change++;
    const seen = engine.now + failover.detectNs;
    if (isWeak) engine.at(seen, PHASE.COMPLETION, this.fenceOp, this.change, 0, 0);
    else if (this.isFenced) this.regainSoon();
  }

  /** Whether those who see each other are more than half of all nodes, where that matters. */
  private hasMajority(): boolean {
    if (this.failover?.quorum !== true) return true;
    const { nodes } = this.holdings;
    let up = 0;
    nodes.forEach(({ instance }, index) => {
      if (!instance.down && index !== this.alone) up++;
    });
    return 2 * up > nodes.length;
  }

  /** Somebody is there who could take over. */
  private fill(): void {
    if (!this.isVacant) return;
    this.isVacant = false;
    const at = engine.now + this.failover!.promoteNs;
    engine.at(at, PHASE.COMPLETION, this.promoteOp, this.change, 0, 0);
  }

  private handSoon(): void {
    const at = engine.now + (this.failover?.promoteNs ?? 0);
    engine.at(at, PHASE.COMPLETION, this.handOp, this.change, 0, 0);
  }

  /** The replica that misses least takes over, if the primary is still down or out of sight. */
  private promote(change: number): void {
    if (change !== this.change) return;
    const { instance } = this.holdings.nodes[this.primary];
    if (!instance.down && this.primary !== this.alone) return;
    const chosen = this.nearest();
    this.isVacant = chosen < 0;
    if (chosen >= 0) this.take(chosen);
  }

  /** The replica that is up, sees the others and misses least; -1 where there is none, or too few to elect it. */
  private nearest(): number {
    const { nodes } = this.holdings;
    if (!this.hasMajority()) return -1;
    let chosen = -1;
    nodes.forEach(({ instance, applied }, index) => {
      if (index === this.primary || index === this.alone || instance.down) return;
      if (chosen < 0 || applied > nodes[chosen].applied) chosen = index;
    });
    return chosen;
  }

  private take(chosen: number): void {
    const { meters } = this.world;
    const isRival = this.primary === this.alone && this.failover?.fencing === false;
    if (isRival) this.rival = this.primary;
    this.primary = chosen;
    this.isFenced = this.isWeak = false;
    this.heir = -1;
    this.holdings.promoted(chosen, this.rival);
    meters.count(this.failovers);
    const reconnectNs = this.failover?.reconnectNs ?? 0;
    engine.at(engine.now + reconnectNs, PHASE.COMPLETION, this.reconnectOp, chosen, 0, 0);
  }
}
