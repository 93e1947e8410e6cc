/**
 * Every policy that is a layer of a call's chain in the language, those of later versions included,
 * so that a written `order` may name them. `deadline` is no layer: it stands inside an outermost
 * fallback.
 */
export const layerNames: readonly string[] = [
  'fallback',
  'coalesce',
  'retry',
  'hedge',
  'throttle',
  'circuitBreaker',
  'rateLimit',
  'timeout',
  'concurrencyLimit',
  'bulkhead',
];

const POLLY: readonly string[] = [
  'fallback',
  'coalesce',
  'rateLimit',
  'concurrencyLimit',
  'bulkhead',
  'hedge',
  'retry',
  'throttle',
  'circuitBreaker',
  'timeout',
];

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
  [
    'envoy',
    [
      'fallback',
      'coalesce',
      'rateLimit',
      'concurrencyLimit',
      'throttle',
      'retry',
      'hedge',
      'circuitBreaker',
      'bulkhead',
      'timeout',
    ],
  ],
  [
    'hystrix',
    [
      'fallback',
      'coalesce',
      'retry',
      'hedge',
      'circuitBreaker',
      'throttle',
      'rateLimit',
      'concurrencyLimit',
      'bulkhead',
      'timeout',
    ],
  ],
  [
    'grpc',
    [
      'fallback',
      'coalesce',
      'throttle',
      'retry',
      'hedge',
      'circuitBreaker',
      'rateLimit',
      'concurrencyLimit',
      'bulkhead',
      'timeout',
    ],
  ],
  [
    'finagle',
    [
      'fallback',
      'coalesce',
      'retry',
      'hedge',
      'throttle',
      'circuitBreaker',
      'timeout',
      'rateLimit',
      'concurrencyLimit',
      'bulkhead',
    ],
  ],
]);
