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
    'Share of lookups that found the value; for a cache, at any of its levels.',
  ),
  metric(
    'loads',
    CACHED,
    'number',
    'none',
    'low',
    'Loads started, including those in the background; for a level, values stored in it; the mean over ' +
      'runs.',
  ),
  metric(
    'evictions',
    CACHED,
    'number',
    'none',
    'low',
    'Entries evicted to make room; the mean over runs.',
  ),
  metric(
    'lostWrites',
    ['cache'],
    'number',
    'none',
    'low',
    'Values buffered by writeBehind and lost in a crash before they were written; the mean over runs.',
  ),
] as const;
