import type { OutcomeName } from '../spec/outcome.js';
import type { Gateway } from '../spec/scenario/scenario.js';

/** What a gateway of some product does where the scenario does not say otherwise. */
export interface Product {
  readonly routing: Gateway['routing'];
  /**
   * What it answers when a call to a target ends without an answer. Empty = as a service of our own:
   * timeouts 504, refusals 503, a reset 502; what its policies refuse is 503 everywhere.
   */
  readonly answers: readonly (readonly [OutcomeName, number])[];
  /** Bundle of its calls to a target with this number of instances, policy to fields. Empty = no policy. */
  upstream(servers: number): Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const NO_POLICY = {};

/**
 * Envoy: every failure without an answer is its own 503 (flags UF, UC, UR), but 504 for the timeout of
 * the route, 15 s over everything; no retries. route_components.proto, response_flags.
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

/** nginx answers 502 where there is no connection or it breaks, 504 where time is up. */
const NGINX_ANSWERS: Product['answers'] = [
  ['refused', 502],
  ['connectTimeout', 504],
  ['reset', 502],
  ['timeout', 504],
];

/**
 * Kong: connect, write and read timeouts of 60 s, five more tries of what failed at the connection; its
 * nginx answers the rest. services.lua, runloop/balancer.
 */
const KONG: Product = {
  routing: 'kong',
  answers: NGINX_ANSWERS,
  upstream: () => ({ timeout: { after: '60s' }, retry: { kind: 'kong', attempts: 6 } }),
};

/**
 * nginx: proxy_read_timeout 60 s; proxy_next_upstream error timeout tries each server of the upstream
 * once. ngx_http_proxy_module.
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
 * Spring Cloud Gateway: no limit on the time of an answer, no retries. Exceptions of Netty become 500, except its
 * response timeout: 504. NettyRoutingFilter and its tests.
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

const SIMPLE: Product = { routing: 'firstMatch', answers: [], upstream: () => NO_POLICY };

export const PRODUCTS: Readonly<Record<Gateway['kind'], Product>> = {
  simple: SIMPLE,
  kong: KONG,
  envoy: ENVOY,
  nginx: NGINX,
  spring: SPRING,
};

/** Priority of the Kong plugin that a middleware stands for, by name or name and kind. */
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
  // No plugins: nginx compresses what comes back, and lets requests wait for one answer.
  ['compress', 0],
  ['coalesce', 0],
]);

/** The priority Kong runs a middleware by, the highest first; undefined where its kind has to tell. */
export function kongPriority(name: string, kind: string | null): number | undefined {
  return PRIORITIES.get(name) ?? PRIORITIES.get(`${name} ${kind}`);
}
