import type { Ns } from '../kernel/time.js';
import type { Plan } from '../contracts/plan/plan.js';

/** Whether anything in a plan waits for an alert. */
export function hasResponders({ faults }: Plan): boolean {
  return faults.some(({ when, mitigated }) => when?.alert !== undefined || mitigated !== undefined);
}

/** The plan whose responders come later by some time, or earlier, but not before their alert. */
export function delayed(plan: Plan, byNs: Ns): Plan {
  const later = <T extends { readonly delayNs: Ns }>(own: T): T => ({
    ...own,
    delayNs: Math.max(0, own.delayNs + byNs),
  });
  return {
    ...plan,
    faults: plan.faults.map(({ when, mitigated, ...fault }) => ({
      ...fault,
      when: when?.alert === undefined ? when : { ...when, alert: later(when.alert) },
      ...(mitigated !== undefined && { mitigated: later(mitigated) }),
    })),
  };
}
