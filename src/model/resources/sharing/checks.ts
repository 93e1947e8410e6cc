import { engine } from '../../../kernel/engine.js';
import { Expiring } from '../../../kernel/expiring.js';
import type { PlanCheck } from '../../../contracts/plan/plan.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Run } from '../../data/run.js';
import { strands } from '../../data/strands/strands.js';

/** The cached verdict of a check; 0 = no verdict. */
export const VERDICT = Object.freeze({ unknown: 0, allowed: 1, refused: 2 } as const);

/**
 * Cached results of the remote checks in middleware chains. Each instance caches its own, by value of the key. Requests
 * that arrive while a check is pending run it again.
 */
export class Checks {
  private readonly specs: readonly PlanCheck[] = this.world.plan.checks;
  /** By check, then by index of the instance. */
  private readonly caches: readonly (readonly Expiring[])[] = this.specs.map(
    ({ component, ttlNs }) =>
      Array.from(
        { length: this.world.plan.components[component].instances },
        () => new Expiring(ttlNs),
      ),
  );

  constructor(private readonly world: Run) {}

  /** The cached verdict for the request of a strand, see VERDICT. */
  known(strand: number, check: number): number {
    const { keys } = this.world;
    return this.cacheOf(strand, check).get(engine.now, keys.value(this.specs[check].key, strand));
  }

  /** A check has returned a verdict. */
  keep(strand: number, check: number, verdict: number): void {
    const { keys } = this.world;
    const { key, ttlNs, refusals } = this.specs[check];
    if (verdict === VERDICT.refused && !refusals) return;
    const cache = this.cacheOf(strand, check);
    cache.set(engine.now, keys.value(key, strand), verdict, engine.now + ttlNs);
  }

  /** The process of an instance has restarted with an empty cache. */
  reset(instance: Instance): void {
    this.specs.forEach(({ component }, check) => {
      if (component === instance.component) this.caches[check][instance.index].clear();
    });
  }

  private cacheOf(strand: number, check: number): Expiring {
    const { instances } = this.world;
    return this.caches[check][instances[strands.instance[strand]].index];
  }
}
