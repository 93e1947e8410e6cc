import { planRows } from '../rows.js';
import type { PlanModule } from './kind.js';

/** Databases whose statements are tracked. */
export const sections: PlanModule<never, never, 'rows'> = {
  components: {},
  parts: {},
  plan: ({ w }) => ({ rows: planRows(w.layout) }),
};
