import type { Cache, CacheLevel } from '../../spec/scenario/caching.js';
import type { Scenario } from '../../spec/scenario/scenario.js';
import { plural } from '../../text/words.js';
import { all, fieldsText, setFieldsText } from './fields.js';
import { HOST } from './process-text.js';
import { lines, plainText, sorted } from './values.js';

/** Every event store; its pools are shown with the calls. */
export function storeLines({ eventStores }: Scenario): readonly string[] {
  return lines(eventStores, (store) =>
    fieldsText(store, {
      ...HOST,
      ...all('hidden', 'pool', 'pools'),
      ...all('ifSet', 'maxConnections', 'reserved', 'connect', 'snapshots', 'appendMode'),
      ...(store.partitions === 1 ? all('hidden', 'partitions') : {}),
      ...(store.appendMode === null ? all('hidden', 'staleAfterNs') : {}),
    }),
  );
}

/** Every projection; the settings of batches have an effect only in an asynchronous one. */
export function projectionLines({ projections }: Scenario): readonly string[] {
  const ofBatches = ['batchSize', 'concurrency', 'checkpoint', 'onError'] as const;
  return lines(projections, ({ claims, hotCold, source, service, ...own }) => {
    const isAsync = own.lifecycle === 'async';
    const taken = claims && {
      ...(hotCold ? { mode: 'hotCold' } : {}),
      ...{ claimTimeout: plainText(claims.pausedNs, 'Ns') },
      ...{ claimInterval: plainText(claims.intervalNs, 'Ns') },
    };
    const hosted = { service: service ?? 'none (a core of its own)', ...taken };
    return fieldsText(
      { ...own, ...(isAsync ? hosted : {}) },
      {
        ...(isAsync ? {} : all('hidden', ...ofBatches)),
        ...all('ifSet', 'writes', 'rebuild'),
        from: (from) => (source === 'topic' ? `topic ${from}` : from),
      },
    );
  });
}

/** Every cache with its rules and its levels. */
export function cacheLines({ caches }: Scenario): readonly string[] {
  return sorted(caches).flatMap(([name, cache]) => [
    `${name}: ${cacheText(cache)}`,
    ...cache.levels.map((level) => `${name}.${level.name}: ${levelText(level, cache)}`),
  ]);
}

/** The cpu of the server is shown with the components. */
function cacheText(cache: Cache): string {
  return setFieldsText(cache, {
    ...all('hidden', 'levels', 'host', 'population'),
    ...all('always', 'coalesce', 'maxConnections'),
    ...(cache.host === null ? all('hidden', 'onError', 'maxConnections', 'pool') : {}),
    key: (key) => key && `${key} (${plural(cache.population, 'value')})`,
    hitRatio: 'ifGiven',
  });
}

/** Without simulated entries only the kind and the latency have an effect. */
function levelText(level: CacheLevel, { hitRatio }: Cache): string {
  const { kind, latency } = level;
  if (hitRatio !== null) return fieldsText({ kind, latency });
  const isLfu = level.eviction === 'lfu';
  return fieldsText(level, {
    ...all('ifSet', 'ttlJitter', 'sliding'),
    ...(isLfu ? {} : all('hidden', 'counts')),
  });
}
