import { hedges } from './hedges.js';
import type { InterventionKind } from './kind.js';
import { retries } from './retries.js';

/** Every kind of intervention besides faults, which `withFaults` removes. */
export const INTERVENTIONS: readonly InterventionKind[] = [retries, hedges];
