import { OP } from '../../../contracts/plan/program.js';
import type { RunRecord } from '../../../contracts/record/record.js';
import { THREAD_POOLS } from '../../../contracts/scenario/search.js';
import type { VariantData } from '../../measure/variant-data.js';
import { instructionsOf } from '../../measure/instructions.js';
import { limitsOn } from './limits.js';
import type { Room } from './room.js';

/** Threads of the pools of search engines. */
export function threads(data: VariantData, record: RunRecord): readonly Room[] {
  const { plan } = data;
  return plan.searches.flatMap(({ component, threadPools }) => {
    const { name } = plan.components[component];
    return limitsOn(data, record, component, 'throttled', (part) => {
      const act = instructionsOf(plan, part)
        .filter(({ op }) => op === OP.ACT)
        .map(({ a }) => plan.acts[a])
        .find((own) => own.act === 'thread');
      if (act === undefined) return null;
      const { size } = threadPools[act.pool];
      return { owner: `the thread pool ${THREAD_POOLS[act.pool]} of ${name}`, permits: size };
    });
  });
}
