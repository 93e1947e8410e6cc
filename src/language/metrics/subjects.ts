import { VERSIONED } from './entry.js';

/** Workloads and their kinds of requests. */
export const WORKLOADS = ['workload', 'request'] as const;

/** Components that have instances, and one instance. */
export const PLACED = [
  'gateway',
  'service',
  'database',
  'eventStore',
  'cache',
  'instance',
] as const;

/** Components and parts that serve calls. */
export const SERVED = [
  'gateway',
  'route',
  'service',
  'endpoint',
  'database',
  'eventStore',
  'operation',
  'cache',
  'level',
] as const;

/** Subjects whose requests or calls end with an outcome. */
export const ANSWERING = [...WORKLOADS, ...SERVED, ...VERSIONED, 'edge'] as const;

/** Subjects that are instances, all those of a version included. */
export const RUNNING = [...PLACED, 'version'] as const;

/** Subjects that callers reach over connection pools. */
export const POOLED = ['database', 'eventStore', 'cache', 'edge'] as const;
