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

/** Name of the component that an edge calls, with the version that it names: `orders@v2`. */
export function calleeName(
  { components, parts }: Plan,
  { to, version }: Pick<Plan['edges'][number], 'to' | 'version'>,
): string {
  const { name, versions } = components[parts[to].component];
  return version < 0 || versions === null ? name : `${name}@${versions.names[version]}`;
}
