import { counted, metric } from './entry.js';

const FOUND = ['service', 'gateway'] as const;

/** Metrics of service registries, and of components that callers look up in them. */
export const DISCOVERY_METRICS = [
  counted(
    'staleCalls',
    FOUND,
    'low',
    'Attempts that callers sent to an instance whose process was gone, because of an old list; the mean over runs.',
  ),
  counted(
    'fetchFailures',
    FOUND,
    'low',
    'Queries for its instances that the registry did not answer; the mean over runs.',
  ),
  metric(
    'listAge',
    FOUND,
    'seconds',
    'gauge',
    'low',
    'Age of the oldest list of its instances that a caller has: time since the registry confirmed it.',
  ),
  counted(
    'registrations',
    ['registry'],
    'none',
    'Instances that the registry added to its answers; the mean over runs.',
  ),
  counted(
    'deregistrations',
    ['registry'],
    'low',
    'Instances that the registry removed for an expired lease or a long critical state; the mean over runs.',
  ),
] as const;
