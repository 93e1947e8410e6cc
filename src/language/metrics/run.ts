import { metric } from './entry.js';

/** Metrics of the run. */
export const RUN_METRICS = [
  metric(
    'requests',
    ['run'],
    'number',
    'none',
    'none',
    'User requests that arrived in the measured time; the mean over runs.',
  ),
  metric(
    'unfinished',
    ['run'],
    'number',
    'none',
    'low',
    'User requests still in flight at the end; the mean over runs.',
  ),
] as const;
