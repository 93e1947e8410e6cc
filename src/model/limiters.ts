import { HINTED } from '../spec/outcome.js';
import type { Ns } from '../kernel/time.js';
import type { Outcome } from '../spec/outcome.js';
import { Refusals } from './layers/refusals.js';
import type { Limiter, World } from './world.js';

/** The value that a limiter splits this request by, 0 where it does not. */
export function keyOf({ keys }: World, { key }: Limiter, strand: number): number {
  return key < 0 ? 0 : keys.value(key, strand);
}

/** The outcome of a refusal by a limiter, with a Retry-After where it gives one. */
export function refusedBy(
  { strands, engine, instances }: World,
  strand: number,
  { grainNs, states }: Limiter,
  key: number,
  refusal: Outcome,
): Outcome {
  if (grainNs === 0) return refusal;
  const instance = instances[strands.instance[strand]];
  const left = states[instance.index].retryNs(engine.now, key);
  strands.hint[strand] = Math.max(1, Math.ceil(left / grainNs)) * grainNs;
  return refusal | HINTED;
}

/** What instances remember of the refusals of a limiter's store. */
export function refusalsOf(
  { strands, keys, instances }: Pick<World, 'strands' | 'keys' | 'instances'>,
  key: number,
  cacheNs: Ns,
): Refusals {
  return new Refusals(
    cacheNs,
    (strand) => strands.instance[strand],
    key < 0 ? null : (strand) => keys.value(key, strand),
    (instance) => instances[instance].startedAt,
  );
}
