import { widenFloat64 } from '../kernel/pool.js';
import { derive, lineage } from '../kernel/rng.js';
import { OUTCOME, PASS } from '../spec/outcome.js';
import type { Outcome } from '../spec/outcome.js';
import { EDGE_COUNTER } from '../spec/policy.js';
import type { PolicyState } from '../spec/policy.js';
import { NOWHERE } from './picks.js';
import type { World } from './world.js';

/**
 * The layer in which an attempt gets its instance, where layers inside need to know it: those whose
 * state is one for each instance called, and connections. From here on it is outstanding. One object
 * serves all chains.
 */
export class PickLayer implements PolicyState {
  private readonly world: World;
  private since: Float64Array = new Float64Array(64);
  private inside = 0;

  constructor(world: World) {
    this.world = world;
  }

  enter(frame: number): number {
    const { world } = this;
    const { frames } = world.calls;
    const edge = world.edges[frames.edge[frame]];
    derive(frames.lineageA[frame], frames.lineageB[frame], frames.attempt[frame]);
    const index = world.picks.place(edge, frame, lineage.a, lineage.b);
    if (index === NOWHERE) {
      world.sink.count(edge.stat, EDGE_COUNTER.breakerRejected);
      return OUTCOME.rejectedBreaker;
    }
    frames.place[frame] = index;
    edge.views[world.instances[frames.caller[frame]].index].outstanding[index]++;
    if (frame >= this.since.length) this.since = widenFloat64(this.since, frame * 2);
    this.since[frame] = world.engine.now;
    this.inside++;
    return PASS;
  }

  leave(frame: number, _layer: number, outcome: Outcome): number {
    this.settle(frame, outcome);
    return outcome;
  }

  cancel(frame: number): void {
    this.settle(frame, this.world.calls.cancelledAs);
  }

  held(): number {
    return this.inside;
  }

  private settle(frame: number, outcome: Outcome): void {
    const { world } = this;
    const { frames } = world.calls;
    const edge = world.edges[frames.edge[frame]];
    const caller = world.instances[frames.caller[frame]].index;
    const index = frames.place[frame];
    this.inside--;
    edge.views[caller].outstanding[index]--;
    if (!edge.timed) return;
    edge.balancers[caller].ended!(index, world.engine.now - this.since[frame], outcome);
  }
}
