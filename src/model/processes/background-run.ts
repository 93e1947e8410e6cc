import type { Run } from '../run.js';
import type { Outages } from './outages.js';
import type { Tasks } from './tasks.js';

/** A run, and what work without a caller needs: it runs as tasks, and may end its process. */
export interface BackgroundRun extends Run {
  readonly tasks: Tasks;
  readonly outages: Outages;
}
