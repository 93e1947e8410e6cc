import type { ScenarioFile } from '../../spec/scenario/scenario.js';
import type { Limits } from './compare.js';
import { savedKey } from './saved.js';

/** The values to which budgets and expectations of a file limit a metric in its window. */
export function limitsOf({ budgets, hypothesis }: ScenarioFile): Limits {
  const all = new Map<string, number[]>();
  for (const { expression } of [...budgets, ...(hypothesis?.expect ?? [])]) {
    if (expression.limit.kind !== 'quantity' || expression.steps !== null) continue;
    const key = savedKey(expression);
    all.set(key, [...(all.get(key) ?? []), expression.limit.quantity.value]);
  }
  return all;
}
