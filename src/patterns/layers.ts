/** Every policy that is a layer of a call's chain. `deadline` is not: it is placed inside an outermost fallback. */
export const layerNames: readonly string[] = order(
  'fallback coalesce retry hedge throttle circuitBreaker rateLimit timeout concurrencyLimit bulkhead',
);

const POLLY = order(
  'fallback coalesce rateLimit concurrencyLimit bulkhead hedge retry throttle circuitBreaker timeout',
);
const ENVOY = order(
  'fallback coalesce rateLimit concurrencyLimit throttle retry hedge circuitBreaker bulkhead timeout',
);
const HYSTRIX = order(
  'fallback coalesce retry hedge circuitBreaker throttle rateLimit concurrencyLimit bulkhead timeout',
);
/** Hystrix with threads: its timeout also covers the wait for a thread. */
const HYSTRIX_THREADS = order(
  'fallback coalesce retry hedge circuitBreaker throttle rateLimit concurrencyLimit timeout bulkhead',
);
const GRPC = order(
  'fallback coalesce throttle retry hedge circuitBreaker rateLimit concurrencyLimit bulkhead timeout',
);
const FINAGLE = order(
  'fallback coalesce retry hedge throttle circuitBreaker timeout rateLimit concurrencyLimit bulkhead',
);

/** Orders of products that keep state by cluster, channel or named instance: bundles share what they inherit. */
export const NAMED_STATE: ReadonlySet<string> = new Set(['envoy', 'grpc', 'resilience4j']);

const THREAD_POOLS: readonly string[] = ['hystrix', 'threadPool'];

/**
 * Named orders, outermost first. `default` is resilience4j's Spring aspect order, completed;
 * `polly` is the order of the .NET standard resilience handler; the others follow Envoy's router,
 * Hystrix's AbstractCommand.java, gRPC's A6 and Finagle's StackClient.scala.
 */
export const orderPresets: ReadonlyMap<string, readonly string[]> = new Map([
  ['default', layerNames],
  ['resilience4j', layerNames],
  ['polly', POLLY],
  ['dotnet', POLLY],
  ['envoy', ENVOY],
  ['hystrix', HYSTRIX],
  ['grpc', GRPC],
  ['finagle', FINAGLE],
]);

/**
 * The order of a preset in a bundle with this kind of bulkhead. AbstractCommand.java takes the semaphore before it
 * subscribes (applyHystrixSemantics). Its timeout covers the execution, which includes the wait for a thread
 * (executeCommandAndObserve).
 */
export function presetOrder(name: string, bulkhead: string | undefined): readonly string[] {
  const hasThreads = bulkhead !== undefined && THREAD_POOLS.includes(bulkhead);
  return name === 'hystrix' && hasThreads ? HYSTRIX_THREADS : orderPresets.get(name)!;
}

/** An order from the outermost layer to the innermost one. */
function order(words: string): readonly string[] {
  return words.split(' ');
}
