import type { Bundle } from '../../contracts/scenario/steps.js';
import { placeOf } from '../pick-checks.js';
import type { Problems } from '../problem.js';

/** Reports options of a bundle that have no effect in calls to the server of a cache. */
export function checkCacheBundle(bundle: Bundle, name: string, problems: Problems): void {
  checkKey(bundle, name, problems);
  checkStep(bundle, name, problems);
}

/** Cache servers ignore idempotency keys, so the key would protect nothing. */
function checkKey(bundle: Bundle, name: string, problems: Problems): void {
  if (bundle.idempotencyKey === null) return;
  const where = bundle.id === '' ? `caches.${name}` : `${placeOf(bundle)}.idempotencyKey`;
  const message = `${name} is a cache, which looks for no idempotency key: remove it from the bundle of these commands. Setting or deleting a value twice does no harm`;
  problems.add('FL712', where, message);
}

/**
 * Options of a bundle at a `cache` step that have no effect: the server of a cache is one node with one endpoint, it
 * always finishes its work, and its responses have no status.
 */
function checkStep(bundle: Bundle, name: string, problems: Problems): void {
  if (!bundle.id.endsWith('.policy')) return;
  const add = (option: string, message: string): void =>
    problems.add('FL714', `${placeOf(bundle)}.${option}`, message);
  for (const { policy, per, written, config } of bundle.layers) {
    if (written.includes('per') && (per === 'endpoint' || per === 'target')) {
      add(`${policy}.per`, `the server of ${name} is one node with one endpoint: remove per`);
    }
    const noEffect = NO_EFFECT_AT_CACHES[policy];
    const value = noEffect && (config as Readonly<Record<string, unknown>>)[noEffect.field];
    if (noEffect === undefined || value === undefined || value === noEffect.usual) continue;
    add(`${policy}.${noEffect.field}`, `${noEffect.why(name)}: remove ${noEffect.field}`);
  }
}

/** By policy: a field without effect in calls to a cache, and its default. */
const NO_EFFECT_AT_CACHES: Readonly<
  Record<string, { readonly field: string; readonly usual: unknown; why(cache: string): string }>
> = {
  timeout: {
    field: 'cancel',
    usual: true,
    why: (cache) => `the server of ${cache} finishes what it has begun`,
  },
  fallback: { field: 'status', usual: 200, why: (cache) => `the value of ${cache} has no status` },
};
