import { ackTimeoutBelowProcessing } from './rules/ack-timeout-below-processing.js';
import { autoscalingBehindLoad } from './rules/autoscaling-behind-load.js';
import { autoscalingSeesNoWaits } from './rules/autoscaling-sees-no-waits.js';
import { breakerNeverOpens } from './rules/breaker-never-opens.js';
import { breakerOpensByChance } from './rules/breaker-opens-by-chance.js';
import { bulkheadTooLarge } from './rules/bulkhead-too-large.js';
import { cacheIsLoadBearing } from './rules/cache-is-load-bearing.js';
import { callCouldBeAsynchronous } from './rules/call-could-be-asynchronous.js';
import { callInsideTransaction } from './rules/call-inside-transaction.js';
import { callWithoutBreaker } from './rules/call-without-breaker.js';
import { callWithoutRoute } from './rules/call-without-route.js';
import { callWithoutTimeLimit } from './rules/call-without-time-limit.js';
import { canaryTooFewSamples } from './rules/canary-too-few-samples.js';
import { capacityBelowTraffic } from './rules/capacity-below-traffic.js';
import { chattyCall } from './rules/chatty-call.js';
import { choreographyWithoutDeadline } from './rules/choreography-without-deadline.js';
import { consumerNotIdempotent } from './rules/consumer-not-idempotent.js';
import { consumersBelowTraffic } from './rules/consumers-below-traffic.js';
import { deadlineNotPropagated } from './rules/deadline-not-propagated.js';
import { deepCallChain } from './rules/deep-call-chain.js';
import { distributedMonolith } from './rules/distributed-monolith.js';
import { dualWrite } from './rules/dual-write.js';
import { eventCycleRule } from './rules/event-cycle.js';
import { eventSourceExceedsFunction } from './rules/event-source-exceeds-function.js';
import { fallbackHidesFailures } from './rules/fallback-hides-failures.js';
import { fanOutTail } from './rules/fan-out-tail.js';
import { functionTimeoutBelowCalls } from './rules/function-timeout-below-calls.js';
import { godService } from './rules/god-service.js';
import { graceBelowWork } from './rules/grace-below-work.js';
import { hedgeNotIdempotent } from './rules/hedge-not-idempotent.js';
import { hotPartition } from './rules/hot-partition.js';
import { latencyBudgetWithoutSuccess } from './rules/latency-budget-without-success.js';
import { livenessBehindRequests } from './rules/liveness-behind-requests.js';
import { logWithoutCorrelation } from './rules/log-without-correlation.js';
import { memoryBeforeLimits } from './rules/memory-before-limits.js';
import { meshRetriesTwice } from './rules/mesh-retries-twice.js';
import { messageQueueWithoutEnd } from './rules/message-queue-without-end.js';
import { missingProbe } from './rules/missing-probe.js';
import { moreConsumersThanPartitions } from './rules/more-consumers-than-partitions.js';
import { optionWithoutEffect } from './rules/option-without-effect.js';
import { outboxBelowTraffic } from './rules/outbox-below-traffic.js';
import { pollIntervalExceeded } from './rules/poll-interval-exceeded.js';
import { poolBelowConcurrency } from './rules/pool-below-concurrency.js';
import { poolsExceedServer } from './rules/pools-exceed-server.js';
import { primaryNotFenced } from './rules/primary-not-fenced.js';
import { probeChecksOthers } from './rules/probe-checks-others.js';
import { projectionFallsBehind } from './rules/projection-falls-behind.js';
import { queryWithoutTimeLimit } from './rules/query-without-time-limit.js';
import { queueOutlivesCallers } from './rules/queue-outlives-callers.js';
import { quorumWithoutSpare } from './rules/quorum-without-spare.js';
import { rateLimitAboveCapacity } from './rules/rate-limit-above-capacity.js';
import { registryUnused } from './rules/registry-unused.js';
import { retryNeverActs } from './rules/retry-never-acts.js';
import { retryNotIdempotent } from './rules/retry-not-idempotent.js';
import { retryOnClientError } from './rules/retry-on-client-error.js';
import { retryProduct } from './rules/retry-product.js';
import { retryWithoutBackoff } from './rules/retry-without-backoff.js';
import { retryWithoutBudget } from './rules/retry-without-budget.js';
import { rolloutBelowLoad } from './rules/rollout-below-load.js';
import { routeUnreachable } from './rules/route-unreachable.js';
import { sagaHole } from './rules/saga-hole.js';
import { sagaStepNotIdempotent } from './rules/saga-step-not-idempotent.js';
import { serverClosesFirst } from './rules/server-closes-first.js';
import { sessionsExceedPooler } from './rules/sessions-exceed-pooler.js';
import { sharedDatabase } from './rules/shared-database.js';
import { singlePointOfFailure } from './rules/single-point-of-failure.js';
import { stopBeforeCallersKnow } from './rules/stop-before-callers-know.js';
import { syncCycle } from './rules/sync-cycle.js';
import { timeoutInversion } from './rules/timeout-inversion.js';
import { ttlWithoutJitter } from './rules/ttl-without-jitter.js';
import { unboundedQueue } from './rules/unbounded-queue.js';
import { unmonitoredDependency } from './rules/unmonitored-dependency.js';
import { unusedComponent } from './rules/unused-component.js';
import { writesNeedEveryReplica } from './rules/writes-need-every-replica.js';
import type { Rule } from './rule.js';

