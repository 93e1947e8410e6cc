import type { PlanAct } from '../../contracts/plan/modules.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { InterventionKind } from './kind.js';
import { isBlamed, reaches, UNLIKELY } from './signs.js';

/** A key whose values are all different, so that no request waits for the lock of another one. */
const UNSHARED = 'intervention: a lock of its own';

/** No request waits for a lock of a component: neither a `lock` step nor the rows and tables of a database. */
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
  worth: (variant, own) =>
    isBlamed(variant, own) || reaches(variant, own.subject) ? 0.8 : UNLIKELY,
};

function locksAt({ parts }: Plan, act: PlanAct, component: number): boolean {
  switch (act.act) {
    case 'lock':
      return parts[act.from]!.component === component;
    case 'statement':
      return act.key >= 0 && parts[act.part]!.component === component;
    case 'rowLock':
    case 'tableLock':
      return parts[act.part]!.component === component;
    default:
      return false;
  }
}

function withoutLocks(plan: Plan, component: number): Plan {
  const own = plan.keys.length;
  return {
    ...plan,
    keys: [...plan.keys, { name: UNSHARED, population: { kind: 'unique' }, pins: null }],
    acts: plan.acts.map((act) => {
      if (!locksAt(plan, act, component)) return act;
      // A mode that conflicts with no other one is granted at once.
      return act.act === 'tableLock' ? { ...act, conflicts: 0 } : { ...act, key: own };
    }),
  };
}
