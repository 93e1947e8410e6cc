import type { PlanModules } from '../../contracts/plan/modules.js';
import type { Plan } from '../../contracts/plan/plan.js';

/** A flow of messages between two components, by their ids. */
export interface Flow {
  readonly from: number;
  readonly to: number;
  /** It is delivered later: its sender does not wait for the receiver. */
  readonly isMessage: boolean;
}

/** Flows of messages: from publishers to topics and queues, and from there to handlers. */
export function flowsOf(plan: Plan): readonly Flow[] {
  const all = Object.values(FLOWS).flatMap((flows) => flows?.(plan) ?? []);
  const unique = new Map<string, Flow>();
  for (const flow of all) {
    const key = `${flow.from}/${flow.to}`;
    const isMessage = flow.isMessage && unique.get(key)?.isMessage !== false;
    unique.set(key, { ...flow, isMessage });
  }
  return [...unique.values()].sort((a, b) => a.from - b.from || a.to - b.to);
}

/** By entry of a plan: its flows; null = it has none, or its calls are edges already. */
const FLOWS: { readonly [Entry in keyof PlanModules]: ((plan: Plan) => readonly Flow[]) | null } = {
  acts: ({ acts, parts }) =>
    acts.flatMap((act) =>
      act.act === 'publish'
        ? [{ from: parts[act.from].component, to: act.topic, isMessage: true }]
        : [],
    ),
  sagas: ({ acts, parts, sagas }) =>
    acts.flatMap((act) =>
      act.act === 'saga'
        ? [
            {
              from: parts[act.from].component,
              to: sagas[act.saga].component,
              isMessage: !act.await,
            },
          ]
        : [],
    ),
  // A shared level is called: its edges exist already.
  caches: ({ acts, parts, caches }) =>
    acts.flatMap((act) =>
      act.act === 'cache' && act.op === 'lookup'
        ? [
            {
              from: parts[act.from].component,
              to: caches[act.cache].component,
              isMessage: false,
            },
          ]
        : [],
    ),
  projections: ({ projections, parts, stores }) =>
    projections.flatMap(({ component, store, topic, part }) => {
      const from = store < 0 ? topic : stores[store].component;
      // A projection in a service uses that service's workers; otherwise it is a separate component.
      const worker = parts[part].component;
      const work = worker === component ? [] : [{ from: component, to: worker, isMessage: false }];
      return [{ from, to: component, isMessage: true }, ...work];
    }),
  topics: ({ topics, parts }) =>
    topics.flatMap(({ component, groups }) =>
      groups.map(({ handler }) => ({
        from: component,
        to: parts[handler].component,
        isMessage: true,
      })),
    ),
  queues: ({ queues: inlets, parts }) =>
    inlets.flatMap(({ component, queues }) =>
      queues.flatMap(({ consumers }) =>
        consumers.map(({ handler }) => ({
          from: component,
          to: parts[handler].component,
          isMessage: true,
        })),
      ),
    ),
  brokers: null,
  clusters: null,
  outboxes: null,
  stores: null,
  rows: null,
  replications: null,
  searches: null,
  functions: null,
  registries: null,
};
