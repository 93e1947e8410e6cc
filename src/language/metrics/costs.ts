import { metric } from './entry.js';

/** Metrics of costs. They need `report.prices`. */
export const COST_METRICS = [
  metric(
    'cost',
    ['run', 'gateway', 'service', 'database', 'eventStore', 'cache'],
    'number',
    'none',
    'low',
    'Cost by report.prices in the currency of the prices: instances by time, requests, traffic between zones; the mean over runs. External components cost nothing.',
    { needsPrices: true },
  ),
  metric(
    'costPerMillion',
    ['run'],
    'number',
    'none',
    'low',
    'Cost of all components per million successful user requests.',
    { needsPrices: true },
  ),
] as const;
