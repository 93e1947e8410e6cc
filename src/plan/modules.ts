import type { PlanModules } from '../spec/plan/modules.js';
import type { KeyTable } from './keys.js';
import { planFunctions } from './functions.js';
import { planCaches } from './caches.js';
import { planBrokers, planClusters, planTopics } from './messaging.js';
import { planOutboxes } from './outbox.js';
import type { Network } from '../spec/scenario/scenario.js';
import { planProjections } from './projections.js';
import { planReplications, planRows } from './rows.js';
import { planSearches } from './search.js';
import { planQueues } from './queues.js';
import { planStores } from './stores.js';
import type { Writer } from './writer.js';

/** Plans the modules beside the calls, once all programs are written. */
export function planModules(
  w: Writer,
  keys: KeyTable,
  programs: readonly number[],
  network: Network,
): PlanModules {
  return {
    acts: w.acts.list,
    brokers: planBrokers(w),
    clusters: planClusters(w),
    outboxes: planOutboxes(w, programs),
    sagas: w.sagas.plan(w, keys),
    functions: planFunctions(w.layout, w.distributions),
    topics: planTopics(w, programs),
    queues: planQueues(w, programs, network),
    stores: planStores(w),
    projections: planProjections(w),
    rows: planRows(w.layout),
    replications: planReplications(w.layout, w.distributions),
    searches: planSearches(w.layout),
    caches: planCaches(w.layout),
  };
}
