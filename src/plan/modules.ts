import type { PlanModules } from '../spec/modules.js';
import { planFunctions } from './functions.js';
import { planTopics } from './messaging.js';
import { planReplications, planRows } from './rows.js';
import type { Writer } from './writer.js';

/** What stands beside the calls, once all programs are written. */
export function planModules(w: Writer): PlanModules {
  return {
    acts: w.acts.list,
    topics: planTopics(w.layout, w.distributions),
    functions: planFunctions(w.layout, w.distributions),
    rows: planRows(w.layout),
    replications: planReplications(w.layout, w.distributions),
  };
}
