import { counted, portion, timed, metric } from './entry.js';

const STORE = ['eventStore'] as const;
const PROJECTION = ['projection'] as const;

/** Metrics of event stores and projections. */
export const STORE_METRICS = [
  counted(
    'appends',
    STORE,
    'none',
    'Appends that reached their commit, including conflicts; the mean over runs.',
  ),
  portion(
    'conflicts',
    STORE,
    'low',
    'Share of the appends that found a different version than expected.',
  ),
  counted(
    'snapshotsInvalidated',
    STORE,
    'low',
    'Streams whose snapshot was deleted by a `flush`; the mean over runs.',
  ),
  counted(
    'skippedGaps',
    STORE,
    'low',
    'With marten: how often projections skipped gaps that were still open after `staleAfter`; the mean ' +
      'over runs.',
  ),
  metric(
    'replayed',
    STORE,
    'number',
    'required',
    'low',
    'Events applied by a load, not counting those in a snapshot.',
  ),
  counted(
    'reads',
    [...PROJECTION, 'cache', 'level', 'database'],
    'none',
    'Answered reads of the view, lookups in a cache or a level, reads of a database with replicas, ' +
      'searches of a shard of elasticsearch; the mean over runs.',
  ),
  portion(
    'staleReads',
    [...PROJECTION, 'cache', 'level', 'database'],
    'low',
    'Share of stale reads: the response misses an event of its entity that was committed before the read ' +
      'started. For a cache: the value was changed after it was loaded. For a database with replicas: the ' +
      'replica missed a committed write of the row (without `key`: any write). For elasticsearch: share of ' +
      'searches at a copy of a shard that has not refreshed since a write.',
  ),
  portion(
    'backwardReads',
    PROJECTION,
    'low',
    'Share of the reads of a view with replicas whose response misses an event that an earlier response ' +
      'to the same `client` contained.',
  ),
  timed(
    'staleness',
    PROJECTION,
    'low',
    'Staleness per read: age of the first event that its response misses, when the read started; 0 if it ' +
      'misses none.',
  ),
  timed(
    'catchUp',
    PROJECTION,
    'low',
    'Time until a rebuild has every event; no value if it never does.',
  ),
] as const;
