import { invariant } from '../../../kernel/invariant.js';
import { JOURNAL, NODE_STATE } from '../../../contracts/record/record.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Run } from '../../data/run.js';
import { ClusterAutoscaler } from './cluster-autoscaler.js';
import { CORDON, NODE, NOWHERE, type Cluster } from '../../data/instances/cluster.js';
import { Drains } from './drains.js';
import { Losses } from './losses.js';
import { Pending } from './pending.js';

/** Effects of nodes on the processes of instances. */
export interface NodeEffects {
  /** A pending instance has a node. */
  placed(instance: Instance): void;
  /** Its node has died, or is back with its containers. */
  hostLost(instance: Instance): void;
  hostBack(instance: Instance): void;
  /** The node of its successor has died. */
  successorLost(instance: Instance): void;
  /** Its dead node counts as lost. */
  hostNoticed(instance: Instance): void;
  /** It is made elsewhere, and nothing of the old one is left. */
  replaced(instance: Instance): void;
  /** It is asked to end, and made elsewhere. */
  evicted(instance: Instance): void;
}

/** The nodes of a run: where instances are placed, and the loss, drain and number of nodes. */
export class Nodes {
  readonly pending = new Pending(this.run, this.cluster, (instance) =>
    this.effects.placed(instance),
  );
  private readonly drains = new Drains(this.run, this.cluster, (instance) =>
    this.effects.evicted(instance),
  );
  private readonly losses = new Losses(this.cluster, {
    lost: (node) => {
      this.note(node, NODE_STATE.lost);
      for (const instance of this.on(node)) this.effects.hostNoticed(instance);
    },
    evicts: (node) => this.moveAll(node),
  });

  constructor(
    private readonly run: Run,
    private readonly cluster: Cluster,
    private readonly effects: NodeEffects,
  ) {
    if (cluster.size > cluster.spec.count) this.scaleNodes();
  }

  private scaleNodes(): void {
    const { cluster } = this;
    new ClusterAutoscaler(this.run, cluster, {
      pending: () => this.pending.all,
      ordered: (node) => {
        cluster.states[node] = NODE.ordered;
        this.note(node, NODE_STATE.ordered);
      },
      ready: (node) => this.arrives(node),
      mayDrain: (node) => this.drains.isPossible(node),
      removes: (node) => {
        cluster.cordons[node] |= CORDON.removed;
        this.drains.begin(node);
        this.removeIfEmpty(node);
      },
    });
  }

  /** A process has ended for good, or was not wanted before it started: its place becomes free. */
  left(instance: Instance): void {
    const { cluster } = this;
    const node = cluster.nodeOf[instance.id];
    if (cluster.places(instance.component)) cluster.succeed(instance);
    if (node === NOWHERE) return;
    this.removeIfEmpty(node);
    this.pending.wake();
  }

  /** The start of an instance, or of its successor, is abandoned. */
  forget(instance: Instance): void {
    this.pending.forget(instance);
    if (!instance.leaving) return;
    const node = this.cluster.nextOf[instance.id];
    if (!this.cluster.freeNext(instance)) return;
    this.removeIfEmpty(node);
    this.pending.wake();
  }

  /** Faults kill a node (true), or let it come back. */
  setDown(node: number, isDown: boolean): void {
    const { states, nextOf } = this.cluster;
    if (isDown) {
      if (states[node] !== NODE.ready) return;
      states[node] = NODE.dead;
      this.note(node, NODE_STATE.died);
      const successors = this.run.instances.filter(({ id }) => nextOf[id] === node);
      for (const instance of successors) this.effects.successorLost(instance);
      for (const instance of this.on(node)) this.effects.hostLost(instance);
      this.losses.died(node);
    } else if (states[node] === NODE.dead) {
      states[node] = NODE.ready;
      this.note(node, NODE_STATE.ready);
      this.losses.returned(node);
      for (const instance of this.on(node)) this.effects.hostBack(instance);
      this.pending.wake();
    }
  }

  /** Faults drain a node (true), or let it take instances again. */
  setDrained(node: number, isDrained: boolean): void {
    const { cordons } = this.cluster;
    const was = (cordons[node] & CORDON.drained) !== 0;
    if (was === isDrained) return;
    cordons[node] ^= CORDON.drained;
    if (this.cluster.states[node] !== NODE.absent) {
      this.note(node, isDrained ? NODE_STATE.cordoned : NODE_STATE.uncordoned);
    }
    if (isDrained) this.drains.begin(node);
    else {
      this.drains.end(node);
      this.pending.wake();
    }
  }

  /** Returns true if a node takes part in the cluster now. */
  isUp(node: number): boolean {
    return this.cluster.states[node] === NODE.ready;
  }

  /**
   * The instances of a lost node are made elsewhere. Not those of a StatefulSet: their pods stay until the kubelet of
   * the node confirms that they have ended (force-delete-stateful-set-pod.md).
   */
  private moveAll(node: number): void {
    this.note(node, NODE_STATE.evicted);
    for (const instance of this.on(node)) {
      if (instance.lifecycle?.onNodeLoss === 'wait') continue;
      this.cluster.free(instance);
      this.effects.replaced(instance);
    }
  }

  /** An ordered node takes instances from now on. */
  private arrives(node: number): void {
    invariant(this.cluster.states[node] === NODE.ordered, 'a node arrives that was ordered');
    this.cluster.states[node] = NODE.ready;
    this.note(node, NODE_STATE.ready);
    this.pending.wake();
  }

  private removeIfEmpty(node: number): void {
    const { cluster } = this;
    if ((cluster.cordons[node] & CORDON.removed) === 0 || !cluster.isEmpty(node)) return;
    if (cluster.states[node] === NODE.dead) this.losses.returned(node);
    cluster.cordons[node] &= ~CORDON.removed;
    cluster.states[node] = NODE.absent;
    this.drains.end(node);
    this.note(node, NODE_STATE.removed);
  }

  private on(node: number): readonly Instance[] {
    return this.cluster.on(node).map((id) => this.run.instances[id]);
  }

  private note(node: number, state: number): void {
    this.run.journal.note(JOURNAL.node, node, state);
  }
}
