import type { ActRun, ServedRun } from '../data/run.js';
import type { Outages } from './outages.js';
import type { Tasks } from '../resources/tasks.js';

/** The parts of a run that work without a caller needs. It runs as tasks, which may be stopped or end their process. */
export interface BackgroundRun extends ActRun, ServedRun {
  readonly tasks: Tasks;
  readonly outages: Outages;
}
