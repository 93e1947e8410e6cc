import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import { NODE, type Cluster } from '../../data/instances/cluster.js';

/** Nodes lost per second in a zone, and if most of its nodes are lost in a large cluster (node-eviction-rate). */
const EACH_NS: Ns = 10e9;
const EACH_SLOW_NS: Ns = 100e9;
/** Share of lost nodes above which a zone counts as disrupted, from three lost ones; size of a large zone. */
const UNHEALTHY = 0.55;
const UNHEALTHY_MIN = 3;
const LARGE = 50;

/** Effects of the loss of a node on its instances. */
export interface LossEffects {
  /** The node counts as lost: callers remove its instances from their lists. */
  lost(node: number): void;
  /** Its instances are made elsewhere. */
  evicts(node: number): void;
}

/**
 * The node lifecycle controller: a dead node is noticed after the grace period and tainted, which evicts its instances
 * after their toleration. One node per zone is tainted every 10 s. None is tainted while at least 55 % of the nodes of
 * a zone, and at least three, are lost, or all nodes of all zones (node_lifecycle_controller.go, ComputeZoneState).
 */
export class Losses {
  private readonly lostOp: number;
  private readonly taintOp: number;
  private readonly evictOp: number;
  /** By zone: time of the next taint. */
  private readonly nextNs = new Map<number, Ns>();
  /** By node: number of its deaths, 1 = it counts as lost, 1 = it is tainted. */
  private readonly deaths = new Int32Array(this.cluster.size);
  private readonly lost = new Uint8Array(this.cluster.size);
  private readonly tainted = new Uint8Array(this.cluster.size);

  constructor(
    private readonly cluster: Cluster,
    private readonly effects: LossEffects,
  ) {
    const current =
      (act: (node: number) => void) =>
      (node: number, death: number): void => {
        if (this.deaths[node] === death && cluster.states[node] === NODE.dead) act(node);
      };
    this.lostOp = engine.define(
      'node-lost',
      current((node) => this.notice(node)),
    );
    this.taintOp = engine.define('node-taint', () => this.taint());
    this.evictOp = engine.define(
      'node-evict',
      current((node) => {
        if (this.tainted[node] === 1) effects.evicts(node);
      }),
    );
  }

  /** A node has died. */
  died(node: number): void {
    invariant(this.lost[node] === 0, 'a node that dies does not count as lost yet');
    const { graceNs } = this.cluster.spec;
    engine.at(engine.now + graceNs, PHASE.TIMER, this.lostOp, node, ++this.deaths[node], 0);
  }

  /** A node is back, or gone for good. */
  returned(node: number): void {
    this.lost[node] = this.tainted[node] = 0;
    engine.soon(Math.max(engine.phase, PHASE.TIMER), this.taintOp, 0, 0, 0);
  }

  private notice(node: number): void {
    invariant(this.lost[node] === 0, 'a node is lost once in each death');
    this.lost[node] = 1;
    this.effects.lost(node);
    // Nodes that are noticed at the same instant count together.
    engine.soon(Math.max(engine.phase, PHASE.TIMER), this.taintOp, 0, 0, 0);
  }

  /** Taints the lost nodes of each zone, at its rate. */
  private taint(): void {
    const { states, size, spec } = this.cluster;
    const isReady = (node: number): boolean => states[node] === NODE.ready;
    const nodes = Array.from({ length: size }, (_, node) => node);
    const known = nodes.filter((node) => isReady(node) || this.lost[node] === 1);
    if (!known.some(isReady)) {
      // The controller itself is cut off, or the cluster is: all taints are taken back.
      this.tainted.fill(0);
      return;
    }
    for (const node of nodes) {
      if (this.lost[node] === 0 || this.tainted[node] === 1) continue;
      const zone = spec.zones[node];
      const own = known.filter((other) => spec.zones[other] === zone);
      const eachNs = this.intervalOf(own);
      if (eachNs === Infinity) continue;
      const nextNs = this.nextNs.get(zone) ?? -Infinity;
      if (engine.now < nextNs) {
        engine.at(nextNs, PHASE.TIMER, this.taintOp, 0, 0, 0);
        continue;
      }
      this.nextNs.set(zone, engine.now + eachNs);
      this.tainted[node] = 1;
      const death = this.deaths[node];
      engine.at(engine.now + spec.evictionNs, PHASE.TIMER, this.evictOp, node, death, 0);
    }
  }

  /** Time between two taints in a zone with these nodes. */
  private intervalOf(own: readonly number[]): Ns {
    const lost = own.filter((node) => this.lost[node] === 1).length;
    const isDisrupted = lost >= UNHEALTHY_MIN && lost / own.length >= UNHEALTHY;
    if (!isDisrupted || lost === own.length) return EACH_NS;
    return own.length > LARGE ? EACH_SLOW_NS : Infinity;
  }
}
