import { isShared, userOf } from '../scenario/pool-size.js';
import type { Pool } from '../scenario/pools.js';
import type { Plan } from './plan.js';
import { wiringOf } from './wiring.js';

/** Client pools with the same settings, and how many of them there are. */
export interface ClientPools {
  readonly pool: Pool;
  readonly count: number;
}

/** The pools of the callers of a component: one for each instance, or one for all callers with the same user of a pooler. */
export function poolsInto(plan: Plan, id: number): readonly ClientPools[] {
  const found = new Map<string, ClientPools>();
  for (const { from, pool } of wiringOf(plan).into[id]!) {
    // The statements of a transaction use its connection.
    if (pool === null) continue;
    const { name, initial } = plan.components[plan.parts[from]!.component]!;
    const isOfUser = isShared(pool);
    const key = isOfUser ? `user ${userOf(pool, name)}` : name;
    found.set(key, { pool, count: isOfUser ? 1 : initial });
  }
  return [...found.values()];
}
