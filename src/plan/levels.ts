import type { LoadBalancing } from '../contracts/scenario/policies.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import { hostOf, type LaidComponent } from './layout.js';
import type { Problems } from './problem.js';

/** Reports levels by instance that the callee does not have. */
export function checkLevels(
  { common: { priorities }, config }: LoadBalancing,
  { name, zones }: LaidComponent,
  where: string,
  problems: Problems,
): void {
  // Kinds of products may have a list of their own.
  const { backup: own } = config as { readonly backup?: readonly number[] };
  const backup = priorities?.backup ?? own ?? null;
  if (backup === null) return;
  const at = `${where}.loadBalancing.${own === undefined ? 'priorities.' : ''}backup`;
  const missing = backup.find((index) => index >= zones.length);
  if (missing !== undefined) {
    const message = `${name} has no instance ${missing}: write indices below ${zones.length}`;
    problems.add('FL708', at, message);
  } else if (new Set(backup).size >= zones.length) {
    const message = `all instances of ${name} are backups, so its first level is empty: leave one out`;
    problems.add('FL708', at, message);
  }
}

const NO_LABELS: ReadonlyMap<string, string> = new Map();

/** What levels of instances compare: the regions of zones, and the labels of components. */
export function localitiesOf(
  { network }: Scenario,
  zones: Plan['zones'],
  components: readonly LaidComponent[],
): Pick<Plan, 'zones' | 'regions' | 'labels'> {
  return {
    zones,
    regions: zones.map((zone) => network.zones.get(zone)?.region ?? ''),
    labels: components.map((component) => hostOf(component)?.labels ?? NO_LABELS),
  };
}
