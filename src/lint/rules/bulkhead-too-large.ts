import type { Layer } from '../../contracts/scenario/policies.js';
import { poolSizeOf } from '../../contracts/scenario/pool-size.js';
import type { Call } from '../calls.js';
import { hostOf, mostOf } from '../demand.js';
import { policyTraits } from '../../patterns/registry.js';
import { layerOf } from '../layers.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { bundleYaml, callText, inPolicy } from '../words.js';

/** A bulkhead that is larger than the pool or the workers behind it. */
export const bulkheadTooLarge: Rule = {
  name: 'bulkhead-too-large',
  severity: 'warning',
  reason:
    'The resource behind the bulkhead fills up first. Calls queue there, and the bulkhead never rejects one.',
  remedy:
    'Size the bulkhead below the pool that it protects and, over all instances of the caller, below the workers of the callee.',
  check: (subject) =>
    subject.calls.flatMap((call) => {
      const layer = layerOf(call.layers, 'bulkhead');
      if (layer === undefined) return [];
      const permits = policyTraits('bulkhead', layer).permits.calls;
      if (permits === Infinity) return [];
      return [...abovePool(call, layer, permits), ...aboveWorkers(call, layer, permits, subject)];
    }),
};

function abovePool(call: Call, layer: Layer, permits: number): readonly Finding[] {
  if (call.pool === null || layer.scope !== 'instance') return [];
  const { size, field } = poolSizeOf(call.pool);
  if (permits <= size) return [];
  return [
    finding(call, layer, {
      message: `the bulkhead of ${callText(call)} is larger than the connection pool behind it`,
      measured: `${permits} calls of one instance`,
      limit: `at most ${size}, the ${field} of its pool`,
      permits: size,
    }),
  ];
}

function aboveWorkers(
  call: Call,
  layer: Layer,
  permits: number,
  { scenario }: Subject,
): readonly Finding[] {
  const callee = hostOf(scenario, call.callee);
  if (callee === undefined || callee.concurrency === Infinity) return [];
  const callers = layer.scope === 'instance' ? mostOf(scenario, call.caller) : 1;
  const targets = layer.per === 'target' ? callee.zones.length : 1;
  const workers = callee.zones.length * callee.concurrency;
  const total = permits * callers * targets;
  if (total <= workers) return [];
  return [
    finding(call, layer, {
      message: `the bulkhead of ${callText(call)} lets more through than ${call.callee} has workers`,
      measured: product([callers, targets, permits], total, 'calls'),
      limit: `at most ${product([callee.zones.length, callee.concurrency], workers, 'workers')}`,
      permits: Math.max(1, Math.floor(workers / callers / targets)),
    }),
  ];
}

function finding(
  call: Call,
  layer: Layer,
  words: Pick<Finding, 'message' | 'measured' | 'limit'> & { readonly permits: number },
): Finding {
  const { permits, ...rest } = words;
  const { field } = policyTraits('bulkhead', layer).permits;
  return {
    ...inPolicy(call, 'bulkhead', field),
    ...rest,
    fix: bundleYaml(call, `bulkhead:\n  ${field}: ${permits}`),
  };
}

function product(factors: readonly number[], total: number, noun: string): string {
  const own = factors.filter((factor) => factor !== 1);
  return own.length < 2 ? `${total} ${noun}` : `${own.join(' x ')} = ${total} ${noun}`;
}
