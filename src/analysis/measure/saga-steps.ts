import type { Plan } from '../../contracts/plan/plan.js';
import { wiringOf } from '../../contracts/plan/wiring.js';

/**
 * Measured edges on which an orchestrator calls a step, with those of the stage before it. Once all of these have
 * succeeded the step is due; the orchestrator calls it again and again while it fails. Steps of a first stage, and edges
 * of several steps, are not among them.
 */
export function stepsAfter(plan: Plan): ReadonlyMap<number, readonly number[]> {
  const { statsFrom } = wiringOf(plan);
  const found = new Map<number, readonly number[]>();
  const several = new Set<number>();
  for (const { driver, spec } of plan.sagas) {
    if (driver < 0) continue;
    const statOf = (step: number): number => {
      const { call } = spec.steps[step];
      return statsFrom[driver].find((stat) => {
        const { component, name } = plan.parts[plan.statEdges[stat].to];
        return plan.components[component].name === call.component && name === call.part;
      })!;
    };
    spec.stages.forEach((stage, at) => {
      for (const stat of stage.map(statOf)) {
        if (found.has(stat)) several.add(stat);
        found.set(stat, at === 0 ? [] : spec.stages[at - 1].map(statOf));
      }
    });
  }
  return new Map([...found].filter(([stat, before]) => before.length > 0 && !several.has(stat)));
}
