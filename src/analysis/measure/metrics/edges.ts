import type { EDGE_METRICS } from '../../../language/metrics/edges.js';
import type { EdgeCounter } from '../../../contracts/patterns/policy.js';
import { openShareOf, transitionsOf } from '../breakers.js';
import { gaugeOf } from '../client-pools.js';
import { counterSums, edgeSums, partSums } from '../column-sums.js';
import { meanOf, ratioOf } from '../estimate.js';
import { bySubject, type Measurement, type Measurements } from '../question.js';

/** How the metrics of edges are computed. */
export const EDGE_MEASUREMENTS: Measurements<typeof EDGE_METRICS> = {
  attempts: (question) => meanOf(edgeSums(question, 'attempts'), 'exact'),
  calls: (question) => meanOf(edgeSums(question, 'calls'), 'exact'),
  amplification: bySubject(
    { cascade: ({ stories }) => meanOf(stories.map((story) => story.amplification)) },
    (question) => ratioOf(edgeSums(question, 'attempts'), edgeSums(question, 'calls')),
  ),
  budgetDenied: edgeCounter('budgetDenied'),
  hedges: edgeCounter('hedges'),
  'hedges.dropped': edgeCounter('hedgesDropped'),
  retries: edgeCounter('retries'),
  'proxy.retries': edgeCounter('proxyRetries'),
  leftBehind: gaugeOf('leftBehind', 0),
  fallbacks: edgeCounter('fallbacks'),
  'breaker.openFor': openShareOf,
  'breaker.transitions': transitionsOf,
  'breaker.rejected': edgeCounter('breakerRejected'),
  'bulkhead.rejected': edgeCounter('bulkheadRejected'),
  'throttle.rejected': edgeCounter('throttleRejected'),
  wouldReject: bySubject({ edge: edgeCounter('wouldReject') }, (question) =>
    meanOf(partSums(question, 'wouldReject'), 'exact'),
  ),
  coalesced: bySubject({ edge: edgeCounter('coalesced') }, (question) =>
    meanOf(partSums(question, 'coalesced'), 'exact'),
  ),
  hinted: edgeCounter('hinted'),
};

/** A counter of edges; of a component, that of all edges into it. */
export function edgeCounter(counter: EdgeCounter): Measurement {
  return (question) => meanOf(counterSums(question, counter), 'exact');
}
