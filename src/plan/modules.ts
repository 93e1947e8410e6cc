import type { PlanModules } from '../spec/modules.js';
import { planCaches } from './caches.js';
import { planTopics } from './messaging.js';
import type { Network } from '../spec/scenario.js';
import { planQueues } from './queues.js';
import { planRows } from './rows.js';
import type { Writer } from './writer.js';

/** What stands beside the calls, once all programs are written. */
export function planModules(w: Writer, programs: readonly number[], network: Network): PlanModules {
  return {
    acts: w.acts.list,
    topics: planTopics(w, programs),
    queues: planQueues(w, programs, network),
    rows: planRows(w.layout),
    caches: planCaches(w.layout),
  };
}
