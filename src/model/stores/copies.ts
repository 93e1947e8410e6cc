import type { Ns } from '../../kernel/time.js';
import type { Replicas } from '../replication/replicas.js';

/** An event in the view of the primary that some replica may not have. */
interface Copy {
  readonly entity: number;
  readonly number: number;
  readonly committed: Ns;
  /** The last write of the database when the view had it: with that a replica has it too. */
  readonly serial: number;
}

/** Of an entity that some replica may not have in full. */
interface Lagging {
  readonly copies: Copy[];
  /** By client: the first event that its best answer did not know. */
  readonly known: Map<number, number>;
}

/**
 * The view of a projection in a database with replicas: what the replicas miss of it, and which clients
 * have been told more than they are told later. Nothing is kept of entities that all nodes have.
 */
export class Copies {
  private readonly nodes: Replicas;
  private readonly lagging = new Map<number, Lagging>();
  /** All that some node misses, in the order of the writes; `first` is the oldest that counts. */
  private readonly order: Copy[] = [];
  private first = 0;

  constructor(nodes: Replicas) {
    this.nodes = nodes;
  }

  /** The view of the primary has one more event. */
  add(entity: number, number: number, committed: Ns): void {
    this.prune();
    const copy = { entity, number, committed, serial: this.nodes.written };
    this.order.push(copy);
    const own = this.lagging.get(entity);
    if (own === undefined) this.lagging.set(entity, { copies: [copy], known: new Map() });
    else own.copies.push(copy);
  }

  /** The first event of an entity that a node misses though the primary has it; null = none. */
  missing(entity: number, node: number): Copy | null {
    this.prune();
    const applied = this.nodes.appliedBy(node);
    const own = this.lagging.get(entity);
    return own?.copies.find(({ serial }) => serial > applied) ?? null;
  }

  /** Whether an answer without the events from `version` on takes back what the client was told before. */
  isBackward(entity: number, client: number, version: number): boolean {
    const own = this.lagging.get(entity);
    if (own === undefined) return false;
    const before = own.known.get(client) ?? -1;
    if (version > before) own.known.set(client, version);
    return version < before;
  }

  /** Forgets what every node has. */
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
