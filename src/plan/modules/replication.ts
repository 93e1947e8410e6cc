import { planReplications } from '../rows.js';
import type { PlanModule } from './kind.js';

/** Databases with replicas. */
export const replication: PlanModule<never, never, 'replications'> = {
  components: {},
  parts: {},
  plan: ({ w }) => ({ replications: planReplications(w.layout, w.distributions) }),
};
