import { streamKey, unit, type StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import { Conditions } from './conditions.js';
import type { Run } from '../data/run.js';

/** Draws of one start. */
const DRAW = Object.freeze({ takesPlace: 0, late: 1 } as const);

/**
 * The times at which faults are active: by the clock or when a condition holds, with a drawn delay and probability if
 * configured.
 */
export class Activations {
  /** By fault: key of the draws of its starts; null = it draws nothing. */
  private readonly keys: readonly (StreamKey | null)[];
  /** Conditions that start faults; null if no fault has one. */
  private readonly conditions: Conditions | null;

  constructor(
    private readonly world: Run,
    private readonly begin: (index: number, fromNs: Ns, untilNs: Ns) => void,
  ) {
    const { plan, replication } = world;
    this.keys = plan.faults.map(({ chance, stream }) =>
      chance === null ? null : streamKey(plan.seed, replication, `fault-start/${stream}`),
    );
    const waits = world.plan.faults.some(({ when }) => when !== null && when.alert === undefined);
    this.conditions = waits
      ? new Conditions(world, (index, nth, at, untilNs) => this.draw(index, nth, at, untilNs))
      : null;
  }

  /** Schedules all starts by the clock. */
  start(): void {
    this.conditions?.start();
    this.world.plan.faults.forEach(({ spans, chance }, index) => {
      (chance?.starts ?? spans).forEach(({ fromNs, untilNs }, nth) => {
        this.draw(index, nth, fromNs, untilNs);
      });
    });
  }

  /** A cell of the timeline is over. */
  passed(boundary: number): void {
    this.conditions?.passed(boundary);
  }

  /** Draws the nth start of a fault. Returns its end, or its planned start if it does not take place. */
  private draw(index: number, nth: number, fromNs: Ns, untilNs: Ns): Ns {
    const late = this.delayOf(index, nth);
    if (late < 0) return fromNs;
    const { horizonNs } = this.world.plan;
    const until = Math.min(horizonNs, untilNs + late);
    if (fromNs + late < horizonNs) this.begin(index, fromNs + late, until);
    return until;
  }

  /** The drawn delay of a start; -1 = it does not take place. */
  private delayOf(index: number, nth: number): Ns {
    const { chance } = this.world.plan.faults[index];
    if (chance === null) return 0;
    const { a, b } = this.keys[index]!;
    if (unit(a, b, nth, 0, DRAW.takesPlace) >= chance.probability) return -1;
    return Math.round(unit(a, b, nth, 0, DRAW.late) * chance.jitterNs);
  }
}
