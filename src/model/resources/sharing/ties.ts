import { invariant } from '../../../kernel/invariant.js';
import { PHASE } from '../../../kernel/phase.js';
import { streamKey, type StreamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import { EDGE_COUNTER } from '../../../contracts/patterns/policy.js';
import { FROZEN } from '../../data/instances/process.js';
import { RETURN, strands } from '../../data/strands/strands.js';
import type { ServedRun } from '../../data/run.js';
import { frames } from '../../data/strands/frames.js';
import { sink } from '../../data/figures/sink.js';
import { engine } from '../../../kernel/engine.js';
import { samplers } from '../../../kernel/distribution.js';

const NOWHERE = -1;

/**
 * Tied requests (Dean, Barroso: The Tail at Scale). Two attempts of a call know of each other: the server that begins
 * one notifies the server of the other, which drops its copy if it has not begun it. While that message travels both
 * may begin, so empty queues cost double work.
 */
export class Ties {
  private readonly op: number;
  /** By component: key of the delays of such messages. */
  private readonly streams: readonly StreamKey[];
  /** By frame: 1 + the other one, or itself until the other exists; 0 = not tied. */
  private other: Int32Array = new Int32Array(0);
  /** The instance and time at which the current attempt of a tied frame began; NOWHERE before. */
  private begunAt: Int32Array = new Int32Array(0);
  private begunNs: Float64Array = new Float64Array(0);

  constructor(private readonly world: ServedRun) {
    const { plan, replication } = world;
    frames.slots.addColumns(this);
    this.streams = plan.components.map(({ name }) =>
      streamKey(plan.seed, replication, `ties/${name}`),
    );
    this.op = engine.define('tie', (strand, life) => this.notified(strand, life));
  }

  /** Ties a frame to another: to itself until the other exists; -1 unties it. */
  tie(frame: number, other: number): void {
    const before = this.other[frame];
    this.other[frame] = other + 1;
    if (before === 0) this.begunAt[frame] = NOWHERE;
    if (other < 0 || other === frame) return;
    this.other[other] = frame + 1;
    this.begunAt[other] = NOWHERE;
  }

  /** An attempt is sent; the other attempt may have begun already. */
  sent(strand: number): void {
    const frame = strands.from[strand];
    const twin = this.other[frame] - 1;
    if (twin < 0) return;
    this.begunAt[frame] = NOWHERE;
    if (twin === frame || this.begunAt[twin] === NOWHERE) return;
    this.notify(strand, this.begunAt[twin], this.begunNs[twin]);
  }

  /** A server begins the work of a request. */
  begun(strand: number): void {
    if (strands.returns[strand] !== RETURN.frame || strands.callerLeftAt[strand] >= 0) return;
    const frame = strands.from[strand];
    const twin = this.other[frame] - 1;
    if (twin < 0) return;
    this.begunAt[frame] = strands.instance[strand];
    this.begunNs[frame] = engine.now;
    const job = twin === frame ? -1 : frames.job[twin];
    if (job >= 0) this.notify(job, strands.instance[strand], engine.now);
  }

  /** The server `from`, which began at `sinceNs`, notifies the server of a strand. */
  private notify(strand: number, from: number, sinceNs: Ns): void {
    invariant(sinceNs <= engine.now, 'a server begins work before it reports that');
    const at = Math.max(engine.now, sinceNs + this.delay(strand, from));
    engine.at(at, PHASE.COMPLETION, this.op, strand, strands.life[strand], 0);
  }

  private delay(strand: number, from: number): Ns {
    const { instances, plan } = this.world;
    const to = instances[strands.instance[strand]];
    const peers = plan.peers[to.component];
    if (peers === null || to.id === from) return 0;
    const stride = Math.round(Math.sqrt(peers.length));
    const sampler = peers[(instances[from].zone + 1) * stride + to.zone + 1];
    const { a, b } = this.streams[to.component];
    return samplers.draw(sampler, a, b, strands.lineageA[strand], strands.lineageB[strand], 0);
  }

  private notified(strand: number, life: number): void {
    const { instances, server, edges } = this.world;
    if (strands.life[strand] !== life || strands.callerLeftAt[strand] >= 0) return;
    const instance = instances[strands.instance[strand]];
    if (instance.down) return;
    if (instance.frozen === FROZEN.pause) instance.stalledCalls.push(this.op, strand, life);
    else if (server.untie(strand)) {
      sink.count(edges[strands.edge[strand]].stat, EDGE_COUNTER.hedgesDropped);
    }
  }
}
