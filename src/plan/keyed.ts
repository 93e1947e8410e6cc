import type { PlanCheck, PlanCoalescing } from '../spec/plan.js';
import type { Middleware } from '../spec/scenario.js';
import { invariant } from '../kernel/invariant.js';

/** What middleware remembers by the value of a key: answers of checks, and requests that are alike. */
export class Keyed {
  readonly checks: PlanCheck[] = [];
  readonly coalescings: PlanCoalescing[] = [];
  private readonly keys: readonly string[];
  private readonly checkAt = new Map<string, number>();

  constructor(keys: readonly string[]) {
    this.keys = keys;
  }

  /**
   * Number of the cache of the check at this place, -1 where its answers are not kept. Endpoints of one
   * service share those of its middleware, as the routes of a gateway do.
   */
  check(place: string, component: number, { cached }: Middleware): number {
    if (cached === null) return -1;
    const known = this.checkAt.get(place);
    if (known !== undefined) return known;
    const { ttlNs, refusals } = cached;
    const id = this.checks.push({ component, key: this.keyOf(cached.key), ttlNs, refusals }) - 1;
    this.checkAt.set(place, id);
    return id;
  }

  /** A place of its own for every part: requests of two endpoints never ask the same. */
  coalescing(component: number, own: NonNullable<Middleware['coalesce']>): number {
    const { key, windowNs, shareErrors } = own;
    const spec = { component, key: this.keyOf(key), windowNs, shareErrors };
    return this.coalescings.push(spec) - 1;
  }

  private keyOf(name: string): number {
    const index = this.keys.indexOf(name);
    invariant(index >= 0, 'middleware-key-unknown');
    return index;
  }
}
