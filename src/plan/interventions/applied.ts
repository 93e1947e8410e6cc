import type { Plan } from '../../contracts/plan/plan.js';
import { PlanError } from '../problem.js';
import type { Intervention, Source } from './kind.js';

/** The plan of an intervention; null where the changed scenario does not compile. */
export function appliedTo(source: Source, intervention: Intervention): Plan | null {
  try {
    return intervention.apply(source);
  } catch (error) {
    if (error instanceof PlanError) return null;
    throw error;
  }
}
