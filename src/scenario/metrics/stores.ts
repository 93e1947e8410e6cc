import { metric } from './entry.js';

const STORE = ['eventStore'] as const;
const PROJECTION = ['projection'] as const;

/** Metrics of event stores and projections. */
export const STORE_METRICS = [
  metric(
    'appends',
    STORE,
    'number',
    'none',
    'none',
    'Appends that came to their commit, conflicts among them; the mean over runs.',
  ),
  metric(
    'conflicts',
    STORE,
    'share',
    'none',
    'low',
    'Share of the appends that met another version than they expected.',
  ),
  metric(
    'snapshotsInvalidated',
    STORE,
    'number',
    'none',
    'low',
    'Streams whose snapshot a `flush` took away; the mean over runs.',
  ),
  metric(
    'skippedGaps',
    STORE,
    'number',
    'none',
    'low',
    'Of marten: how often projections went on without places that were still empty after `staleAfter`; the mean over runs.',
  ),
  metric(
    'replayed',
    STORE,
    'number',
    'required',
    'low',
    'Events that a load applied, those in a snapshot not counted.',
  ),
  metric(
    'reads',
    [...PROJECTION, 'cache', 'level', 'database'],
    'number',
    'none',
    'none',
    'Reads of the view that were answered, lookups in a cache or a level, reads of a database with replicas, ' +
      'searches of a shard of elasticsearch; ' +
      'the mean over runs.',
  ),
  metric(
    'staleReads',
    [...PROJECTION, 'cache', 'level', 'database'],
    'share',
    'none',
    'low',
    'Share of the reads whose answer misses an event of its entity that was committed before the read ' +
      'began; of a cache, whose value was written after it was loaded; of a database with replicas, at a replica ' +
      'that missed a committed write of their row (without `key`: any write); of elasticsearch, share of the ' +
      'searches of a shard at a copy that has not refreshed since a write.',
  ),
  metric(
    'backwardReads',
    PROJECTION,
    'share',
    'none',
    'low',
    'Share of the reads of a view with replicas whose answer misses an event of its entity that an earlier answer ' +
      'to the same `client` had.',
  ),
  metric(
    'staleness',
    PROJECTION,
    'seconds',
    'required',
    'low',
    'Of each read: age of the first event that its answer misses, when it began; 0 where it misses none.',
  ),
  metric(
    'catchUp',
    PROJECTION,
    'seconds',
    'required',
    'low',
    'Time a rebuild takes until it has every event; nothing where it never has.',
  ),
] as const;
