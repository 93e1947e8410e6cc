import { invariant } from '../kernel/invariant.js';
import { PHASE } from '../kernel/phase.js';
import { OUTCOME } from '../spec/outcome.js';
import { JOURNAL } from '../spec/record.js';
import { FROZEN } from './instance.js';
import type { Instance } from './instance.js';
import { RETURN, STATE } from './strands.js';
import type { World } from './world.js';

/** States of an instance in the journal. */
const UP = 0;
const DOWN = 1;

/** What happens to an instance, and to the work on it, when its process dies, freezes or slows down. */
export class Outages {
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** The process ends (true) or is started again, empty and cold. */
  setDown(instance: Instance, down: boolean): void {
    if (instance.down === down) return;
    if (down) this.crash(instance);
    else instance.down = false;
    this.turnCores(instance);
    this.journal(instance, down ? DOWN : UP);
    this.updateFleet(instance);
  }

  /** Hangs, pauses (see FROZEN) or thaws; what had stalled goes on in the order in which it came. */
  setFrozen(instance: Instance, frozen: number): void {
    if (instance.frozen === frozen) return;
    instance.frozen = frozen;
    this.turnCores(instance);
    this.journal(instance, frozen === FROZEN.no ? UP : 1 + frozen);
    if (frozen === FROZEN.no) this.thaw(instance);
  }

  /** All work and waits of the instance, those under way included, go on at this speed. */
  setSpeed(instance: Instance, speed: number): void {
    if (speed === instance.speed) return;
    this.world.interpreter.stretchWaits(instance, instance.speed / speed);
    instance.speed = speed;
    this.turnCores(instance);
  }

  private journal(instance: Instance, state: number): void {
    this.world.journal.note(JOURNAL.instance, instance.id, state);
  }

  private turnCores(instance: Instance): void {
    instance.cores.turn(instance.frozen === FROZEN.no && !instance.down ? instance.speed : 0);
  }

  private thaw(instance: Instance): void {
    const { strands, server, workers } = this.world;
    this.replayCalls(instance);
    const { stalled, held } = instance;
    instance.stalled = [];
    instance.held = [];
    for (let k = 0; k < stalled.length; k += 2) {
      if (strands.stamp[stalled[k]] === stalled[k + 1]) workers.restart(stalled[k], stalled[k + 1]);
    }
    for (let k = 0; k < held.length; k += 2) {
      if (strands.stamp[held[k]] === held[k + 1]) server.receive(held[k], instance);
    }
    workers.startWaiting(instance);
  }

  /** What came for the calls of a paused process happens now, in the order in which it came. */
  private replayCalls(instance: Instance): void {
    const { stalledCalls } = instance;
    instance.stalledCalls = [];
    for (let k = 0; k < stalledCalls.length; k += 3) {
      const [op, target, stamp] = stalledCalls.slice(k, k + 3);
      this.world.engine.soon(PHASE.COMPLETION, op, target, stamp, 0);
    }
  }

  private crash(instance: Instance): void {
    const { strands, server } = this.world;
    instance.down = true;
    for (let strand = 0; strand < strands.slots.capacity; strand++) {
      if (!strands.alive(strand) || strands.instance[strand] !== instance.id) continue;
      if (strands.parent[strand] >= 0 || strands.returns[strand] === RETURN.root) continue;
      const state = strands.state[strand];
      const away = state === STATE.REPLYING || state === STATE.LOST;
      if (away || (state === STATE.TRANSIT && !isHeld(instance, strand))) continue;
      server.stopJob(strand, OUTCOME.reset);
    }
    instance.stalled = [];
    instance.held = [];
    // Its calls are gone; answers on hold find that nobody waits for them.
    this.replayCalls(instance);
    instance.cores.clear();
    invariant(instance.busy === 0 && instance.queue.length === 0, 'crashed-instance-still-busy');
    for (const policy of instance.policies) {
      invariant(policy.held() === 0, 'policy-of-crashed-instance-holds');
      policy.reset?.();
    }
    for (const balancer of instance.balancers) balancer.reset?.();
    for (const limiter of this.world.limiters) {
      if (limiter.component === instance.component) limiter.states[instance.index].reset();
    }
    this.world.checks.reset(instance);
    this.world.coalescing?.reset(instance);
  }

  /** Callers know at once who is up: without discovery there is nothing in between. */
  private updateFleet(instance: Instance): void {
    const fleet = this.world.fleets[instance.component];
    fleet.readyCount = 0;
    for (let index = 0; index < fleet.size; index++) {
      const { down, silent } = this.world.instances[fleet.first + index];
      // A host that has vanished is not seen to be down by anybody.
      if (!down || silent) fleet.ready[fleet.readyCount++] = index;
    }
  }
}

function isHeld(instance: Instance, strand: number): boolean {
  for (let k = 0; k < instance.held.length; k += 2) {
    if (instance.held[k] === strand) return true;
  }
  return false;
}
