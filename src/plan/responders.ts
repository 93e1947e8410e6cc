import type { Ns } from '../kernel/time.js';
import type { Plan, PlanFault } from '../contracts/plan/plan.js';
import { alertsOf, type Alerts } from '../contracts/scenario/alerts.js';

/** Whether anything in a plan waits for an alert. */
export function hasResponders({ faults }: Plan): boolean {
  return faults.some(({ when, mitigated }) => when?.alert !== undefined || mitigated !== undefined);
}

/** Faults that a responder may end, and the times at which one may: some time after an evaluation of the alert. */
export function responsesTo(
  faults: readonly PlanFault[],
  alerts: Alerts | null,
  { warmupNs, endNs }: Pick<Plan, 'warmupNs' | 'endNs'>,
): { readonly ended: ReadonlySet<string>; readonly times: readonly Ns[] } {
  const times = new Set<Ns>();
  const ended = faults.filter(({ mitigated }) => mitigated !== undefined);
  for (const { mitigated, spans } of ended) {
    const groups = (alerts?.groups ?? []).filter((group) =>
      alertsOf({ groups: [group] }).some(({ name }) => name === mitigated!.name),
    );
    for (const { everyNs } of groups)
      for (const { fromNs, untilNs } of spans) {
        const last = Math.min(untilNs, endNs);
        const first = Math.ceil((fromNs - warmupNs) / everyNs);
        for (let k = Math.max(0, first); times.size < TIMES_MAX; k++) {
          const at = warmupNs + k * everyNs + mitigated!.delayNs;
          if (at >= last) break;
          times.add(at);
        }
      }
  }
  return { ended: new Set(ended.map(({ id }) => id)), times: [...times].sort((a, b) => a - b) };
}

/** Most edges of the grid for the actions of responders; later actions fall within a cell. */
const TIMES_MAX = 2000;

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
