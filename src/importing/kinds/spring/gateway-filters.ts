import { DerivedCell, type Cell } from '../../cell.js';
import { from, list, map, plain, type Written, type WrittenScalar } from '../../written.js';
import { durationIn, numberIn, property, valueOf } from './properties.js';
import { breakerNamed, limitNamed } from './resilience4j.js';

/** What the filters of a route do, as policies of its calls and as middleware before them. */
export interface Filtered {
  readonly policy: ReadonlyMap<string, Written>;
  readonly middleware: readonly Written[];
  /** Its breaker, which is one for all routes that name it. */
  readonly breaker: { readonly name: string; readonly written: Written } | null;
}

/** A filter with its arguments: `Retry=3,BAD_GATEWAY` or a mapping with `name` and `args`. */
interface Filter {
  readonly name: string;
  readonly cell: Cell;
  /** The value of an argument, or that of its place in the short form. */
  arg(key: string, place?: number): Cell | undefined;
  /** The texts of a list, or of those words of the short form. */
  words(key: string, place?: number): readonly string[];
}

function filterOf(cell: Cell): Filter {
  const [, short, text = ''] = /^(\w+)(?:=(.*))?$/s.exec(valueOf(cell) ?? '') ?? [];
  const parts = text.split(',').map((part) => part.trim());
  const args = property(cell, 'args');
  const arg = (key: string): Cell | undefined => property(args, key);
  return {
    name: short ?? valueOf(property(cell, 'name')) ?? '',
    cell,
    arg: (key, place = -1) =>
      short === undefined
        ? arg(key)
        : parts[place]
          ? new DerivedCell(cell.path, [cell], parts[place])
          : undefined,
    words(key, place = -1) {
      if (short !== undefined) return parts[place] ? [parts[place]] : [];
      const own = arg(key);
      const cells = own?.items() ?? [];
      const texts = cells.length > 0 ? cells.map(valueOf) : (valueOf(own)?.split(',') ?? []);
      return texts.flatMap((one) => one?.trim() || []);
    },
  };
}

/**
 * The filters of a route after those of all routes. `root`: settings of resilience4j; `limit`: `response-timeout`. Sources:
 * spring-cloud/spring-cloud-gateway, SpringCloudCircuitBreakerFilterFactory.java, RetryGatewayFilterFactory.java,
 * RedisRateLimiter.java; spring-cloud/spring-cloud-circuitbreaker, ReactiveResilience4JCircuitBreakerFactory.java.
 */
export function filtered(cells: readonly Cell[], root: Cell, limit: Written | undefined): Filtered {
  const policy = new Map<string, Written>();
  const order: string[] = [];
  const middleware: Written[] = [];
  let breaker: Filtered['breaker'] = null;
  for (const filter of cells.map(filterOf)) {
    if (filter.name === 'RequestRateLimiter') middleware.push(...rateOf(filter));
    if (filter.name === 'Retry' && !policy.has('retry')) {
      policy.set('retry', retryOf(filter));
      order.push('retry');
    }
    const name = filter.name === 'CircuitBreaker' ? filter.arg('name', 0) : undefined;
    if (name === undefined || policy.has('circuitBreaker')) continue;
    const text = valueOf(name) ?? '';
    const failOn = [...EXCEPTIONS, ...filter.words('status-codes').flatMap(statusOf)];
    const fields = [
      ...breakerNamed(root, text).entries,
      ['failOn', list(failOn.map(plain))],
    ] as const;
    const written = map(fields, [name]);
    breaker = { name: text, written };
    policy.set('circuitBreaker', written);
    const after = limitNamed(root, text);
    if (after !== null) policy.set('timeout', map({ after }));
    order.push('circuitBreaker', ...(after === null ? [] : ['timeout']));
    filter
      .arg('fallback-uri')
      ?.list('what a controller of the gateway answers is in its code: write `fallback`');
  }
  if (limit !== undefined && !policy.has('timeout')) {
    policy.set('timeout', limit);
    if (order.length > 0) order.push('timeout');
  }
  if (order.length > 1) policy.set('order', list(order.map((layer) => plain(layer))));
  return { policy, middleware, breaker };
}

