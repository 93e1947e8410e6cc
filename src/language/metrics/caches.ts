import { counted, portion } from './entry.js';

const CACHED = ['cache', 'level'] as const;

/** Metrics of caches and their levels. */
export const CACHE_METRICS = [
  portion(
    'hitRatio',
    CACHED,
    'high',
    'Share of lookups that found the value; for a cache, at any of its levels.',
  ),
  counted(
    'loads',
    CACHED,
    'low',
    'Loads started, including those in the background; for a level, values stored in it; the mean over ' +
      'runs.',
  ),
  counted('evictions', CACHED, 'low', 'Entries evicted to make room; the mean over runs.'),
  counted(
    'lostWrites',
    ['cache'],
    'low',
    'Values buffered by writeBehind and lost in a crash before they were written; the mean over runs.',
  ),
] as const;
