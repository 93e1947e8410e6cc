import type { Plan } from '../../contracts/plan/plan.js';
import type { Resource } from '../../contracts/result/cause.js';
import type { Intervention } from './kind.js';

/** Factors on a number that are tried in turn. */
export const FACTORS: readonly number[] = [2, 4, 8];

/** A number of a plan that limits how much of a backlog is worked off. */
export interface Multiplied {
  readonly subject: string;
  readonly resource: Resource;
  /** `the segments of orders`, after `with 2x`. */
  readonly what: string;
  readonly changed: (plan: Plan, factor: number) => Plan;
}

/** The intervention that doubles a number, and the stronger ones after it. */
export function multiplied(own: Multiplied, step = 0): Intervention {
  const { subject, resource, what, changed } = own;
  const factor = FACTORS[step]!;
  return {
    kind: 'capacity',
    subject,
    part: 'condition',
    resource,
    factor,
    words: `with ${factor}x ${what}`,
    isUnseen: true,
    apply: ({ plan }) => changed(plan, factor),
    ...(step + 1 < FACTORS.length && { stronger: multiplied(own, step + 1) }),
  };
}
