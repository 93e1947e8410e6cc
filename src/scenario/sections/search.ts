import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Cpu } from '../../contracts/scenario/process.js';
import type { SearchEngine, ThreadPool, ThreadPoolName } from '../../contracts/scenario/search.js';
import type { WrittenDatabase } from '../../contracts/scenario/database.js';
import type { Cursor } from '../resolve/context.js';

/** Default replicas per shard: index.number_of_replicas (elastic/elasticsearch: IndexMetadata.java). */
const REPLICAS = 1;

/**
 * elastic/elasticsearch: index.refresh_interval and index.search.idle.after (IndexSettings.java). An index with an
 * explicit interval is never idle (IndexShard.java, scheduledRefresh).
 */
const REFRESH_NS = NS_PER_SECOND;
const IDLE_AFTER_NS = 30 * NS_PER_SECOND;

/**
 * Fields of a database without effect in a search engine, where every in-sync copy executes writes and serves reads.
 */
const FOREIGN: readonly (readonly [path: readonly string[], message: string])[] = [
  [['replicas', 'lag'], 'replicas apply a write before the response: remove lag'],
  [['replicas', 'mode'], 'a write waits for all in-sync copies: remove mode'],
  [['replicas', 'semiSyncTimeout'], 'a write waits for all in-sync copies: remove it'],
  [['replicas', 'applyRate'], 'a replica applies writes in its own threads: remove applyRate'],
  [['route'], 'reads rotate over the in-sync copies: remove route'],
  [['knee'], 'thread pools limit the threads: remove knee'],
];

/** Number of nodes of a database: the primary and its replicas, or the shards, or the copies of all shards. */
export function nodesOf({ kind, replicas, shards }: WrittenDatabase): number {
  if (kind === 'elasticsearch') return (shards?.count ?? 1) * (1 + (replicas?.count ?? REPLICAS));
  return shards?.count ?? 1 + (replicas?.count ?? 0);
}

/** Resolves the settings of a search engine; null for other databases. */
export function resolveSearch(
  here: Cursor,
  output: WrittenDatabase,
  cpu: Cpu,
): SearchEngine | null {
  const { kind, replicas, threadPools, refresh } = output;
  if (kind !== 'elasticsearch') {
    for (const field of ['threadPools', 'refresh'] as const) {
      if (output[field] === null) continue;
      const message = `${kind} does not support ${field}: remove it, or write kind: elasticsearch`;
      here.in(field).conflict(message);
    }
    return null;
  }
  for (const [field, message] of FOREIGN) {
    const at = here.in(...field);
    if (at.written() !== undefined) at.conflict(message);
  }
  for (const [name, { lock }] of Object.entries(output.operations)) {
    const message = 'documents are not locked: remove lock';
    if (lock) here.in('operations', name, 'lock').conflict(message);
  }
  if (cpu.cores === Infinity && cpu.quota === null) {
    here.in('kind').conflict('the number of threads depends on the cores: write cpu');
  }
  const isExplicit = refresh?.intervalNs !== undefined;
  if (isExplicit && refresh?.idleAfterNs !== undefined) {
    const message = 'an index with its own interval is never idle: remove idleAfter';
    here.in('refresh', 'idleAfter').conflict(message);
  }
  const { intervalNs = REFRESH_NS, idleAfterNs = isExplicit ? null : IDLE_AFTER_NS } =
    refresh ?? {};
  return {
    copies: 1 + (replicas?.count ?? REPLICAS),
    threadPools: poolsOf(cpu, threadPools),
    refresh: { intervalNs, idleAfterNs },
  };
}

/**
 * Sizes of the thread pools. elastic/elasticsearch, version 8: docs/reference/modules/threadpool.asciidoc. Since 9.0
 * the search queue has 1000 places per thread; since 9.2 the write queue has at least 750 per core
 * (DefaultBuiltInExecutorBuilders.java).
 */
function poolsOf(
  { cores, quota }: Cpu,
  written: WrittenDatabase['threadPools'],
): SearchEngine['threadPools'] {
  const processors = Math.ceil(Math.min(cores, quota?.limit ?? Infinity));
  const reading = Math.floor((processors * 3) / 2) + 1;
  const own = (name: ThreadPoolName, size: number, queueSize: number): ThreadPool => ({
    size: written?.[name]?.size ?? size,
    queueSize: written?.[name]?.queueSize ?? queueSize,
  });
  return {
    search: own('search', reading, 1000),
    get: own('get', reading, 1000),
    write: own('write', processors, 10_000),
  };
}
