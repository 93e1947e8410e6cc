import { samplers, type Distribution } from '../../kernel/distribution.js';
import { streamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { Run } from '../data/run.js';

/**
 * The time that instances take to recover after the end of a fault, such as machines in a zone after a power outage.
 */
export class Recoveries {
  /** By fault: number of its ends so far, and the sampler of its recoveries. */
  private readonly ended: number[] = [];
  private readonly samplers: number[] = [];

  constructor(private readonly world: Run) {}

  /**
   * Draws the recovery time of each instance when a fault ends. Keyed by names, so nothing else in the file shifts the
   * draws.
   */
  draw(index: number, instances: readonly number[], recovery: Distribution): readonly Ns[] {
    const { plan, replication } = this.world;
    const sampler = (this.samplers[index] ??= samplers.add(recovery));
    const nth = (this.ended[index] = (this.ended[index] ?? -1) + 1);
    return instances.map((id) => {
      const { component, index: place } = this.world.instances[id];
      const name = `fault-recovery/${plan.faults[index].stream}/${plan.components[component].name}/${place}`;
      const { a, b } = streamKey(plan.seed, replication, name);
      return samplers.draw(sampler, a, b, nth, 0, 0);
    });
  }
}
