import type { Ns } from '../kernel/time.js';
import type { PlanLimiter } from '../contracts/plan/plan.js';
import type { Layer, RetryAfter } from '../contracts/scenario/policies.js';
import { canonical } from './canonical.js';
import type { KeyTable } from './keys.js';

/** Rate limiters of middleware and admission, one for each place in the scenario. */
export class Limiters {
  readonly list: PlanLimiter[] = [];
  private readonly byPlace = new Map<string, number>();

  constructor(private readonly keys: KeyTable) {}

  /**
   * Returns the id of the limiter at `place`, its path in the file. Endpoints of a service share the limiters of its
   * middleware.
   */
  at(
    place: string,
    component: number,
    layer: Layer,
    retryAfter: RetryAfter,
    cacheNs: Ns | null = null,
  ): number {
    // A configuration change can set another limit at the same place.
    const name = `${place} ${canonical([layer, retryAfter, cacheNs])}`;
    const known = this.byPlace.get(name);
    if (known !== undefined) return known;
    const key = this.keys.use(layer.key, place, 'a limiter');
    const id = this.list.push({ component, layer, key, retryAfter, cacheNs }) - 1;
    this.byPlace.set(name, id);
    return id;
  }

  /** Index of a key; null = -1. */
  keyNumber(name: string | null, place: string, what: string): number {
    return this.keys.use(name, place, what);
  }
}
