import { metric } from './metric-entry.js';
import type { Metric } from './metrics.js';

/** Metrics of functions, which are services otherwise. */
export const FUNCTION_METRICS: readonly Metric[] = [
  metric(
    'environments',
    ['service'],
    'number',
    'gauge',
    'none',
    'Environments of a function that are there, those that start and those that are idle included.',
  ),
  metric(
    'coldStarts',
    ['service'],
    'number',
    'none',
    'low',
    'Environments of a function that a request had to be kept waiting for; the mean over runs.',
  ),
];
