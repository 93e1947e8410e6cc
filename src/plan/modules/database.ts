import { planReplications, planRows } from '../rows.js';
import { planSearches } from '../search.js';
import type { PlanModule } from './kind.js';

/** Databases: those whose statements are tracked, those with replicas, and search engines. */
export const database: PlanModule<never, never, 'rows' | 'replications' | 'searches'> = {
  components: {},
  parts: {},
  plan: ({ w: { layout, distributions } }) => ({
    rows: planRows(layout),
    replications: planReplications(layout, distributions),
    searches: planSearches(layout),
  }),
};
