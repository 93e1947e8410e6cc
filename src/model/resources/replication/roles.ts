import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Failover } from '../../../contracts/scenario/replication.js';
import type { Instance } from '../../data/instances/instance.js';
import { FROZEN } from '../../data/instances/process.js';
import { JOURNAL, PROMOTED } from '../../../contracts/record/record.js';
import type { Journal } from '../../data/figures/journal.js';
import type { Counter, Meters } from '../../data/figures/meters.js';

/** The state of the nodes, with callbacks for changes of roles. */
export interface Holdings {
  readonly nodes: readonly RoleNode[];
  /** Writes in transit to the nodes do not arrive any more. */
  cut(): void;
  /** Writes that nodes lack are sent again. */
  resume(): void;
  /**
   * A node becomes the primary with the writes that it has. `stalePrimary`: the old primary if it still accepts writes,
   * else -1.
   */
  promoted(chosen: number, stalePrimary: number): void;
  /** The stale primary follows the new primary again. */
  partitionHealed(): void;
}

interface RolesRun {
  readonly meters: Meters;
  readonly journal: Journal;
}

interface RoleNode {
  readonly instance: Instance;
  /** The last write that it has applied. */
  readonly applied: number;
  readonly backlog: { readonly length: number };
}

/**
 * Decides which node is the primary of a replicated database. If the primary is down or unreachable for long enough,
 * the replica with the most writes replaces it. In a planned handover the primary waits until a replica has all writes.
 */
export class Roles {
  primary = 0;
  /** The node that clients use as the primary. */
  known = 0;
  /** An old primary that still accepts writes; -1 = none. */
  stalePrimary = -1;
  /** The node that is partitioned from the others; -1 = none. */
  partitioned = -1;
  private readonly failovers: Counter;
  /** The primary accepts no writes: it is considered dead, or is handing over. */
  private isFenced = false;
  /** The replica that the primary hands over to; -1 = none. */
  private successor = -1;
  /** The primary has lost a required majority. */
  private isWithoutMajority = false;
  /** A failover was due, but no replica could take over. */
  private isWithoutPrimary = false;
  /** Number of the pending change of roles; events of earlier changes are void. */
  private change = 0;
  /** Called when clients have learnt of another primary. */
  readonly learners: (() => void)[] = [];
  /** Called when the primary may have become able to accept writes. */
  readonly watchers: (() => void)[] = [];
  private readonly promoteOp: number;
  private readonly fenceOp: number;
  private readonly handOp: number;
  private readonly reconnectOp: number;
  private readonly regainOp: number;

  constructor(
    private readonly world: RolesRun,
    component: number,
    private readonly failover: Failover | null,
    private readonly holdings: Holdings,
  ) {
    const { meters } = world;
    this.failovers = meters.counter('failovers', { component, part: -1 });
    this.promoteOp = engine.define('failover', (change) => this.promote(change));
    this.fenceOp = engine.define('fence', (change) => {
      if (change === this.change) this.isFenced = true;
    });
    this.regainOp = engine.define('regain', (change) => {
      if (change !== this.change) return;
      this.isFenced = false;
      this.inform(this.watchers);
    });
    this.handOp = engine.define('hand-over', (change) => {
      if (change !== this.change || this.successor < 0) return;
      if (holdings.nodes[this.successor].backlog.length === 0) this.take(this.successor);
    });
    this.reconnectOp = engine.define('reconnect', (primary) => {
      if (primary !== this.primary) return;
      this.known = primary;
      this.inform(this.learners);
      this.inform(this.watchers);
    });
  }

  private inform(all: readonly (() => void)[]): void {
    for (const one of all) one();
  }

  /**
   * The node that a caller uses as the primary. Callers in the zone of a stale primary use that one; if all nodes are
   * in one zone, every second caller does.
   */
  at({ zone, index }: Instance): number {
    if (this.stalePrimary < 0) return this.known;
    const { nodes } = this.holdings;
    const own = nodes[this.stalePrimary].instance.zone;
    const isSpread = nodes.some(({ instance }) => instance.zone !== own);
    return (isSpread ? zone === own : index % 2 === 0) ? this.stalePrimary : this.known;
  }

