import { counted, gauge } from './entry.js';

/** Metrics that functions have in addition to those of services. */
export const FUNCTION_METRICS = [
  gauge(
    'environments',
    ['service'],
    'none',
    'Environments of a function, including starting and idle ones.',
  ),
  gauge(
    'buffered',
    ['service'],
    'low',
    'Requests that the activator of a function of kind knative, or Cloud Run, holds until an instance has room for them.',
  ),
  counted(
    'coldStarts',
    ['service'],
    'low',
    'Environments of a function created with a cold start; the mean over runs.',
  ),
  counted(
    'timedOut',
    ['service'],
    'low',
    'Executions of a function that its `timeout` ends; the mean over runs.',
  ),
] as const;
