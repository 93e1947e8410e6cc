import type { PlanModules } from '../spec/modules.js';
import { planTopics } from './messaging.js';
import type { Network } from '../spec/scenario.js';
import { planQueues } from './queues.js';
import { planRows } from './rows.js';
import type { Writer } from './writer.js';

/** What stands beside the calls, once all programs are written. */
export function planModules(w: Writer, network: Network): PlanModules {
  return {
    acts: w.acts.list,
    topics: planTopics(w.layout, w.distributions),
    queues: planQueues(w.layout, network, w.distributions),
    rows: planRows(w.layout),
  };
}
