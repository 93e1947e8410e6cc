import { policyKind } from '../patterns/registry.js';
import { isPinned, type NodeRoute } from '../contracts/plan/replication.js';
import type { Layer } from '../contracts/scenario/policies.js';
import type { Bundle } from '../contracts/scenario/steps.js';
import { isModule, type LaidComponent } from './layout.js';
import type { Problems } from './problem.js';

/** Reports options that choose among instances if a route, the platform or a single node leaves no choice. */
export function checkPick(
  bundle: Bundle,
  component: LaidComponent,
  route: NodeRoute | null,
  problems: Problems,
): void {
  const { name } = component;
  const platform = isFunction(component);
  const isAlone = route === null && isOneNode(component);
  if ((route === null && !platform && !isAlone) || bundle.id === '') return;
  const add = (option: string, message: string): void =>
    problems.add('FL713', `${placeOf(bundle)}.${option}`, message);
  if (route !== null && !isPinned(route)) {
    if (bundle.loadBalancing === null || bundle.loadBalancing.common.subset === null) return;
    const why = `the route of a query says which nodes of ${name} it may ask: remove subset`;
    return add('loadBalancing.subset', why);
  }
  const why = platform
    ? `the platform picks the environment that runs ${name}, and callers see one address`
    : isAlone
      ? `${name} is one node, so there is no other instance to pick`
      : `each request to ${name} goes to ${rowsOf(component)}, so there is no other instance to pick`;
  const each = platform ? '' : ' with per: target';
  if (bundle.loadBalancing !== null) add('loadBalancing', `${why}: remove loadBalancing`);
  if (bundle.outlierDetection !== null) {
    const advice = isAlone
      ? 'remove outlierDetection, or use a circuitBreaker'
      : `remove outlierDetection, or use a circuitBreaker${each}`;
    add('outlierDetection', `${why}: ${advice}`);
  }
  for (const layer of bundle.layers) {
    if (asksForAnother(layer)) {
      add(`${layer.policy}.otherInstance`, `${why}: remove otherInstance`);
    }
    if (!isAlone && shutsInstances(layer)) {
      const advice = `use a kind that refuses calls${each}`;
      const message = `${layer.kind} keeps calls away from an instance, and ${why}: ${advice}`;
      add(`${layer.policy}.kind`, message);
    }
  }
}

/** Where a bundle is defined: at its step, or in `policies`. */
export function placeOf({ id }: Bundle): string {
  return id.includes('.') ? id : `policies.${id}`;
}

/** Whether the callee is a single node: an event store without partitions, or the server of a cache. */
function isOneNode({ source }: LaidComponent): boolean {
  return isModule(source) && source.poolOf !== null && source.zones.length < 2;
}

function isFunction({ source }: LaidComponent): boolean {
  return source.kind === 'service' && source.host.environments !== null;
}

function rowsOf({ source }: LaidComponent): string {
  return (isModule(source) ? source.keyedNode : null) ?? 'the shard of its rows';
}

/** Whether a layer is configured to send further attempts to other instances. */
function asksForAnother({ config, written }: Layer): boolean {
  const { otherInstance } = config as { readonly otherInstance?: boolean };
  return otherInstance === true && written.includes('otherInstance');
}

/** Whether a layer is a breaker that excludes instances from load balancing instead of refusing calls. */
function shutsInstances({ policy, kind }: Layer): boolean {
  const definition = policyKind(policy, kind);
  return definition?.failsOpen === true || definition?.shutWait !== undefined;
}
