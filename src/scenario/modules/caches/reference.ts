const around = (title: string, cache: string, show: string): string => `faultline: 1
title: ${title}
run: { duration: 30s }
keys: { item: zipf(count=1000) }
caches:
  items: { keys: item, ${cache} }
databases:
  store: { operations: { read: 10ms, write: { work: 10ms, write: true } } }
services:
  shop: { replicas: 2, endpoints: { show: [ ${show} ] } }
workloads:
  users: { arrivals: poisson(100/s), requests: [ { call: shop.show } ] }
`;

const READ = 'cache: { get: items, onMiss: [ query: store.read ] }';

/** Reference of the kinds of levels and the patterns of caches: description, sources and example. */
export const CACHE_REFERENCE = [
  {
    kind: 'local',
    component: 'cache',
    summary:
      'A level in the memory of each instance that uses the cache. A lookup uses CPU time of the instance. ' +
      'Other instances do not see its entries, and they are lost with the process.',
    sources: ['ben-manes/caffeine: README.md', '1a1a11a/libCacheSim: libCacheSim/cache/eviction'],
    example: around(
      'A hundred places in each process',
      'levels: [ { name: near, kind: local, capacity: 100, ttl: 10s } ]',
      READ,
    ),
  },
  {
    kind: 'redis',
    component: 'cache',
    summary:
      'A shared level: one server that every instance calls over the network, through a pool if it has ' +
      'one. Commands share its CPU; with `cpu: 1` they run one at a time. A crash empties it.',
    sources: ['redis/redis: redis.conf', 'Redis documentation: key eviction, EXPIRE'],
    example: around(
      'A local level in front of a shared one',
      'levels: [ { name: near, kind: local, ttl: 1s }, { name: far, kind: redis, latency: 0.5ms, cpu: 1 } ]',
      READ,
    ),
  },
  {
    kind: 'memcached',
    component: 'cache',
    summary:
      'A shared level like `redis`: commands wait for each other only with `cpu`. With `coalesce: cluster` one ' +
      'request loads a value for all, as with a lease.',
    sources: ['Nishtala et al. 2013, Scaling Memcache at Facebook, 3.2.1'],
    example: around(
      'One load for all instances',
      'coalesce: cluster, levels: [ { name: far, kind: memcached, ttl: 5s } ]',
      READ,
    ),
  },
  {
    kind: 'cdn',
    component: 'cache',
    summary:
      'A shared level near the clients, for the middleware `cache` of a gateway. It follows the rules of ' +
      'the other shared levels; `staleWhileRevalidate` works as in HTTP.',
    sources: ['RFC 5861', 'RFC 9111'],
    example: around(
      'Stale values are served while they are fetched again',
      'staleWhileRevalidate: 30s, levels: [ { name: edge, kind: cdn, ttl: 5s } ]',
      READ,
    ),
  },
] as const;
