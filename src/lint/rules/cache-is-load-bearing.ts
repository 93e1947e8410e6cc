import type { Cache } from '../../contracts/scenario/caching.js';
import { bottleneckOf } from '../bottleneck.js';
import type { Call } from '../calls.js';
import { layerOf } from '../layers.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatRate } from '../../text/figures.js';
import { callText, yamlAt } from '../words.js';

/** Policies that protect a callee from a flood; any of them suffices. */
const GUARDS = ['bulkhead', 'concurrencyLimit', 'rateLimit', 'throttle'] as const;

/** A cache without which the callee would be overloaded. */
export const cacheIsLoadBearing: Rule = {
  name: 'cache-is-load-bearing',
  severity: 'error',
  reason:
    'When the cache is empty or down, every read goes to the system behind it. That system is overloaded and returns nothing in time, so the cache stays empty.',
  remedy:
    'Limit concurrent loads, let one request load for all (coalesce: cluster), or fail reads while the cache is down.',
  check: (subject) => subject.calls.flatMap((call) => findingOf(call, subject) ?? []),
};

function findingOf(call: Call, subject: Subject): Finding | null {
  const cache = call.cache === null ? undefined : subject.scenario.caches.get(call.cache);
  if (cache === undefined || isGuarded(call, cache)) return null;
  const { most, mean } = subject.traffic;
  const atMost = most.get(call.from) ?? 0;
  // A backlog has no highest rate, so behind a queue the mean has to be too much.
  const isOpen = atMost === Infinity;
  const reads = (isOpen ? (mean.get(call.from) ?? 0) : atMost) * call.most;
  const behind = bottleneckOf([{ part: call.to, weight: 1 }], subject);
  if (behind === null || reads <= behind.perSecond) return null;
  return {
    path: call.path,
    entities: [cache.name, call.from, behind.component],
    message: `without ${cache.name} all reads of ${callText(call)} go to ${behind.component}`,
    measured: `${formatRate(reads)} ${isOpen ? 'on average' : 'at most'}`,
    limit: `${formatRate(behind.perSecond)}, what ${behind.component} can do`,
    fix: yamlAt(['caches', cache.name], 'coalesce: cluster'),
  };
}

/** With a lease, one request loads each value. `fail` blocks reads if the cache is down, but not after a flush. */
function isGuarded({ layers }: Call, { coalesce, onError, host }: Cache): boolean {
  if (coalesce === 'cluster') return true;
  if (onError === 'fail' && host !== null) return true;
  return GUARDS.some((policy) => layerOf(layers, policy) !== undefined);
}
