import { engine } from '../../../kernel/engine.js';
import { invariant } from '../../../kernel/invariant.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import { HINTED, type Outcome } from '../../../contracts/outcome.js';
import type { Plan } from '../../../contracts/plan/plan.js';
import type { LimiterState } from '../../../contracts/patterns/policy.js';
import { Refusals } from '../layers/refusals.js';
import type { Registry } from '../../data/registry.js';
import type { Instance } from '../../data/instances/instance.js';
import { wallTime } from '../../data/instances/wall-clock.js';
import type { Run } from '../../data/run.js';
import { strands } from '../../data/strands/strands.js';

/** A middleware limiter with one state per instance of its component, or one for all. */
export interface Limiter {
  readonly component: number;
  /** By index of the instance; all the same object if the state is shared. */
  readonly states: readonly LimiterState[];
  /** True if they are one object, which survives the death of a single process. */
  readonly shared: boolean;
  /** True if its windows begin at full seconds, minutes, ... of the wall clock of its process. */
  readonly readsClock: boolean;
  /** Index of the key it splits by, or -1. */
  readonly key: number;
  /** Unit of the Retry-After of its refusals; 0 if they carry none. */
  readonly grainNs: Ns;
  /** Cached refusals, with which instances skip its store; null without a cache. */
  readonly refusals: Refusals | null;
}

/** The key value by which a limiter splits this request; 0 if it does not split. */
export function keyOf({ keys }: Run, { key }: Limiter, strand: number): number {
  return key < 0 ? 0 : keys.value(key, strand);
}

/** The time by which a limiter decides in an instance. */
export function timeOf({ readsClock }: Limiter, instance: Instance): Ns {
  return readsClock ? wallTime(instance) : engine.now;
}

/** The outcome of a limiter's refusal, with a Retry-After if the limiter sends one. */
export function refusedBy(
  { instances }: Run,
  strand: number,
  limiter: Limiter,
  key: number,
  refusal: Outcome,
): Outcome {
  const { grainNs, states } = limiter;
  if (grainNs === 0) return refusal;
  const instance = instances[strands.instance[strand]];
  const left = states[instance.index].retryNs(timeOf(limiter, instance), key);
  strands.hint[strand] = Math.max(1, Math.ceil(left / grainNs)) * grainNs;
  return refusal | HINTED;
}

/** Cached refusals of a limiter's store, for each instance. */
function refusalsOf({ keys, instances }: Run, key: number, cacheNs: Ns): Refusals {
  return new Refusals(
    cacheNs,
    (strand) => strands.instance[strand],
    key < 0 ? null : (strand) => keys.value(key, strand),
    (instance) => instances[instance].startedAt,
  );
}

/** Builds a limiter of the plan, with a state for each instance or one for all of them. */
export function limiterOf(world: Run, spec: Plan['limiters'][number], registry: Registry): Limiter {
  const { layer, component, key, retryAfter, cacheNs } = spec;
  const definition = registry.policyKind(layer.policy, layer.kind);
  invariant(definition?.limiter !== undefined, 'the registry knows every limiter of a plan');
  const own = (): LimiterState => definition!.limiter!(layer.config);
  const node = definition!.nodes?.(layer.config) ?? null;
  const size = world.plan.components[component].instances;
  const shared = node === null && layer.scope !== 'instance';
  const one = shared ? own() : null;
  const states = Array.from({ length: size }, () => one ?? (node ?? own)());
  const grainNs = retryAfter === 'none' ? 0 : retryAfter === 'exact' ? 1 : NS_PER_SECOND;
  const refusals = cacheNs === null ? null : refusalsOf(world, key, cacheNs);
  // Counters that several processes share are kept by the clock of their store.
  const readsClock = definition!.readsClock === true && !shared && node === null;
  return { component, states, shared, readsClock, key, grainNs, refusals };
}
