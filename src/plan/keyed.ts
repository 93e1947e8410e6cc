import type { PlanCheck, PlanCoalescing } from '../contracts/plan/plan.js';
import type { Middleware } from '../contracts/scenario/middleware.js';
import { canonical } from './canonical.js';
import type { KeyTable } from './keys.js';

/** Tables of middleware that has state by key: cached check results, and coalesced requests. */
export class Keyed {
  readonly checks: PlanCheck[] = [];
  readonly coalescings: PlanCoalescing[] = [];
  private readonly checkAt = new Map<string, number>();

  constructor(private readonly keys: KeyTable) {}

  /**
   * Id of the cache of a check; -1 = its results are not cached. Endpoints of a service, and routes of a gateway, share
   * the caches of its middleware.
   */
  check(component: number, { cached, at }: Middleware): number {
    if (cached === null) return -1;
    const place = at.join('.');
    // A configuration change can set another cache at the same place.
    const name = `${place} ${canonical(cached)}`;
    const known = this.checkAt.get(name);
    if (known !== undefined) return known;
    const key = this.keys.use(cached.key, place, 'a cache');
    const id = this.checks.push({ ...cached, component, key }) - 1;
    this.checkAt.set(name, id);
    return id;
  }

  /** Id of the coalescing of a part. Parts share nothing, because requests of two endpoints are never equal. */
  coalescing(component: number, own: NonNullable<Middleware['coalesce']>, where: string): number {
    const key = this.keys.use(own.key, where, 'coalescing');
    return this.coalescings.push({ ...own, component, key }) - 1;
  }
}
