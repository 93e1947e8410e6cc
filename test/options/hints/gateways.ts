import type { Tree } from '../figures.js';
import { all, fill, put } from './hint.js';
import type { Hint } from './hint.js';
import { hostHints } from './hosts.js';
import { GATES, LIMITS } from './limits.js';

const BASE = 'doors.yaml';
const CHAIN = String.raw`^gateways\.\*\.middleware\[\]\.`;

/** Adds fields to the only member of the chain. */
function member(fields: Tree): (tree: Tree) => void {
  return (tree) => {
    const [[name] = ['']] = entries(tree);
    fill(`gateways.edge.middleware.0.${name}`, fields)(tree);
  };
}

function entries({ gateways }: Tree): [string, unknown][] {
  const { edge } = gateways as { edge: { middleware: Tree[] } };
  return Object.entries(edge.middleware[0]!);
}

function chain(option: string, beside: Tree, values?: readonly unknown[]): Hint {
  const given = values === undefined ? {} : { values };
  return { option: new RegExp(CHAIN + option), base: BASE, beside: member(beside), ...given };
}

/** A limiter of each kind, low enough to refuse. */
const limiters = Object.entries(LIMITS).flatMap(([kind, fields]) => {
  const shared = kind === 'kong' ? { policy: 'redis' } : { scope: 'caller' };
  const error = kind === 'kong' ? {} : { onError: 'allow' };
  return [
    chain(`rateLimit<${kind}>\\.(?!store|when|scope|key|work|reject|call|onError)`, fields),
    chain(`rateLimit<${kind}>\\.key$`, fields, ['user', 'client']),
    chain(`rateLimit<${kind}>\\.scope$`, fields, ['caller', 'instance']),
    chain(`rateLimit<${kind}>\\.faultTolerant$`, {
      ...fields,
      ...shared,
      store: { of: 'counter.incr' },
    }),
    chain(`rateLimit<${kind}>\\.onError$`, { ...fields, call: 'flaky.check' }),
    chain(`rateLimit<${kind}>\\.(work|reject|call)$`, fields),
    chain(`rateLimit<${kind}>\\.when`, fields),
    chain(`rateLimit<${kind}>\\.when\\.class$`, fields, ['gold']),
    chain(`rateLimit<${kind}>\\.when\\.workload$`, fields, ['shoppers']),
    chain(`rateLimit<${kind}>\\.when\\.header`, fields, ['gold']),
    chain(`rateLimit<${kind}>\\.store\\.(latency|of|cache)$`, { ...fields, ...shared }),
    chain(`rateLimit<${kind}>\\.store\\.onError$`, { ...fields, ...shared }),
    {
      option: new RegExp(`${CHAIN}rateLimit<${kind}>\\.store\\.(cache|onError)$`),
      base: BASE,
      beside: all(
        member({ ...fields, ...shared }),
        fill('gateways.edge.middleware.0.rateLimit.store', { of: 'counter.incr', ...error }),
      ),
    },
  ];
});

/** Adaptive limits that start at their smallest value. */
const GROWING: Readonly<Record<string, Tree>> = {
  envoyGradient: { min: 2, requestCount: 5, buffer: '100%' },
  gradient2: { initial: 2, min: 1, rttTolerance: 5, queueSize: 20 },
  vegas: { initial: 2 },
};
const largest = Object.entries(GROWING).map(([kind, fields]) =>
  chain(`admit<${kind}>\\.max$`, fields, [2, 40]),
);

/** A concurrency limit of each kind, low enough to refuse. */
const gates = Object.entries(GATES).flatMap(([kind, fields]) => [
  chain(`admit<${kind}>\\.(?!when|key|onError)`, fields),
  chain(`admit<${kind}>\\.key$`, fields, ['user', 'client']),
  chain(`admit<${kind}>\\.onError$`, { ...fields, call: 'flaky.check' }),
  chain(`admit<${kind}>\\.when\\.class$`, fields, ['gold']),
  chain(`admit<${kind}>\\.when\\.workload$`, fields, ['shoppers']),
  chain(`admit<${kind}>\\.when\\.header`, fields, ['gold']),
]);

