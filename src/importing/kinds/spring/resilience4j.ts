import type { Cell } from '../../cell.js';
import { filled, from, guess, map, plain, type Written, type WrittenMap } from '../../written.js';
import { entryOf, plainName } from './layers.js';
import {
  countIn,
  durationIn,
  flagIn,
  numberIn,
  percentIn,
  property,
  valueOf,
  wordIn,
} from './properties.js';

/** Looks up a property of an instance: its own, that of its base, or the default one. */
type Lookup = (name: string) => Cell | undefined;

const KINDS = [
  'circuitbreaker',
  'retry',
  'timelimiter',
  'bulkhead',
  'thread-pool-bulkhead',
  'ratelimiter',
] as const;

/** The bundles of all instances, with the place of the first value of each. */
export function instancesOf(
  root: Cell | undefined,
): ReadonlyMap<string, { readonly bundle: WrittenMap; readonly place: Cell }> {
  const names = new Map<string, Cell>();
  for (const kind of KINDS) {
    for (const [name, cell] of property(root, `resilience4j.${kind}.instances`)?.entries() ?? []) {
      const isKnown = [...names.keys()].some((one) => plainName(one) === plainName(name));
      if (!isKnown) names.set(name, cell);
    }
  }
  const found = [...names].map(([name, cell]) => {
    const bundle = bundleOf(root, name);
    return [name, { bundle, place: cell.leaves()[0] ?? cell }] as const;
  });
  return new Map(found);
}

/** The breaker of a name that a program asks for: its settings, or the default ones. */
export function breakerNamed(root: Cell | undefined, name: string): WrittenMap {
  return breakerOf(lookup(root, 'resilience4j.circuitbreaker', name, true))!;
}

/** The limit around such a call, which is 1 s by default; null = it is switched off. */
export function limitNamed(root: Cell | undefined, name: string): Written | null {
  const isOff = 'spring.cloud.circuitbreaker.resilience4j.disable-time-limiter';
  if (flagIn(property(root, isOff))?.value === true) return null;
  const after = lookup(root, 'resilience4j.timelimiter', name, true)!('timeoutDuration');
  return durationIn(after) ?? { ...plain('1s'), note: 'resilience4j default' };
}

function bundleOf(root: Cell | undefined, name: string): WrittenMap {
  const of = (kind: string): Lookup | null => lookup(root, `resilience4j.${kind}`, name);
  return map({
    order: plain('resilience4j'),
    circuitBreaker: breakerOf(of('circuitbreaker')),
    retry: retryOf(of('retry')),
    timeout: limiterOf(of('timelimiter')),
    bulkhead: bulkheadOf(of('bulkhead')) ?? poolOf(of('thread-pool-bulkhead')),
    rateLimit: rateOf(of('ratelimiter')),
  });
}

function lookup(
  root: Cell | undefined,
  kind: string,
  name: string,
  isAlways = false,
): Lookup | null {
  const instance = entryOf(property(root, `${kind}.instances`), name);
  if (instance === undefined && !isAlways) return null;
  const named = property(instance, 'baseConfig');
  const base = entryOf(property(root, `${kind}.configs`), valueOf(named) ?? 'default');
  named?.list('names the settings that an instance begins with');
  return (key) => property(instance, key) ?? property(base, key);
}

function breakerOf(of: Lookup | null): WrittenMap | undefined {
  if (of === null) return undefined;
  return map({
    kind: plain('resilience4j'),
    slidingWindowType: wordIn(of('slidingWindowType'), ['COUNT_BASED', 'TIME_BASED']),
    slidingWindowSize: countIn(of('slidingWindowSize')),
    minimumNumberOfCalls: countIn(of('minimumNumberOfCalls')),
    failureRateThreshold: percentIn(of('failureRateThreshold')),
    slowCallDurationThreshold: durationIn(of('slowCallDurationThreshold')),
    slowCallRateThreshold: percentIn(of('slowCallRateThreshold')),
    waitDurationInOpenState: durationIn(of('waitDurationInOpenState')),
    permittedNumberOfCallsInHalfOpenState: countIn(of('permittedNumberOfCallsInHalfOpenState')),
    automaticTransitionFromOpenToHalfOpenEnabled: flagIn(
      of('automaticTransitionFromOpenToHalfOpenEnabled'),
    ),
    maxWaitDurationInHalfOpenState: durationIn(of('maxWaitDurationInHalfOpenState')),
  });
}

function retryOf(of: Lookup | null): Written | undefined {
  if (of === null) return undefined;
  const isGrowing = of('enableExponentialBackoff');
  const isExponential = valueOf(isGrowing)?.toLowerCase() === 'true';
  const base = durationIn(of('waitDuration'));
  const factor = of('exponentialBackoffMultiplier');
  const growth = numberIn(factor);
  const isRandom = of('enableRandomizedWait');
  const spread = of('randomizedWaitFactor');
  // IntervalFunction.DEFAULT_RANDOMIZATION_FACTOR
  const share = (numberIn(spread) ?? 0.5) * 100;
  const jitter =
    valueOf(isRandom)?.toLowerCase() === 'true' && share > 0 && share <= 100
      ? from(`${share}%`, isRandom, spread)
      : undefined;
  const kind = isExponential ? from('exponential', isGrowing) : plain('constant');
  const backoff = map({
    kind,
    base,
    factor: isExponential && growth !== undefined ? from(growth, factor) : undefined,
    max: isExponential ? durationIn(of('exponentialMaxWaitDuration')) : undefined,
    jitter,
  });
  return map({
    kind: plain('resilience4j'),
    attempts: countIn(of('maxAttempts')),
    backoff: base === undefined && !isExponential && jitter === undefined ? undefined : backoff,
  });
}

function limiterOf(of: Lookup | null): Written | undefined {
  const after = of === null ? undefined : durationIn(of('timeoutDuration'));
  if (of === null || after === undefined) return undefined;
  of('cancelRunningFuture')?.list(
    'the limit of a CompletionStage ignores it: the work that a caller leaves goes on',
  );
  return map({ after });
}

function bulkheadOf(of: Lookup | null): Written | undefined {
  if (of === null) return undefined;
  return map({
    kind: plain('resilience4j'),
    maxConcurrentCalls: countIn(of('maxConcurrentCalls')),
    maxWaitDuration: durationIn(of('maxWaitDuration')),
  });
}

/** ThreadPoolBulkheadConfig: by default one thread for each processor, and one less that is kept. */
function poolOf(of: Lookup | null): Written | undefined {
  if (of === null) return undefined;
  const most = countIn(of('maxThreadPoolSize'));
  const kept = countIn(of('coreThreadPoolSize'));
  return map({
    kind: plain('threadPool'),
    coreThreads: kept ?? guess(Math.max(1, Number(most?.value ?? 4) - 1)),
    maxThreads: most ?? guess(Math.max(4, Number(kept?.value ?? 0))),
    queueCapacity: countIn(of('queueCapacity')),
    keepAlive: durationIn(of('keepAliveDuration')),
  });
}

function rateOf(of: Lookup | null): Written | undefined {
  if (of === null) return undefined;
  const fields = filled(
    map({
      limitForPeriod: countIn(of('limitForPeriod')),
      limitRefreshPeriod: durationIn(of('limitRefreshPeriod')),
      timeoutDuration: durationIn(of('timeoutDuration')),
    }),
  );
  return map([['kind', plain('resilience4j')], ...(fields?.entries ?? [])]);
}
