import type { Ns } from '../../../kernel/time.js';
import type { Replicas } from '../../resources/replication/replicas.js';

/** An event in the view on the primary that some replica may not have. */
interface Copy {
  readonly entity: number;
  readonly number: number;
  readonly committed: Ns;
  /** Last write of the database when the event reached the view; a replica with this write has the event. */
  readonly serial: number;
}

/** An entity with events that some replica may lack. */
interface Lagging {
  readonly copies: Copy[];
  /** By client: the highest version that a read has returned, as the first event it lacked. */
  readonly known: Map<number, number>;
}

/**
 * The view of a projection in a replicated database: which events the replicas lack, and which clients read a newer
 * version before an older one. Entities that all nodes have in full are not tracked.
 */
export class Copies {
  private readonly lagging = new Map<number, Lagging>();
  /** All events that some node may lack, in write order; `first` is the oldest that counts. */
  private readonly order: Copy[] = [];
  private first = 0;

  constructor(private readonly nodes: Replicas) {}

  /** The view on the primary has another event. */
  add(entity: number, number: number, committed: Ns): void {
    this.prune();
    const copy = { entity, number, committed, serial: this.nodes.written };
    this.order.push(copy);
    const own = this.lagging.get(entity);
    if (own === undefined) this.lagging.set(entity, { copies: [copy], known: new Map() });
    else own.copies.push(copy);
  }

  /** The first event of an entity that a node lacks although the primary has it; null = none. */
  missing(entity: number, node: number): Copy | null {
    this.prune();
    const applied = this.nodes.appliedBy(node);
    const own = this.lagging.get(entity);
    return own?.copies.find(({ serial }) => serial > applied) ?? null;
  }

  /** True if a read without the events from `version` on is older than an earlier read of the same client. */
  isBackward(entity: number, client: number, version: number): boolean {
    const own = this.lagging.get(entity);
    if (own === undefined) return false;
    const before = own.known.get(client) ?? -1;
    if (version > before) own.known.set(client, version);
    return version < before;
  }

  /** Drops events that every node has. */
  private prune(): void {
    const { order, lagging } = this;
    const everywhere = this.nodes.appliedByAll;
    while (this.first < order.length && order[this.first].serial <= everywhere) {
      const { entity } = order[this.first++];
      const own = lagging.get(entity)!;
      own.copies.shift();
      if (own.copies.length === 0) lagging.delete(entity);
    }
    if (this.first < 1024 || this.first * 2 < order.length) return;
    order.splice(0, this.first);
    this.first = 0;
  }
}
