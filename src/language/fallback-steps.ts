import { shapesOf } from '../spec/scenario/services.js';
import type { Endpoint, Service } from '../spec/scenario/services.js';
import type { Gateway, Workload } from '../spec/scenario/scenario.js';
import type { Step, Bundle } from '../spec/scenario/steps.js';
import { eachStep } from './each-step.js';

/** A list of steps with those that the fallbacks of its bundles run, and those of these `others`. */
export function withFallbacks(
  steps: readonly Step[],
  others: Iterable<Bundle | null> = [],
): readonly (readonly Step[])[] {
  const lists = [steps];
  const known = new Set<Bundle>();
  const add = (bundle: Bundle | null): void => {
    if (bundle?.fallback?.kind !== 'steps' || known.has(bundle)) return;
    known.add(bundle);
    lists.push(bundle.fallback.steps);
  };
  for (const bundle of others) add(bundle);
  // The list grows during the iteration, because fallbacks can be nested.
  for (const list of lists) eachStep(list, ({ policy }) => add(policy));
  return lists;
}

/** Every list of steps that an endpoint of the service may run, in any of its versions. */
export function listsOfEndpoint(
  service: Service,
  { name, steps }: Endpoint,
): readonly (readonly Step[])[] {
  const { versions, outbound } = service;
  if (versions === null) return withFallbacks(steps, outbound.values());
  return shapesOf(service).flatMap((shape) =>
    withFallbacks(shape.endpoints.get(name)!.steps, shape.outbound.values()),
  );
}

/** Every list of steps that a route may run. */
export function listsOfRoute(
  { outbound }: Gateway,
  { steps, policy }: Gateway['routes'][number],
): readonly (readonly Step[])[] {
  return withFallbacks(steps ?? [], [policy, ...outbound.values()]);
}

/** Every list of steps that a request of the workload may run. */
export function listsOfRequest(
  { policy }: Workload,
  { steps }: Workload['requests'][number],
): readonly (readonly Step[])[] {
  return withFallbacks(steps, [policy]);
}
