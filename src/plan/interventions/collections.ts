import { meanOf } from '../../kernel/distribution.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { InterventionKind } from './kind.js';
import { processesOf, withoutSetting } from './processes.js';
import { reaches } from './signs.js';

/** Part of the p99 of all requests that a pause of a collector explains. */
const LONG = 0.2;

/** The garbage collector of a component never pauses it. */
export const collections: InterventionKind = {
  kind: 'collections',
  of: (plan) =>
    withoutSetting(
      plan,
      'gc',
      { kind: 'collections', part: 'condition' },
      'the garbage collections',
    ),
  // Requests that wait for the end of a pause are slow, and without a fault slowness is no degradation.
  worth: (variant, { subject }, plan) =>
    reaches(variant, subject) || isLong(variant, plan, subject) ? 0.85 : 0.3,
};

/** Whether the pauses of a component are as long as the slowest requests are late. */
function isLong({ summary }: VariantResult, plan: Plan, subject: string): boolean {
  const slowest = summary.latency.p99.value;
  const own = plan.components.find(({ name }) => name === subject);
  if (slowest === null || own === undefined) return false;
  return processesOf(own).some(({ gc }) => gc !== null && meanOf(gc.pause) >= LONG * slowest * 1e9);
}