/** All rules, one per line, by name. */
export const rules: readonly Rule[] = [
  ackTimeoutBelowProcessing,
  autoscalingBehindLoad,
  autoscalingSeesNoWaits,
  breakerNeverOpens,
  breakerOpensByChance,
  bulkheadTooLarge,
  cacheIsLoadBearing,
  callCouldBeAsynchronous,
  callInsideTransaction,
  callWithoutBreaker,
  callWithoutRoute,
  callWithoutTimeLimit,
  canaryTooFewSamples,
  capacityBelowTraffic,
  chattyCall,
  choreographyWithoutDeadline,
  consumerNotIdempotent,
  consumersBelowTraffic,
  deadlineNotPropagated,
  deepCallChain,
  distributedMonolith,
  dualWrite,
  eventCycleRule,
  eventSourceExceedsFunction,
  fallbackHidesFailures,
  fanOutTail,
  functionTimeoutBelowCalls,
  godService,
  graceBelowWork,
  hedgeNotIdempotent,
  hotPartition,
  latencyBudgetWithoutSuccess,
  livenessBehindRequests,
  logWithoutCorrelation,
  memoryBeforeLimits,
  meshRetriesTwice,
  messageQueueWithoutEnd,
  missingProbe,
  moreConsumersThanPartitions,
  optionWithoutEffect,
  outboxBelowTraffic,
  pollIntervalExceeded,
  poolBelowConcurrency,
  poolsExceedServer,
  primaryNotFenced,
  probeChecksOthers,
  projectionFallsBehind,
  queryWithoutTimeLimit,
  queueOutlivesCallers,
  quorumWithoutSpare,
  rateLimitAboveCapacity,
  registryUnused,
  retryNeverActs,
  retryNotIdempotent,
  retryOnClientError,
  retryProduct,
  retryWithoutBackoff,
  retryWithoutBudget,
  rolloutBelowLoad,
  routeUnreachable,
  sagaHole,
  sagaStepNotIdempotent,
  serverClosesFirst,
  sessionsExceedPooler,
  sharedDatabase,
  singlePointOfFailure,
  stopBeforeCallersKnow,
  syncCycle,
  timeoutInversion,
  ttlWithoutJitter,
  unboundedQueue,
  unmonitoredDependency,
  unusedComponent,
  writesNeedEveryReplica,
];