/** Members of a chain that refuse by share or by a call. */
const members: readonly Hint[] = [
  chain(String.raw`(?!rateLimit|admit)\w+\.status$`, { reject: '30%' }),
  chain(String.raw`(?!rateLimit|admit)\w+\.onError$`, { call: 'flaky.check' }),
  chain(String.raw`(?!rateLimit|admit)\w+\.dryRun$`, { reject: '30%' }),
  chain(String.raw`(?!rateLimit|admit|cache|coalesce)\w+\.when\.class$`, { reject: '30%' }, [
    'gold',
  ]),
  chain(String.raw`(?!rateLimit|admit|cache|coalesce)\w+\.when\.workload$`, { reject: '30%' }, [
    'shoppers',
  ]),
  chain(String.raw`(?!rateLimit|admit|cache|coalesce)\w+\.when\.header`, { reject: '30%' }, [
    'gold',
  ]),
  chain(String.raw`\w+\.work(PerKiB)?$`, {}, ['1ms', '3ms']),
  chain(String.raw`authenticate\.cacheRefusals$`, {
    call: 'flaky.refuse',
    cacheTtl: '2s',
    key: 'user',
  }),
  {
    option: new RegExp(`${CHAIN}filter\\.kind$`),
    base: BASE,
    values: ['ip', 'bot'],
    beside: all(
      member({ reject: '30%' }),
      fill('gateways.edge', { kind: 'kong' }),
      fill('gateways.edge.middleware.1.authenticate', {
        kind: 'basic',
        reject: '30%',
        work: '1ms',
      }),
    ),
  },
  chain(String.raw`(cache|coalesce)\.(?!when|key)`, {}),
  chain(String.raw`cache\.cache$`, {}, ['pages', 'parts']),
  chain(String.raw`cache\.key$`, {}, ['part', 'page']),
  chain(String.raw`cache\.methods`, {}, ['POST', 'GET']),
  chain(String.raw`cache\.ttl$`, {}, ['20ms', '3s']),
  chain(String.raw`coalesce\.key$`, {}, ['page', 'user']),
  chain(String.raw`cache\.when\.class$`, {}, ['gold']),
  chain(String.raw`cache\.when\.workload$`, {}, ['shoppers']),
  chain(String.raw`cache\.when\.header`, {}, ['gold']),
  chain(String.raw`coalesce\.when\.class$`, {}, ['gold']),
  chain(String.raw`coalesce\.when\.workload$`, {}, ['shoppers']),
  chain(String.raw`coalesce\.when\.header`, {}, ['gold']),
];

/** Four policies whose order matters. */
const GUARD = {
  timeout: '8ms',
  retry: { attempts: 2, on: ['error', 'timeout'], backoff: { kind: 'constant', base: '5ms' } },
  fallback: { status: 200 },
};
const ORDER = ['retry', 'fallback', 'timeout'];
const RETRIED = { timeout: '8ms', retry: { attempts: 2, on: ['timeout'] } };

/** Selection of the route of a request, and its effect. */
const routes: readonly Hint[] = [
  route('match\\.method', ['GET', 'POST']),
  route('match\\.host', ['a.example', 'b.example']),
  route('match\\.headers', ['gold', 'iron']),
  {
    option: /^gateways\.\*\.routes\[\]\.responseSize$/,
    base: 'routes.yaml',
    at: ['gateways', 'edge', 'routes', 0],
    values: ['10KiB'],
  },
  {
    option: /^gateways\.\*\.routes\[\]\.steps\[\]\.optional$/,
    base: 'routes.yaml',
    at: ['gateways', 'edge', 'routes', 0, 'steps', 0],
    values: [true, false],
  },
  route('policy\\.idempotencyKey', ['request'], RETRIED),
  route('policy\\.order', [ORDER], GUARD),
  {
    option: /^gateways\.\*\.outbound\.\*\.idempotencyKey$/,
    base: 'routes.yaml',
    values: ['request'],
    beside: fill('gateways.edge.outbound.default', RETRIED),
  },
  {
    option: /^gateways\.\*\.outbound\.\*\.order$/,
    base: 'routes.yaml',
    values: [ORDER],
    beside: fill('gateways.edge.outbound.default', GUARD),
  },
  {
    option: /^gateways\.\*\.routing$/,
    base: 'routes.yaml',
    values: ['gatewayApi', 'firstMatch'],
  },
  {
    option: /^gateways\.\*\.labels/,
    base: 'routes.yaml',
    values: ['gold'],
    beside: (tree) => {
      const slow = { id: 'tried', kind: 'slow', factor: 3, optional: true, at: '1s', for: '1s' };
      tree.faults = [{ ...slow, target: 'edge', labels: { x1: 'gold' } }];
    },
  },
  {
    option: /^gateways\.\*\.zone\.\*$/,
    base: 'routes.yaml',
    values: [1, 2],
    // The others of three replicas are in the other zone.
    beside: (tree) => {
      const { edge } = tree.gateways as { edge: Tree };
      const zone = edge.zone as Record<string, number>;
      edge.replicas = 3;
      zone.a = 3 - (zone.x1 ?? 0);
    },
  },
];

function route(option: string, values: readonly unknown[], policy: Tree = {}): Hint {
  return {
    option: new RegExp(`^gateways\\.\\*\\.routes\\[\\]\\.${option}`),
    base: 'routes.yaml',
    at: ['gateways', 'edge', 'routes', 1],
    values,
    beside: fill('gateways.edge.routes.1.policy', policy),
  };
}

/** What is tried for requests of a class, for the instances of one of two versions. */
const ofVersions: readonly Hint[] = [...limiters, ...gates, ...members]
  .filter(({ option }) => option.source.endsWith(String.raw`when\.class$`))
  .map(({ option, beside = () => {} }) => ({
    option: new RegExp(option.source.replace(/class\$$/, 'version$')),
    base: BASE,
    values: ['x1', 'x2'],
    beside: all(
      beside,
      put('gateways.edge', { replicas: { x1: 1, x2: 1 }, versions: { x1: {}, x2: {} } }),
    ),
  }));

/** Hints for options of gateways. */
export const gateways: readonly Hint[] = [
  ...routes,
  ...limiters,
  ...largest,
  ...gates,
  ...members,
  ...ofVersions,
  {
    option: /^gateways\.\*\.outbound$/,
    base: BASE,
    values: ['wire', 'again'],
  },
  ...hostHints('gateways', 'edge'),
];
