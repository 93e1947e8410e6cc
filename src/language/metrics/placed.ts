import { counted, portion, gauge, timed, VERSIONED, metric } from './entry.js';
import { RUNNING, SERVED } from './subjects.js';

/** Metrics of components and their instances: resources, queues and work. */
export const PLACED_METRICS = [
  metric(
    'utilization',
    RUNNING,
    'share',
    'gauge',
    'low',
    'Busy workers over workers; with unlimited workers, busy cores over cores. With consumers, the larger of this and the use of their handlers. Mean over instances.',
  ),
  metric(
    'cpu',
    RUNNING,
    'share',
    'gauge',
    'low',
    'Busy cores over cores, mean over instances; not measured with unlimited cores.',
  ),
  metric(
    'memory',
    RUNNING,
    'share',
    'gauge',
    'low',
    'Memory in use over `memory.limit`, mean over instances; not measured without a limit.',
  ),
  counted(
    'restarts',
    RUNNING,
    'low',
    'Restarts of processes after any crash, including failed starts, summed over instances.',
  ),
  metric(
    'instances',
    RUNNING,
    'number',
    'level',
    'high',
    'Running processes, without those that wait or start. `min` and `max` are instantaneous values.',
  ),
  gauge(
    'pending',
    ['gateway', 'service'],
    'low',
    'Instances that wait for room on a node (`platform.nodes`).',
  ),
  gauge(
    'queue',
    RUNNING,
    'low',
    'Requests waiting for a worker, summed over instances. `max` adds the largest value of each instance in a measuring cell.',
  ),
  timed(
    'queueWait',
    [...SERVED, ...VERSIONED],
    'low',
    'Time a request waits for a worker before its work begins.',
  ),
  gauge(
    'concurrency',
    RUNNING,
    'low',
    'Requests accepted and not yet answered, and executions that consumers start, summed over instances. `max` adds the largest value of each instance in a measuring cell.',
  ),
  portion(
    'wastedWork',
    [...SERVED, 'edge'],
    'low',
    'Share of busy time spent on executions whose result was not used. For a whole system, the mean of its components, weighed by the time that each worked itself, without waits for the others.',
  ),
  counted(
    'duplicates',
    [...SERVED, 'saga', 'step'],
    'low',
    'Operations of a request that took effect again: it was repeated here or anywhere above, by a retry, a hedge or a delivery, and no part or key stops it. Of a saga, repeated effects.',
  ),
] as const;
