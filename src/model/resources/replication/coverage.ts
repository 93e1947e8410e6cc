import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { NS_PER_MS, type Ns } from '../../../kernel/time.js';
import { OUTCOME, withStatus } from '../../../contracts/outcome.js';
import type { PlanCovered } from '../../../contracts/plan/replication.js';
import type { Act } from '../../data/acts.js';
import type { Run } from '../../data/run.js';

/** CLUSTERDOWN. */
const DOWN = withStatus(OUTCOME.serverError, 503);
/** CLUSTER_FAIL_UNDO_TIME_MULT, CLUSTER_MIN_REJOIN_DELAY and CLUSTER_MAX_REJOIN_DELAY. */
const UNDO = 2;
const MIN_REJOIN: Ns = 500 * NS_PER_MS;
const MAX_REJOIN: Ns = 5000 * NS_PER_MS;

/**
 * The state of a Redis Cluster without replicas that requires full coverage (redis/redis: src/cluster_legacy.c,
 * clusterUpdateState). Once a master has been down for the node timeout, all others refuse commands too. If it returns,
 * the others clear its failure no earlier than two node timeouts after they have noted it (clearNodeFailureIfNeeded).
 * Without a majority of masters a failure is not noted, and the cluster is up a rejoin delay after the majority.
 */
class Coverage {
  /** Time from which the cluster is down because of nodes that are down now, and until which because of earlier ones. */
  private from = Infinity;
  private until = 0;
  /** By node: since when it is down, and when its failure was noted; -1 = it is up, or not noted. */
  private readonly downSince: Ns[] = Array.from({ length: this.count }, () => -1);
  private readonly notedAt: Ns[] = this.downSince.slice();
  /** Since when a majority of nodes is up; Infinity = it is not. */
  private majoritySince: Ns = -Infinity;

  constructor(
    private readonly count: number,
    private readonly timeoutNs: Ns,
  ) {}

  isDown(): boolean {
    return engine.now >= this.from || engine.now < this.until;
  }

  died(node: number): void {
    if (this.downSince[node] >= 0) return;
    this.note();
    this.downSince[node] = engine.now;
    if (!this.hasMajority) this.majoritySince = Infinity;
    this.from = Math.min(this.from, engine.now + this.timeoutNs);
  }

  started(node: number): void {
    const since = this.downSince[node];
    if (since < 0) return;
    this.note();
    const notedAt = this.notedAt[node];
    this.downSince[node] = this.notedAt[node] = -1;
    if (this.hasMajority && this.majoritySince === Infinity) this.majoritySince = engine.now;
    if (engine.now >= since + this.timeoutNs) {
      const rejoin = Math.min(MAX_REJOIN, Math.max(MIN_REJOIN, this.timeoutNs));
      const clear = notedAt >= 0 ? notedAt + UNDO * this.timeoutNs : engine.now + rejoin;
      this.until = Math.max(this.until, clear);
    }
    const others = this.downSince.filter((one) => one >= 0);
    this.from = Math.min(Infinity, ...others.map((one) => one + this.timeoutNs));
    invariant(others.length < this.count, 'a node that has started is up');
  }

  private get hasMajority(): boolean {
    return this.downSince.filter((one) => one < 0).length > this.count / 2;
  }

  /** Notes failures: each member of a majority has missed the node for the timeout, from its own start on. */
  private note(): void {
    this.downSince.forEach((since, node) => {
      if (since < 0 || this.notedAt[node] >= 0) return;
      const at = Math.max(since, this.majoritySince) + this.timeoutNs;
      if (at <= engine.now) this.notedAt[node] = at;
    });
  }
}

/** Redis Clusters that require full coverage. */
export class Coverages {
  private readonly clusters = new Map<number, Coverage>();

  constructor(private readonly world: Run) {}

  /** The act with which a command begins: it is refused while the cluster is down. */
  actOf({ part, nodeTimeoutNs }: PlanCovered): Act {
    const { component } = this.world.plan.parts[part];
    const cluster = this.clusters.get(component) ?? this.create(component, nodeTimeoutNs);
    return { begin: () => (cluster.isDown() ? DOWN : OUTCOME.ok) };
  }

  private create(component: number, nodeTimeoutNs: Ns): Coverage {
    const { plan, instances } = this.world;
    const { firstInstance, instances: count } = plan.components[component];
    const cluster = new Coverage(count, nodeTimeoutNs);
    this.clusters.set(component, cluster);
    for (let node = 0; node < count; node++) {
      instances[firstInstance + node].residents.push({
        died: () => cluster.died(node),
        started: () => cluster.started(node),
      });
    }
    return cluster;
  }
}
