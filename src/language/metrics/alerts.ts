import { metric } from './entry.js';

const WHOLE = { isOfWholeRun: true } as const;

export const ALERT_METRICS = [
  metric(
    'firesAfter',
    ['alert'],
    'seconds',
    'none',
    'low',
    'Time from the first start of a fault until the alert fires, the mean over runs; 0 if it fires already. From the ' +
      'end of the warm-up in a variant without faults. A run in which it never fires breaks every limit.',
    WHOLE,
  ),
  metric(
    'firings',
    ['alert'],
    'number',
    'none',
    'none',
    'Times that the alert begins to fire; the mean over runs.',
    WHOLE,
  ),
  metric(
    'falseAlarms',
    ['alert'],
    'number',
    'none',
    'low',
    'Times that it begins to fire before the first fault, or in a variant without faults; the mean over runs.',
    WHOLE,
  ),
  metric(
    'firesFor',
    ['alert'],
    'seconds',
    'none',
    'none',
    'Time for which it fires, all times together; the mean over runs.',
    WHOLE,
  ),
] as const;
