import type { Cache, CacheLevel } from '../../contracts/scenario/caching.js';
import type { EventStore } from '../../contracts/scenario/event-stores.js';
import type { Projection } from '../../contracts/scenario/projections.js';
import { plural } from '../../text/words.js';
import { all, fieldsText, setFieldsText } from './fields.js';
import { HOST } from './process-text.js';
import { plainText } from './values.js';

/** An event store; its pools are shown with the calls. */
export function storeText(store: EventStore): string {
  return fieldsText(store, {
    ...HOST,
    ...all('hidden', 'pool pools'),
    ...all('ifSet', 'maxConnections reserved connect snapshots appendMode'),
    ...(store.partitions === 1 ? all('hidden', 'partitions') : {}),
    ...(store.appendMode === null ? all('hidden', 'staleAfterNs') : {}),
  });
}

/** A projection; the settings of batches have an effect only in an asynchronous one. */
export function projectionText({ claims, hotCold, source, service, ...own }: Projection): string {
  const taken = claims && {
    ...(hotCold ? { mode: 'hotCold' } : {}),
    claimTimeout: plainText(claims.pausedNs, 'Ns'),
    claimInterval: plainText(claims.intervalNs, 'Ns'),
  };
  const hosted = { service: service ?? 'none (a core of its own)', ...taken };
  const isAsync = own.lifecycle === 'async';
  return fieldsText(isAsync ? { ...own, ...hosted } : own, {
    ...all('ifSet', 'writes rebuild'),
    ...(isAsync ? {} : all('hidden', 'batchSize concurrency checkpoint onError')),
    from: (from) => (source === 'topic' ? `topic ${from}` : from),
  });
}

/** A cache with its rules and its levels. The cpu of its server is shown with the components. */
export function cacheLines(cache: Cache): readonly string[] {
  const text = setFieldsText(cache, {
    ...all('hidden', 'levels host population'),
    ...all('always', 'coalesce maxConnections'),
    ...(cache.host === null ? all('hidden', 'onError maxConnections pool') : {}),
    key: (key) => key && `${key} (${plural(cache.population, 'value')})`,
    hitRatio: 'ifGiven',
  });
  return [
    `: ${text}`,
    ...cache.levels.map((level) => `.${level.name}: ${levelText(level, cache)}`),
  ];
}

/** Without simulated entries only the kind and the latency have an effect. */
function levelText(level: CacheLevel, { hitRatio }: Cache): string {
  const { kind, latency, eviction } = level;
  if (hitRatio !== null) return fieldsText({ kind, latency });
  const counts = eviction === 'lfu' ? {} : all('hidden', 'counts');
  return fieldsText(level, { ...all('ifSet', 'ttlJitter sliding'), ...counts });
}
