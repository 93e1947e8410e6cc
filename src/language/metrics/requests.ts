import { portion, timed, metric } from './entry.js';
import { ANSWERING, WORKLOADS } from './subjects.js';

/** Metrics of requests and calls: rates, latency and outcomes. */
export const REQUEST_METRICS = [
  timed(
    'latency',
    ANSWERING,
    'low',
    'Time from arrival to response of all finished requests or calls, including failed ones: failures that come fast ' +
      'lower it. Put a budget on success beside it, or use successLatency.',
  ),
  timed(
    'successLatency',
    ANSWERING,
    'low',
    'Time from arrival to response of successful requests or calls only.',
  ),
  metric(
    'throughput',
    ANSWERING,
    'perSecond',
    'none',
    'high',
    'Finished requests or calls per second, whatever their outcome.',
  ),
  metric(
    'goodput',
    ANSWERING,
    'perSecond',
    'none',
    'high',
    "Successes per second; for workloads those within the client's patience (or goodputWithin).",
  ),
  portion(
    'success',
    ANSWERING,
    'high',
    'Share of the finished requests or calls that ended ok or degraded. Requests that hang at the end of the run, and those that they keep users from sending, count as failed (`abandoned`); younger ones are left out.',
  ),
  portion(
    'availability',
    ANSWERING,
    'high',
    "Share of the arrivals that succeeded; for workloads, within the client's patience (or goodputWithin). Arrivals that are unfinished at the end of the run count as failed; `success` leaves those out that are still young.",
  ),
  metric(
    'outcomes',
    ANSWERING,
    'number',
    'outcome',
    'none',
    'Count of one outcome; the mean over runs.',
  ),
  metric(
    'share',
    ANSWERING,
    'share',
    'outcome',
    'none',
    'Share of the finished requests or calls with one outcome; for `unfinished`, share of all.',
  ),
  metric(
    'statuses',
    ANSWERING,
    'number',
    'status',
    'none',
    'Count of the responses with one HTTP status, such as statuses.401, or of a class, such as statuses.5xx; the mean over runs. Requests and calls that ended without a response, such as timeouts, have none.',
  ),
  metric(
    'statusShare',
    ANSWERING,
    'share',
    'status',
    'none',
    'Share of the finished requests or calls with one HTTP status, such as statusShare.403, or of a class, such as statusShare.4xx.',
  ),
  metric(
    'recovery',
    [...WORKLOADS, 'cascade'],
    'seconds',
    'none',
    'low',
    'Recovery of success: from the end of the fault until goodput per arrival is at least 95 % of its share before the fault, in 5 s ' +
      'windows, and stays so until the next fault; `never` breaks every limit. Of a workload: of its slowest kind of request.',
    { needsAfter: true, words: ['never'] },
  ),
  metric(
    'outage',
    WORKLOADS,
    'seconds',
    'none',
    'low',
    'Longest time in a row in which fewer requests succeed than `report.slo.success` says, or 95 % without it; it is over ' +
      'once success is back for 5 s. Unlike `recovery` it counts the time of the fault (the recovery time of an RTO). One ' +
      'that lasts to the end of the run is `never` over and breaks every limit. Of a workload: of its worst kind of request.',
    { words: ['never'] },
  ),
  metric(
    'latencyRecovery',
    WORKLOADS,
    'seconds',
    'none',
    'low',
    'From the end of the fault until the p95 of successes stays within 1.5 times its value before the fault plus 5 ms, ' +
      'in steps of the timeline and until the next fault; `never` breaks every limit.',
    { needsAfter: true, words: ['never'] },
  ),
  portion(
    'abandoned',
    WORKLOADS,
    'low',
    'Share of the finished requests whose client gave up first, or that hang at the end of the run.',
  ),
  metric(
    'apdex',
    WORKLOADS,
    'share',
    'none',
    'high',
    'Successes within report.apdex plus half of those within four times that, over all finished requests.',
    { readsLatencies: true },
  ),
] as const;
