import { pow } from '../../../kernel/math.js';
import type { Cell } from '../../cell.js';
import { secondsIn } from '../../durations.js';
import { filled, from, list, map, plain, type Written, type WrittenMap } from '../../written.js';
import { durationOf } from '../istio/retries.js';
import { breakerOf } from './breaker.js';

/** What the Middlewares of a route do: limits of its calls, and what runs before. */
export interface Applied {
  readonly policy: WrittenMap | undefined;
  readonly middleware: readonly Written[];
}

/** `call`: the endpoint behind the address of a check, such as `http://auth:4181`. */
export function applied(
  specs: readonly Cell[],
  call: (address: Cell) => Written | undefined,
): Applied {
  const of = (name: string): Cell | undefined =>
    specs.map((spec) => spec.get(name)).find((one) => one !== undefined);
  const retry = retryOf(of('retry'));
  const circuitBreaker = breakerOf(of('circuitBreaker'));
  const at = (name: string): number => specs.findIndex((spec) => spec.get(name) !== undefined);
  const isOutside = retry && circuitBreaker && at('circuitBreaker') < at('retry');
  const order = isOutside ? list([plain('circuitBreaker'), plain('retry')]) : undefined;
  const check = of('forwardAuth')?.get('address');
  const target = check === undefined ? undefined : call(check);
  return {
    policy: filled(map({ retry, circuitBreaker, order })),
    middleware: [
      ...sizeOf(of('buffering')),
      ...inFlightOf(of('inFlightReq')),
      ...rateOf(of('rateLimit')),
      ...(target === undefined
        ? []
        : [map({ authenticate: map({ kind: plain('introspection'), call: target }) })]),
    ],
  };
}

/** Prefixes that Middlewares take away from the path. */
export function prefixesOf(specs: readonly Cell[]): readonly string[] {
  return specs.flatMap((spec) => {
    const prefixes = spec.get('stripPrefix', 'prefixes');
    const items = prefixes?.items() ?? [];
    return (items.length > 0 ? items : [prefixes]).flatMap((one) => one?.text()?.split(',') ?? []);
  });
}

/** Reasons of the settings of Middlewares without a counterpart. */
export const UNUSED: Readonly<Record<string, string>> = {
  'circuitBreaker.recoveryDuration':
    'Traefik admits about half of the requests while it recovers, the scenario all of them after the first success',
  circuitBreaker:
    'no route uses it, or its expression has no counterpart: write `circuitBreaker` in `policy` of the route',
  chain: 'the Middlewares that it names count',
  rateLimit: 'no route of these files uses it, or it counts by another key than the address',
  stripPrefix: 'a path leads to a route, whatever it is rewritten to',
  forwardAuth: 'no route uses it, or no service of these files has the address',
};

/**
 * `attempts` counts the first try. A request of which something was sent is not repeated. Source: traefik/traefik
 * pkg/middlewares/retry/retry.go.
 */
function retryOf(retry: Cell | undefined): WrittenMap | undefined {
  const attempts = retry?.get('attempts');
  const count = attempts?.number() ?? 0;
  if (count < 1) return undefined;
  const base = durationOf(retry?.get('initialInterval'));
  const factor = Number(pow(2, 1 / Math.max(1, count - 1)).toPrecision(4));
  return map({
    attempts: from(count, attempts),
    on: list([plain('connect')]),
    backoff:
      base === undefined || count < 2
        ? undefined
        : map({ kind: plain('exponential'), base, factor: plain(factor), jitter: plain('50%') }),
  });
}

/** Seconds of a period; one without a unit is in seconds. */
function periodOf(cell: Cell | undefined): number {
  const text = cell?.text() ?? '1s';
  return secondsIn(/^\d+$/.test(text) ? `${text}s` : text) ?? 1;
}

/** A bucket of tokens by the address of the client, for one of which a request waits half of its interval at most. */
function rateOf(limit: Cell | undefined): readonly Written[] {
  const average = limit?.get('average');
  const criterion = limit?.get('sourceCriterion');
  const isByOther =
    criterion?.get('requestHeaderName') !== undefined ||
    criterion?.get('requestHost')?.text() === 'true';
  const count = average?.number() ?? 0;
  if (limit === undefined || count <= 0 || isByOther) return [];
  const period = limit.get('period');
  const rate = count / periodOf(period);
  const burst = limit.get('burst');
  const wait = rate < 1 ? 500 : 1000 / (2 * Math.floor(rate));
  return [
    map({
      rateLimit: map({
        rate: from(`${Number(rate.toPrecision(6))}/s`, average, period),
        burst:
          (burst?.number() ?? 0) >= 1
            ? from(burst!.number()!, burst)
            : { ...plain(1), note: 'Traefik default' },
        maxWait: plain(`${Number(wait.toPrecision(6))}ms`),
        key: plain('client'),
        status: plain(429),
      }),
    }),
  ];
}

/** Requests at once; all of a host together, unless a criterion says otherwise. */
function inFlightOf(limit: Cell | undefined): readonly Written[] {
  const amount = limit?.get('amount');
  const count = amount?.number() ?? 0;
  const key =
    limit?.get('sourceCriterion', 'ipStrategy') === undefined ? undefined : plain('client');
  if (count < 1 || limit?.get('sourceCriterion', 'requestHeaderName') !== undefined) return [];
  return [map({ admit: map({ limit: from(count, amount), key, status: plain(429) }) })];
}

function sizeOf(buffering: Cell | undefined): readonly Written[] {
  const most = buffering?.get('maxRequestBodyBytes');
  const bytes = most?.number() ?? 0;
  return bytes <= 0
    ? []
    : [map({ filter: map({ kind: plain('size'), max: from(`${bytes}B`, most) }) })];
}
