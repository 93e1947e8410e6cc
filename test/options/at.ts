import type { Host } from './judge.js';
import type { Tree } from './figures.js';
import { hostAt } from './corpus.js';

/** A kind of place that takes a bundle, and one such place in a scenario. */
export interface BundlePlace {
  /** Path for readers; a verb in brackets is a step of this verb. */
  readonly path: string;
  /** A scenario in test/options/bases/at with callers of the components of calls.yaml. */
  readonly base: string;
  readonly keys: readonly (string | number)[];
}

function place(path: string, base: string, keys: string): BundlePlace {
  const split = keys.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  return { path, base, keys: split };
}

/** Every kind of place in which a bundle is tried with all of its options. */
export const BUNDLE_PLACES: readonly BundlePlace[] = [
  place('services.*.outbound.*', 'service.yaml', 'services.web.outbound.default'),
  place(
    'services.*.versions.*.outbound.*',
    'version.yaml',
    'services.web.versions.v1.outbound.default',
  ),
  place(
    'services.*.endpoints.*[call].policy',
    'call-step.yaml',
    'services.web.endpoints.page.0.policy',
  ),
  place('gateways.*.outbound.*', 'gateway.yaml', 'gateways.web.outbound.default'),
  place('gateways.*.routes[].policy', 'route.yaml', 'gateways.web.routes.0.policy'),
  place('functions.*.outbound.*', 'function.yaml', 'functions.web.outbound.default'),
  place('workloads.*.policy', 'workload.yaml', 'workloads.users.policy'),
  place('workloads.*.requests[].policy', 'request.yaml', 'workloads.users.requests.0.policy'),
  place('sagas.*.steps[].policy', 'saga-step.yaml', 'sagas.order.steps.0.policy'),
  place('sagas.*.steps[][].policy', 'saga-stage.yaml', 'sagas.order.steps.0.0.policy'),
  place('sagas.*.compensationPolicy', 'compensation.yaml', 'sagas.order.compensationPolicy'),
  place('topics.*.subscribers[].policy', 'subscriber.yaml', 'topics.events.subscribers.0.policy'),
  place('queues.*.consumers[].policy', 'consumer.yaml', 'queues.jobs.consumers.0.policy'),
  place(
    'services.*.endpoints.*[query].policy',
    'query-step.yaml',
    'services.web.endpoints.page.0.policy',
  ),
  place(
    'services.*.endpoints.*[load].policy',
    'load-step.yaml',
    'services.web.endpoints.page.0.policy',
  ),
  place(
    'services.*.endpoints.*[append].policy',
    'append-step.yaml',
    'services.web.endpoints.page.0.policy',
  ),
  place(
    'services.*.endpoints.*[cache].policy',
    'cache-step.yaml',
    'services.web.endpoints.page.0.policy',
  ),
  place(
    'services.*.endpoints.*[cache].onMiss[call].policy',
    'on-miss.yaml',
    'services.web.endpoints.page.0.cache.onMiss.0.policy',
  ),
  place(
    'services.*.endpoints.*[call].policy.fallback.steps[call].policy',
    'fallback.yaml',
    'services.web.endpoints.page.0.policy.fallback.steps.0.policy',
  ),
  place(
    'services.*.endpoints.*[call, background].policy',
    'background.yaml',
    'services.web.endpoints.page.0.policy',
  ),
  place(
    'services.*.endpoints.*[parallel].branches[][call].policy',
    'parallel.yaml',
    'services.web.endpoints.page.0.parallel.branches.0.0.policy',
  ),
  place(
    'services.*.endpoints.*[transaction].steps[call].policy',
    'transaction.yaml',
    'services.web.endpoints.page.0.transaction.steps.1.policy',
  ),
  place(
    'gateways.*.routes[].steps[call].policy',
    'route-step.yaml',
    'gateways.web.routes.0.steps.0.policy',
  ),
  place(
    'workloads.*.requests[].steps[call].policy',
    'request-step.yaml',
    'workloads.users.requests.0.steps.0.policy',
  ),
  place(
    'functions.*.endpoints.*[call].policy',
    'function-step.yaml',
    'functions.web.endpoints.page.0.policy',
  ),
];

/** The scenario of a place. The tried option is written at the place itself; hints know it as the bundle `guard`. */
export function hostOfPlace({ base, keys }: BundlePlace): Host {
  const host = hostAt(base);
  const finish = (tree: Tree): Tree => {
    const copy = structuredClone(tree);
    const policies = copy.policies as Tree;
    let at: Tree = copy;
    for (const key of keys.slice(0, -1)) at = at[key] as Tree;
    at[keys.at(-1)!] = policies.guard;
    delete policies.guard;
    return copy;
  };
  return { ...host, finish };
}