  /** True if writes may begin on a node. */
  writes(index: number): boolean {
    return index === this.stalePrimary || (index === this.primary && !this.isFenced);
  }

  /** True if a transaction on a node may commit. A primary that is handing over finishes its transactions. */
  commits(index: number): boolean {
    return this.writes(index) || (index === this.primary && this.successor >= 0);
  }

  /** True if writes of the primary reach a node. */
  reaches(index: number): boolean {
    const { nodes } = this.holdings;
    if (nodes[index].instance.down || nodes[this.primary].instance.down) return false;
    return (
      this.partitioned < 0 || (index !== this.partitioned && this.primary !== this.partitioned)
    );
  }

  /** A node has all writes of the primary. */
  caughtUp(index: number): void {
    if (index === this.successor) this.handSoon();
  }

  died(index: number): void {
    if (index === this.successor) this.callOff();
    // A partitioned node is already considered dead.
    if (index === this.partitioned) return;
    if (index !== this.primary) return this.weigh();
    this.callOff();
    this.suspect();
  }

  started(index: number): void {
    if (index !== this.primary) {
      this.fill();
      this.weigh();
    } else if (index !== this.partitioned) this.resumeRole();
    this.inform(this.watchers);
  }

  /** A node is frozen: to the others it is as silent as one that has died. */
  silenced(index: number): void {
    if (!this.holdings.nodes[index].instance.down) this.died(index);
  }

  /** A frozen node goes on. A primary that has been replaced meanwhile follows the new one. */
  heard(index: number): void {
    if (!this.holdings.nodes[index].instance.down) this.started(index);
  }

  /** The primary is partitioned from its replicas, or connected again. */
  split(isApart: boolean): void {
    if (isApart === this.partitioned >= 0) return;
    const { nodes } = this.holdings;
    if (isApart) {
      this.callOff();
      this.partitioned = this.primary;
      this.holdings.cut();
      if (!nodes[this.primary].instance.down) this.suspect();
      return;
    }
    this.partitioned = -1;
    if (!nodes[this.primary].instance.down) {
      this.change++;
      this.resumeRole();
    }
    if (this.stalePrimary >= 0) this.holdings.partitionHealed();
    this.stalePrimary = -1;
    this.holdings.resume();
    this.fill();
    this.inform(this.watchers);
  }

  /** Starts a planned handover: the primary begins no more writes, and waits until a replica has all of them. */
  handOver(index: number): void {
    const { nodes } = this.holdings;
    if (index !== this.primary || nodes[index].instance.down) return;
    if (this.partitioned >= 0 || this.successor >= 0) return;
    this.successor = this.nearest();
    if (this.successor < 0) return;
    this.isFenced = true;
    this.change++;
    if (nodes[this.successor].backlog.length === 0) this.handSoon();
  }

  private callOff(): void {
    if (this.successor < 0) return;
    this.successor = -1;
    this.isFenced = false;
    this.inform(this.watchers);
  }

  /** The primary is down or unreachable: schedules its fencing, if configured, and then its replacement. */
  private suspect(): void {
    const { failover } = this;
    this.change++;
    this.isWithoutMajority = false;
    if (failover === null) return;
    const seen = engine.now + failover.detectNs;
    if (failover.fencing && this.primary === this.partitioned) {
      engine.at(seen, PHASE.COMPLETION, this.fenceOp, this.change, 0, 0);
    }
    engine.at(seen + failover.promoteNs, PHASE.COMPLETION, this.promoteOp, this.change, 0, 0);
  }

  /**
   * The primary is back and keeps its role if it has a majority. If a quorum failed to elect another one, it is elected
   * again.
   */
  private resumeRole(): void {
    this.isWithoutMajority = this.isFenced = !this.hasMajority();
    if (this.isWithoutMajority || !this.isWithoutPrimary || this.failover?.quorum !== true) return;
    this.isWithoutPrimary = false;
    this.isFenced = true;
    this.regainSoon();
  }

