import { engine } from '../../../kernel/engine.js';
import { widenFloat64 } from '../../../kernel/pool.js';
import { derive, lineage } from '../../../kernel/rng.js';
import { OUTCOME, PARK, PASS, type Outcome } from '../../../contracts/outcome.js';
import { EDGE_COUNTER, type PolicyState } from '../../../contracts/patterns/policy.js';
import { balancerAt, NOWHERE, type Picks } from './picks.js';
import type { Door, WaitingRoom } from '../../data/instances/waiting-room.js';
import type { Run } from '../../data/run.js';
import { frames } from '../../data/strands/frames.js';
import { sink } from '../../data/figures/sink.js';

export interface PickLayerParts extends Run {
  readonly picks: Picks;
}

/**
 * The layer that picks the instance of an attempt, for inner layers that depend on it: layers with a state per callee
 * instance, and connections. From here on the attempt counts as outstanding. Callers that wait for an available
 * instance wait here. One object serves all chains.
 */
export class PickLayer implements PolicyState, Door {
  private since: Float64Array = new Float64Array(64);
  private inside = 0;
  private waiting = 0;

  constructor(private readonly world: PickLayerParts) {}

  enter(frame: number): number {
    const room = this.roomOf(frame);
    if ((room === null || !room.isOccupied) && this.place(frame)) {
      room?.found();
      return PASS;
    }
    if (room !== null && room.take(frame)) {
      this.waiting++;
      return PARK;
    }
    this.count(frame);
    return OUTCOME.rejectedBreaker;
  }

  leave(frame: number, _layer: number, outcome: Outcome): number {
    this.settle(frame, outcome);
    return outcome;
  }

  cancel(frame: number, _layer: number, parked: boolean): void {
    if (!parked) {
      this.settle(frame, this.world.calls.cancelledAs);
      return;
    }
    this.roomOf(frame)!.remove(frame);
    this.waiting--;
  }

  held(): number {
    return this.inside + this.waiting;
  }

  admit(frame: number): boolean {
    if (!this.place(frame)) return false;
    const { calls } = this.world;
    this.waiting--;
    calls.resume(frame, frames.parked[frame]);
    return true;
  }

  refuse(frame: number): void {
    const { calls } = this.world;
    this.waiting--;
    this.count(frame);
    calls.reject(frame, frames.parked[frame], OUTCOME.rejectedBreaker);
  }

  /** Picks the instance of the attempt; returns false if none is available. */
  private place(frame: number): boolean {
    const { world } = this;
    const edge = world.edges[frames.edge[frame]];
    derive(frames.lineageA[frame], frames.lineageB[frame], frames.attempt[frame]);
    const index = world.picks.place(edge, frame, lineage.a, lineage.b);
    if (index === NOWHERE) return false;
    frames.place[frame] = index;
    edge.views[world.instances[frames.caller[frame]].index].began(index);
    if (frame >= this.since.length) this.since = widenFloat64(this.since, frame * 2);
    this.since[frame] = engine.now;
    this.inside++;
    return true;
  }

  private roomOf(frame: number): WaitingRoom | null {
    const { edges, instances } = this.world;
    const { rooms } = edges[frames.edge[frame]];
    return rooms === null ? null : rooms[instances[frames.caller[frame]].index];
  }

  private count(frame: number): void {
    const { world } = this;
    sink.count(world.edges[frames.edge[frame]].stat, EDGE_COUNTER.breakerRejected);
  }

  private settle(frame: number, outcome: Outcome): void {
    const { world } = this;
    const edge = world.edges[frames.edge[frame]];
    const caller = world.instances[frames.caller[frame]].index;
    const index = frames.place[frame];
    this.inside--;
    edge.views[caller].ended(index);
    if (!edge.timed || this.since[frame] < world.instances[edge.first + index].metAt) return;
    balancerAt(edge, caller, index).ended!(index, engine.now - this.since[frame], outcome);
  }
}
