import { metric } from './entry.js';

/** Metrics that functions have in addition to those of services. */
export const FUNCTION_METRICS = [
  metric(
    'environments',
    ['service'],
    'number',
    'gauge',
    'none',
    'Environments of a function, including starting and idle ones.',
  ),
  metric(
    'buffered',
    ['service'],
    'number',
    'gauge',
    'low',
    'Requests that the activator of a function of kind knative holds until a pod has room for them.',
  ),
  metric(
    'coldStarts',
    ['service'],
    'number',
    'none',
    'low',
    'Environments of a function created with a cold start; the mean over runs.',
  ),
] as const;
