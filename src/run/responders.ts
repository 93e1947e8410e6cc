import { invariant } from '../kernel/invariant.js';
import type { Ns } from '../kernel/time.js';
import type { Plan, PlanFault } from '../contracts/plan/plan.js';
import type { AlertRecord } from '../contracts/record/alerts.js';

/** Most actions of responders in a run. */
const ACTIONS_MAX = 100;

/** One action: a fault starts, or the span of a fault that has begun ends. Times are absolute. */
interface Action {
  readonly fault: number;
  readonly kind: 'starts' | 'ends';
  readonly at: Ns;
}

/**
 * The plan of one run with the actions of its responders at their times. An alert depends only on what has happened
 * before it, and an action comes after its alert. So the run is made again with one action more, the earliest that is
 * new, until the alerts call for no other: every action has the time at which an operator would act in that run, and up to
 * each action the runs are the same. `alertsOf`: the alerts of a run.
 */
export function withResponses(
  plan: Plan,
  alertsOf: (plan: Plan) => readonly AlertRecord[] | null,
): Plan {
  const done: Action[] = [];
  for (;;) {
    const acted = withActions(plan, done);
    const alerts = done.length < ACTIONS_MAX ? alertsOf(acted) : null;
    if (alerts === null) return acted;
    const next = wanted(plan, alerts)
      .filter((action) => !done.some((own) => isSame(own, action)))
      .sort((a, b) => a.at - b.at || a.fault - b.fault)[0];
    if (next === undefined) return acted;
    const last = done.at(-1);
    invariant(
      last === undefined || next.at >= last.at,
      'an alert does not depend on later actions',
    );
    done.push(next);
  }
}

function isSame(a: Action, b: Action): boolean {
  return a.fault === b.fault && a.kind === b.kind && a.at === b.at;
}

/** Everything that the alerts of a run call for. */
function wanted(plan: Plan, alerts: readonly AlertRecord[]): readonly Action[] {
  const { warmupNs, horizonNs } = plan;
  const firingsOf = (name: string): readonly Ns[] =>
    (alerts.find((alert) => alert.name === name)?.firings ?? []).map(
      ({ from }) => warmupNs + Math.round(Math.max(0, from) * 1e9),
    );
  return plan.faults.flatMap(({ when, mitigated, spans }, fault): readonly Action[] => {
    const starts =
      when?.alert === undefined
        ? []
        : startsAfter(firingsOf(when.alert.name), when.alert.delayNs, when.lengthNs, when.count);
    const ends =
      mitigated === undefined
        ? []
        : spans.flatMap(({ fromNs, untilNs }) => {
            const call = firingsOf(mitigated.name).find((at) => at >= fromNs && at < untilNs);
            return call === undefined
              ? []
              : [call + mitigated.delayNs].filter((at) => at < untilNs);
          });
    return [
      ...starts.map((at) => ({ fault, kind: 'starts' as const, at })),
      ...ends.map((at) => ({ fault, kind: 'ends' as const, at })),
    ].filter(({ at }) => at < horizonNs);
  });
}

/** A responder at work is not called again. */
function startsAfter(
  firings: readonly Ns[],
  delayNs: Ns,
  lengthNs: Ns,
  count: number,
): readonly Ns[] {
  const starts: Ns[] = [];
  for (const at of firings) {
    if (starts.length >= count) break;
    const busyUntil = starts.length === 0 ? -Infinity : starts.at(-1)! + lengthNs;
    if (at >= busyUntil) starts.push(at + delayNs);
  }
  return starts;
}

/** The plan with faults that start and end at these times. */
function withActions(plan: Plan, actions: readonly Action[]): Plan {
  const faults = plan.faults.map((fault, index): PlanFault => {
    const own = actions.filter((action) => action.fault === index);
    const { when, spans } = fault;
    if (when?.alert !== undefined) {
      const started = own.map(({ at }) => ({
        fromNs: at,
        untilNs: Math.min(plan.horizonNs, at + when.lengthNs),
      }));
      return { ...fault, when: null, spans: started };
    }
    const ends = own.map(({ at }) => at);
    if (ends.length === 0) return fault;
    const cut = spans.map(({ fromNs, untilNs }) => ({
      fromNs,
      untilNs: Math.min(untilNs, ...ends.filter((at) => at > fromNs)),
    }));
    return { ...fault, spans: cut };
  });
  return { ...plan, faults };
}
