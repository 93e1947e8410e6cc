import type { COST_METRICS } from '../../../language/metrics/costs.js';
import { costByRun, costPerMillion } from '../costs.js';
import { meanOf } from '../estimate.js';
import type { Measurements } from '../question.js';

/** How costs are computed. */
export const COST_MEASUREMENTS: Measurements<typeof COST_METRICS> = {
  cost: (question) => {
    const { data, selection, subject } = question;
    const all = data.plan.components.map((_, id) => id);
    return meanOf(costByRun(question, subject === 'run' ? all : [...selection.callees]));
  },
  costPerMillion,
};
