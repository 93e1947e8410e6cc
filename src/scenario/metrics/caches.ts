import { metric } from './entry.js';

const CACHED = ['cache', 'level'] as const;

/** Metrics of caches and their levels. */
export const CACHE_METRICS = [
  metric(
    'hitRatio',
    CACHED,
    'share',
    'none',
    'high',
    'Share of the lookups that found the value; of a cache, at any of its levels.',
  ),
  metric(
    'loads',
    CACHED,
    'number',
    'none',
    'low',
    'Loads begun, those behind the back of requests included; of a level, values stored in it; the mean over runs.',
  ),
  metric(
    'evictions',
    CACHED,
    'number',
    'none',
    'low',
    'Entries that had to go for another one; the mean over runs.',
  ),
  metric(
    'lostWrites',
    ['cache'],
    'number',
    'none',
    'low',
    'Values gathered by writeBehind that a crash took along before they were written; the mean over runs.',
  ),
] as const;