/** A failed connection and a time limit are exceptions; a response is none, whatever its status. */
const EXCEPTIONS: readonly (string | number)[] = ['connect', 'reset', 'timeout'];

/** Three more tries of a GET that fails or has a status from 500 on, at once. */
function retryOf(filter: Filter): Written {
  const retries = filter.arg('retries', 0);
  const count = numberIn(retries);
  const statuses = filter.words('statuses', 1).flatMap(statusOf);
  const series = filter.words('series').map((word) => SERIES[word.toUpperCase()] ?? '');
  const all = series.filter((word) => word !== '');
  // Statuses are repeated beside those of the series, which is that of the server's failures by default.
  const own = all.length > 0 ? all : filter.arg('series') === undefined ? ['5xx'] : [];
  const methods = filter.words('methods', 2);
  const base = durationIn(filter.arg('backoff.first-backoff', 3));
  const factor = filter.arg('backoff.factor', 5);
  const backoff = map({
    kind: plain('exponential'),
    base: base ?? { ...plain('5ms'), note: 'Spring default' },
    factor: numberIn(factor) === undefined ? undefined : from(numberIn(factor)!, factor),
    max: durationIn(filter.arg('backoff.max-backoff', 4)),
  });
  const isWaiting = base !== undefined || filter.arg('backoff') !== undefined;
  for (const key of ['statuses', 'series', 'methods'])
    for (const cell of filter.arg(key)?.leaves() ?? []) cell.put();
  return map(
    {
      attempts:
        count === undefined || count < 1
          ? { ...plain(4), note: 'Spring default, 3 retries' }
          : from(count + 1, retries),
      on: list([...EXCEPTIONS, ...own, ...statuses].map(plain)),
      methods: list(
        (methods.length > 0 ? methods : ['GET']).map((word) => plain(word.toUpperCase())),
      ),
      backoff: isWaiting ? backoff : undefined,
    },
    [filter.cell.isScalar ? filter.cell : property(filter.cell, 'name')],
  );
}

const SERIES: Readonly<Record<string, string>> = { SERVER_ERROR: '5xx', CLIENT_ERROR: '4xx' };

const STATUSES: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  NOT_FOUND: 404,
  REQUEST_TIMEOUT: 408,
  TOO_MANY_REQUESTS: 429,
  INTERNAL_SERVER_ERROR: 500,
  BAD_GATEWAY: 502,
  SERVICE_UNAVAILABLE: 503,
  GATEWAY_TIMEOUT: 504,
};

function statusOf(word: string): readonly number[] {
  const status = STATUSES[word.toUpperCase()] ?? Number(word);
  return status >= 400 && status < 600 ? [status] : [];
}

/** A bucket of tokens in Redis for each client. */
function rateOf(filter: Filter): readonly Written[] {
  const rate = filter.arg('redis-rate-limiter.replenish-rate', 0);
  const burst = filter.arg('redis-rate-limiter.burst-capacity', 1);
  const each = filter.arg('redis-rate-limiter.requested-tokens', 2);
  const [count, most, tokens] = [rate, burst, each].map(numberIn);
  if (!(count! > 0)) return [];
  const cost = tokens !== undefined && tokens > 0 ? tokens : 1;
  const size = Math.max(1, Math.floor((most ?? 1) / cost));
  const places: readonly (Cell | undefined)[] = cost === 1 ? [] : [each];
  const text: WrittenScalar = from(`${Number((count! / cost).toPrecision(6))}/s`, rate, ...places);
  filter.arg('key-resolver')?.list('by what it counts is in the code: by client here');
  return [
    map({
      rateLimit: map({
        rate: text,
        burst: burst === undefined ? plain(1) : from(size, burst, ...places),
        key: plain('client'),
        status: plain(429),
      }),
    }),
  ];
}
