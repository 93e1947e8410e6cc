import type { VariantData } from '../measure/variant-data.js';
import { flowsOf } from './flows.js';

/** A component, and those from which calls or messages reach it over any number of steps. */
export function sourcesOf(data: VariantData, component: number): ReadonlySet<number> {
  const steps = [...data.edges, ...flowsOf(data.plan)];
  const found = new Set([component]);
  for (const to of found) {
    for (const step of steps) if (step.to === to) found.add(step.from);
  }
  return found;
}
