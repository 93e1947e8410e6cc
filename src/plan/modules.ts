import type { PlanModules } from '../spec/modules.js';
import type { KeyTable } from './keys.js';
import { planTopics } from './messaging.js';
import { planRows } from './rows.js';
import type { Writer } from './writer.js';

/** What stands beside the calls, once all programs are written. */
export function planModules(w: Writer, keys: KeyTable): PlanModules {
  return {
    acts: w.acts.list,
    topics: planTopics(w.layout, w.distributions),
    sagas: w.sagas.plan(w, keys),
    rows: planRows(w.layout),
  };
}
