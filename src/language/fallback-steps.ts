import { shapesOf, type Endpoint, type Service } from '../contracts/scenario/services.js';
import type { Gateway, Scenario } from '../contracts/scenario/scenario.js';
import type { Workload } from '../contracts/scenario/workloads.js';
import type { Step, Bundle } from '../contracts/scenario/steps.js';
import { eachStep } from './each-step.js';

/** A list of steps, and the lists that fallbacks of its bundles and of the `others` run. */
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

/** All lists of steps that an endpoint can run, in any version of the service. */
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

/** All lists of steps that a route can run. */
export function listsOfRoute(
  { outbound }: Gateway,
  { steps, policy }: Gateway['routes'][number],
): readonly (readonly Step[])[] {
  return withFallbacks(steps ?? [], [policy, ...outbound.values()]);
}

/** All lists of steps that a request of the workload can run. */
export function listsOfRequest(
  { policy }: Workload,
  { steps }: Workload['requests'][number],
): readonly (readonly Step[])[] {
  return withFallbacks(steps, [policy]);
}

/** The lists of steps of all services and gateways. */
export function* listsOfServers({
  services,
  gateways,
}: Pick<Scenario, 'services' | 'gateways'>): Generator<readonly Step[]> {
  for (const service of services.values()) {
    for (const endpoint of service.endpoints.values()) yield* listsOfEndpoint(service, endpoint);
  }
  for (const gateway of gateways.values()) {
    for (const route of gateway.routes) yield* listsOfRoute(gateway, route);
  }
}
