import type { Ns } from '../kernel/time.js';
import type { Plan, PlanFault } from '../contracts/plan/plan.js';
import { alertsOf, type Alerts } from '../contracts/scenario/alerts.js';

/** Whether anything in a plan waits for an alert. */
export function hasResponders({ faults }: Plan): boolean {
  return faults.some(({ when, mitigated }) => when?.alert !== undefined || mitigated !== undefined);
}

/**
 * Faults that a responder may end, and the times at which one may: some time after an evaluation of the alert. The same of
 * those that an alert starts, if some window is that of the fault (`asked`).
 */
export function responsesTo(
  faults: readonly PlanFault[],
  alerts: Alerts | null,
  { warmupNs, endNs }: Pick<Plan, 'warmupNs' | 'endNs'>,
  asked: ReadonlySet<string>,
): { readonly moved: ReadonlySet<string>; readonly times: readonly Ns[] } {
  const times = new Set<Ns>();
  /** The times of an action some time after each evaluation of an alert within a span. */
  const add = (
    alert: string,
    delayNs: Ns,
    { fromNs, untilNs }: PlanFault['spans'][number],
  ): void => {
    const groups = (alerts?.groups ?? []).filter((group) =>
      alertsOf({ groups: [group] }).some(({ name }) => name === alert),
    );
    const last = Math.min(untilNs, endNs);
    for (const { everyNs } of groups) {
      const first = Math.ceil((fromNs - warmupNs) / everyNs);
      for (let k = Math.max(0, first); times.size < TIMES_MAX; k++) {
        const at = warmupNs + k * everyNs + delayNs;
        if (at >= last) break;
        times.add(at);
      }
    }
  };
  const whole = { fromNs: warmupNs, untilNs: endNs };
  const moved = new Set<string>();
  for (const { id, when, mitigated, spans } of faults) {
    if (mitigated !== undefined) {
      moved.add(id);
      for (const span of spans) add(mitigated.name, mitigated.delayNs, span);
    }
    const alert = when?.alert;
    if (alert === undefined || !asked.has(id)) continue;
    moved.add(id);
    for (const delayNs of [alert.delayNs, alert.delayNs + when!.lengthNs])
      add(alert.name, delayNs, whole);
  }
  return { moved, times: [...times].sort((a, b) => a - b) };
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
