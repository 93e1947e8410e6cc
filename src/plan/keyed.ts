import type { PlanCheck, PlanCoalescing } from '../spec/plan/plan.js';
import type { Middleware } from '../spec/scenario/middleware.js';
import type { KeyTable } from './keys.js';

/** What middleware remembers by the value of a key: answers of checks, and requests that are alike. */
export class Keyed {
  readonly checks: PlanCheck[] = [];
  readonly coalescings: PlanCoalescing[] = [];
  private readonly keys: KeyTable;
  private readonly checkAt = new Map<string, number>();

  constructor(keys: KeyTable) {
    this.keys = keys;
  }

  /**
   * Number of the cache of a check, -1 where its answers are not kept. Endpoints of one service share
   * those of its middleware, as the routes of a gateway do.
   */
  check(component: number, { cached, at }: Middleware): number {
    if (cached === null) return -1;
    const place = at.join('.');
    const known = this.checkAt.get(place);
    if (known !== undefined) return known;
    const { ttlNs, refusals } = cached;
    const key = this.keys.use(cached.key, place, 'a cache');
    const id = this.checks.push({ component, key, ttlNs, refusals }) - 1;
    this.checkAt.set(place, id);
    return id;
  }

  /** A place of its own for every part: requests of two endpoints never ask the same. */
  coalescing(component: number, own: NonNullable<Middleware['coalesce']>, where: string): number {
    const { windowNs, shareErrors } = own;
    const key = this.keys.use(own.key, where, 'coalescing');
    return this.coalescings.push({ component, key, windowNs, shareErrors }) - 1;
  }
}
