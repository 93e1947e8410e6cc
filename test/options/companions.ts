import type { Tree } from './figures.js';

/** Further fields that an object needs to be valid when it is created for an option, by the end of its path. */
const COMPANIONS: readonly (readonly [RegExp, (tree: Tree) => Tree])[] = [
  [/\.autoscaling(<hpa>)?$/, () => ({ metric: 'cpu', target: '60%', min: 1, max: 6 })],
  [/\.autoscaling<keda>$/, () => ({ metric: 'cpu', target: '60%', min: 1, max: 6 })],
  [/\.autoscaling<step>\.steps\[\]$/, () => ({ above: 1 })],
  [
    /\.autoscaling<step>$/,
    () => ({ metric: 'concurrency', max: 6, period: '1s', steps: [{ above: 1, add: 1 }] }),
  ],
  [/\.autoscaling<scheduled>$/, () => ({ actions: [{ at: '1s', replicas: 3 }] })],
  [/\.rateLimit<kong>$/, () => ({ second: 20 })],
  [/^policies\..*\.rateLimit<envoy>$/, () => ({ maxTokens: 4, fillInterval: '200ms' })],
  [/\.rateLimit<envoy>$/, () => ({ maxTokens: 10, tokensPerFill: 4, fillInterval: '100ms' })],
  [/\.rateLimit<(tokenBucket|gcra|leakyBucket)>$/, () => ({ rate: '10/s', burst: 3 })],
  [/\.rateLimit<(fixed|sliding)\w+>$/, () => ({ limit: 10, window: '1s' })],
  [/\.bulkhead<threadPool>$/, () => ({ coreThreads: 1, maxThreads: 2, queueCapacity: 1 })],
  [/\.bulkhead<semaphore>$/, () => ({ maxConcurrent: 1 })],
  [/\.concurrencyLimit<fixed>$/, () => ({ limit: 1 })],
  [/\.coalesce(<\w+>)?$/, (tree) => ({ key: nameIn(tree.keys) })],
  [/\.idempotencyKey$/, () => ({ key: 'request' })],
  [/\.middleware\[\]\.cache$/, (tree) => ({ cache: nameIn(tree.caches) })],
  [/\.shed<cpu>$/, () => ({ above: '20%' })],
  [/\.readiness$|\.liveness$|\.startup$/, () => ({ period: '200ms', timeout: '50ms' })],
  [/^(budgets|expect|hypothesis\.expect)\[\]$/, () => ({ expect: 'readers.success >= 99%' })],
  [/^faults\[\](<\w+>)?$/, (tree) => ({ id: 'tried', at: '1s', for: '2s', target: service(tree) })],
];

/** The fields that go with an object at this path. */
export function companions(path: string, tree: Tree): Tree {
  return COMPANIONS.find(([pattern]) => pattern.test(path))?.[1](tree) ?? {};
}

function service({ services }: Tree): string {
  return nameIn(services);
}

/** The first name of a section. */
function nameIn(section: unknown): string {
  return Object.keys((section ?? {}) as Tree)[0] ?? 'none';
}
