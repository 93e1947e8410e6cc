import type { PlanAct } from '../../contracts/plan/modules.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { InterventionKind } from './kind.js';
import { reaches, UNLIKELY } from './signs.js';

/** A key whose values are all different, so that no request waits for the lock of another one. */
const UNSHARED = 'intervention: a lock of its own';

/** No request waits for a lock of a component: neither a `lock` step nor the rows of a database. */
export const locks: InterventionKind = {
  kind: 'locks',
  of: (plan) =>
    plan.components.flatMap(({ name }, id) =>
      plan.acts.some((act) => locksAt(plan, act, id))
        ? [
            {
              kind: 'locks',
              subject: name,
              part: 'condition',
              words: `without waits for the locks of ${name}`,
              apply: ({ plan: own }) => withoutLocks(own, id),
            },
          ]
        : [],
    ),
  worth: (variant, { subject }) => (reaches(variant, subject) ? 0.8 : UNLIKELY),
};

function locksAt({ parts }: Plan, act: PlanAct, component: number): boolean {
  if (act.act === 'lock') return parts[act.from]!.component === component;
  return act.act === 'statement' && act.key >= 0 && parts[act.part]!.component === component;
}

function withoutLocks(plan: Plan, component: number): Plan {
  const own = plan.keys.length;
  return {
    ...plan,
    keys: [...plan.keys, { name: UNSHARED, population: { kind: 'unique' }, pins: null }],
    acts: plan.acts.map((act) => {
      if (!locksAt(plan, act, component)) return act;
      return act.act === 'lock' || act.act === 'statement' ? { ...act, key: own } : act;
    }),
  };
}