  private regainSoon(): void {
    const at = engine.now + this.failover!.promoteNs;
    engine.at(at, PHASE.COMPLETION, this.regainOp, this.change, 0, 0);
  }

  /** A primary that has lost its majority steps down after a delay, and is elected again when enough nodes are back. */
  private weigh(): void {
    const { failover } = this;
    if (failover === null || this.primary === this.partitioned) return;
    if (!answers(this.holdings.nodes[this.primary].instance)) return;
    const isWithoutMajority = !this.hasMajority();
    if (isWithoutMajority === this.isWithoutMajority) return;
    this.callOff();
    this.isWithoutMajority = isWithoutMajority;
    this.change++;
    const seen = engine.now + failover.detectNs;
    if (isWithoutMajority) engine.at(seen, PHASE.COMPLETION, this.fenceOp, this.change, 0, 0);
    else if (this.isFenced) this.regainSoon();
  }

  /** True if more than half of all nodes can reach each other, or no quorum is required. */
  private hasMajority(): boolean {
    if (this.failover?.quorum !== true) return true;
    const { nodes } = this.holdings;
    let up = 0;
    nodes.forEach(({ instance }, index) => {
      if (answers(instance) && index !== this.partitioned) up++;
    });
    return 2 * up > nodes.length;
  }

  /** Completes a failover that was due, now that a replica can take over. */
  private fill(): void {
    if (!this.isWithoutPrimary) return;
    this.isWithoutPrimary = false;
    const at = engine.now + this.failover!.promoteNs;
    engine.at(at, PHASE.COMPLETION, this.promoteOp, this.change, 0, 0);
  }

  private handSoon(): void {
    const at = engine.now + (this.failover?.promoteNs ?? 0);
    engine.at(at, PHASE.COMPLETION, this.handOp, this.change, 0, 0);
  }

  /** Promotes the replica with the most writes, if the primary is still down or unreachable. */
  private promote(change: number): void {
    if (change !== this.change) return;
    const { instance } = this.holdings.nodes[this.primary];
    if (answers(instance) && this.primary !== this.partitioned) return;
    const chosen = this.nearest();
    this.isWithoutPrimary = chosen < 0;
    if (chosen >= 0) this.take(chosen);
  }

  /** The reachable replica with the most writes; -1 = none, or no majority to elect it. */
  private nearest(): number {
    const { nodes } = this.holdings;
    if (!this.hasMajority()) return -1;
    let chosen = -1;
    nodes.forEach(({ instance, applied }, index) => {
      if (index === this.primary || index === this.partitioned || !answers(instance)) return;
      if (chosen < 0 || applied > nodes[chosen].applied) chosen = index;
    });
    return chosen;
  }

  private take(chosen: number): void {
    invariant(
      chosen !== this.primary && chosen !== this.partitioned,
      'a node that takes over can be reached',
    );
    invariant(!this.holdings.nodes[chosen].instance.down, 'a node that takes over is up');
    const { meters, journal } = this.world;
    const isRival = this.primary === this.partitioned && this.failover?.fencing === false;
    if (isRival) this.stalePrimary = this.primary;
    this.primary = chosen;
    this.isFenced = this.isWithoutMajority = false;
    this.successor = -1;
    this.holdings.promoted(chosen, this.stalePrimary);
    meters.count(this.failovers);
    journal.tell(JOURNAL.promoted, this.holdings.nodes[chosen].instance.id, PROMOTED.shard);
    const reconnectNs = this.failover?.reconnectNs ?? 0;
    engine.at(engine.now + reconnectNs, PHASE.COMPLETION, this.reconnectOp, chosen, 0, 0);
  }
}

/** Whether a node answers those that watch it. */
function answers({ down, frozen }: Instance): boolean {
  return !down && frozen === FROZEN.no;
}
