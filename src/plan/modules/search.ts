import { planSearches } from '../search.js';
import type { PlanModule } from './kind.js';

/** Search engines. */
export const search: PlanModule<never, never, 'searches'> = {
  components: {},
  parts: {},
  plan: ({ w }) => ({ searches: planSearches(w.layout) }),
};
