import { asyncWherePossible } from './async-where-possible.js';
import { breakersOnExternalCalls } from './breakers-on-external-calls.js';
import { clearBoundaries } from './clear-boundaries.js';
import { correlationIds } from './correlation-ids.js';
import { exponentialBackOff } from './exponential-back-off.js';
import { healthChecks } from './health-checks.js';
import { idempotentOperations } from './idempotent-operations.js';
import { monitoredDependencies } from './monitored-dependencies.js';
import type { Point } from '../point.js';

/** The points of the checklist, in the order of the output. */
export const points: readonly Point[] = [
  healthChecks,
  correlationIds,
  breakersOnExternalCalls,
  clearBoundaries,
  idempotentOperations,
  asyncWherePossible,
  monitoredDependencies,
  exponentialBackOff,
];
