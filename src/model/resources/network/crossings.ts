import type { Plan } from '../../../contracts/plan/plan.js';
import type { Counter, Meters } from '../../data/figures/meters.js';

/** The parts of a run that count crossings. */
export interface CrossingsParts {
  readonly plan: Plan;
  readonly meters: Meters;
}

/** Counts the bytes of requests and responses between two zones, for the caller, whose calls cause both. */
export class Crossings {
  private readonly meters: Meters;
  /** By link; null = both ends are in one zone, or one is outside all zones. */
  private readonly counters: readonly (Counter | null)[];

  constructor({ plan, meters }: CrossingsParts) {
    this.meters = meters;
    const byCaller = new Map<number, Counter>();
    const counterOf = (component: number): Counter => {
      const known = byCaller.get(component);
      if (known !== undefined) return known;
      const counter = meters.counter('crossZoneBytes', { component, part: -1 });
      byCaller.set(component, counter);
      return counter;
    };
    this.counters = plan.links.map(({ stat, fromZone, toZone }) => {
      if (fromZone === toZone || fromZone < 0 || toZone < 0) return null;
      return counterOf(plan.parts[plan.statEdges[stat].from].component);
    });
  }

  /** A message of this size takes a link. */
  count(link: number, bytes: number): void {
    const counter = this.counters[link];
    if (counter !== null) this.meters.count(counter, bytes);
  }
}
