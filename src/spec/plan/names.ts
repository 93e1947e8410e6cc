import type { Plan } from './plan.js';

/** Name of an instance for display, such as `orders[0]`. */
export function instanceName(plan: Plan, instance: number): string {
  const { component, index } = plan.instances[instance];
  return `${plan.components[component].name}[${index}]`;
}

/** Name of a part for display, such as `orders.create`. */
export function partName(plan: Plan, part: number): string {
  const { component, name } = plan.parts[part];
  return `${plan.components[component].name}.${name}`;
}
