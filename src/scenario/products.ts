import type { OutcomeName } from '../contracts/outcome.js';
import type { Gateway } from '../contracts/scenario/scenario.js';

/** Defaults of a gateway product. */
export interface Product {
  readonly routing: Gateway['routing'];
  /**
   * Statuses that it returns if a call to a target ends without a response. Empty = as a service: timeouts 504,
   * refusals 503, a reset 502. A refusal by its policies is 503 in every product.
   */
  readonly answers: readonly (readonly [OutcomeName, number])[];
  /** Default bundle of its calls to a target with this many instances: policies with their fields. Empty = none. */
  upstream(servers: number): Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const NO_POLICY = {};

/**
 * Envoy: every failure without a response is a 503 (flags UF, UC, UR), except that the route timeout is a 504. The
 * route timeout is 15 s including retries; there are no retries by default. route_components.proto, response_flags.
 */
const ENVOY: Product = {
  routing: 'envoy',
  answers: [
    ['refused', 503],
    ['connectTimeout', 503],
    ['reset', 503],
    ['timeout', 504],
  ],
  upstream: () => ({ timeout: { after: '15s' } }),
};

/** nginx: 502 if a connection is refused or breaks, 504 after a timeout. */
const NGINX_ANSWERS: Product['answers'] = [
  ['refused', 502],
  ['connectTimeout', 504],
  ['reset', 502],
  ['timeout', 504],
];

/**
 * Kong: connect, write and read timeouts of 60 s, five retries of connection failures. Statuses are those of its nginx.
 * services.lua, runloop/balancer.
 */
const KONG: Product = {
  routing: 'kong',
  answers: NGINX_ANSWERS,
  upstream: () => ({ timeout: { after: '60s' }, retry: { kind: 'kong', attempts: 6 } }),
};

/**
 * nginx: proxy_read_timeout 60 s. `proxy_next_upstream error timeout` tries each server of the upstream once.
 * ngx_http_proxy_module.
 */
const NGINX: Product = {
  routing: 'nginx',
  answers: NGINX_ANSWERS,
  upstream: (servers) => ({
    timeout: { after: '60s' },
    ...(servers > 1 ? { retry: { kind: 'nginx', attempts: servers } } : {}),
  }),
};

/**
 * Spring Cloud Gateway: no response timeout, no retries. Exceptions of Netty become 500, except that its response
 * timeout is 504. NettyRoutingFilter and its tests.
 */
const SPRING: Product = {
  routing: 'firstMatch',
  answers: [
    ['refused', 500],
    ['connectTimeout', 500],
    ['reset', 500],
    ['timeout', 504],
  ],
  upstream: () => NO_POLICY,
};

/**
 * Caddy: 502, also if no connection is made in time, and 504 after a timeout for the response. No response timeout, no
 * retries. modules/caddyhttp/reverseproxy/reverseproxy.go: statusError; a DialError is no net.Error.
 */
const CADDY: Product = {
  routing: 'firstMatch',
  answers: [
    ['refused', 502],
    ['connectTimeout', 502],
    ['reset', 502],
    ['timeout', 504],
  ],
  upstream: () => NO_POLICY,
};

/**
 * YARP: 502, and 504 if a timeout cancels the request or the attempt to connect. ActivityTimeout 100 s, no retries.
 * HttpForwarder.cs: HandleRequestFailureAsync.
 */
const YARP: Product = {
  routing: 'firstMatch',
  answers: NGINX_ANSWERS,
  upstream: () => ({ timeout: { after: '100s' } }),
};

const SIMPLE: Product = { routing: 'firstMatch', answers: [], upstream: () => NO_POLICY };

export const PRODUCTS: Readonly<Record<Gateway['kind'], Product>> = {
  simple: SIMPLE,
  kong: KONG,
  envoy: ENVOY,
  nginx: NGINX,
  spring: SPRING,
  caddy: CADDY,
  yarp: YARP,
};

/** Priority of the Kong plugin that corresponds to a middleware, by name, or by name and kind. */
const PRIORITIES: ReadonlyMap<string, number> = new Map([
  ['correlate', 100_001],
  ['filter bot', 2500],
  ['authenticate session', 1900],
  ['authenticate introspection', 1700],
  ['authenticate mtls', 1600],
  ['authenticate jwt', 1450],
  ['authenticate apiKey', 1250],
  ['authenticate basic', 1100],
  ['translate', 998],
  ['filter ip', 990],
  ['filter size', 951],
  ['authorize roles', 950],
  ['authorize opa', 920],
  ['rateLimit', 910],
  ['transform', 801],
  ['cache', 100],
  ['log', 12],
  // Not plugins: nginx itself compresses responses, and lets requests wait for a common response.
  ['compress', 0],
  ['coalesce', 0],
]);

/** Priority of a middleware in Kong, where the highest runs first. undefined if it depends on a missing kind. */
export function kongPriority(name: string, kind: string | null): number | undefined {
  return PRIORITIES.get(name) ?? PRIORITIES.get(`${name} ${kind}`);
}
