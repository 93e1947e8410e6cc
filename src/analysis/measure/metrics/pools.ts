import type { POOL_METRICS } from '../../../language/metrics/pools.js';
import { fullestNode, gaugeOf, poolCapacity, poolPick, poolWaits } from '../client-pools.js';
import { distributionOf } from '../estimate.js';
import { shareOfCapacity } from '../levels.js';
import type { Measurements } from '../question.js';
import { mergeAll } from '../sums.js';
import { edgeCounter } from './edges.js';

/** How the metrics of connection pools are computed. */
export const POOL_MEASUREMENTS: Measurements<typeof POOL_METRICS> = {
  'pool.wait': (question) => {
    const each = poolWaits(question);
    return distributionOf(mergeAll(each), each, question.ending);
  },
  'pool.waiting': gaugeOf('waiting'),
  'pool.utilization': (question) => {
    const node = fullestNode(question);
    if (node !== null) return shareOfCapacity(question, node.pick, node.capacity);
    return shareOfCapacity(question, poolPick(question, 'used'), poolCapacity(question));
  },
  'pool.timeouts': edgeCounter('poolTimeouts'),
  'pool.overflow': edgeCounter('poolOverflows'),
  'pool.leaks': edgeCounter('leaks'),
  'connections.opened': edgeCounter('connects'),
  'connections.closed': edgeCounter('goodbyes'),
  'connections.raced': edgeCounter('raced'),
  connections: gaugeOf('open'),
  'connections.abandoned': gaugeOf('abandoned'),
};
