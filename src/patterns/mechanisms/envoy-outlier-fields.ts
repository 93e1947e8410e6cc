import { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';

const successRate = z.strictObject({
  minimumHosts: field.whole(
    5,
    'Number of instances with enough requests in the interval, below which no comparison is made.',
    { unit: 'instances', min: 1 },
  ),
  requestVolume: field.whole(
    100,
    'Requests to an instance in the interval, below which it is not compared.',
    { unit: 'requests', min: 1 },
  ),
  stdevFactor: field.of(
    z.number().min(0).max(100),
    1.9,
    'Ejects an instance whose success rate is more than this number of standard deviations below the mean.',
    'number, to a thousandth',
  ),
  enforcing: field.share(
    '100%',
    'Probability that a detected outlier is ejected; 0 turns the check off.',
  ),
  enforcingLocalOrigin: field.share(
    '100%',
    'The same for the rate of local errors, when they are counted separately (enforcing_local_origin_success_rate).',
  ),
});

const failurePercentage = z.strictObject({
  threshold: field.share('85%', 'Share of failures at or above which an instance is ejected.'),
  minimumHosts: field.whole(
    5,
    'Number of instances with enough requests in the interval, below which none is judged.',
    { unit: 'instances', min: 1 },
  ),
  requestVolume: field.whole(
    50,
    'Requests to an instance in the interval, below which it is not judged.',
    { unit: 'requests', min: 1 },
  ),
});

/** Envoy's conditions for an ejection and its length. */
export const envoyOutlierSchema = z.strictObject({
  consecutive5xx: field.whole(
    5,
    'Consecutive failures that eject an instance: 5xx, timeouts, refusals, resets. 0 turns the check off.',
    { unit: 'requests' },
  ),
  consecutiveGatewayFailure: field.whole(
    absent(),
    'The same for 502, 503 and 504, including timeouts, refusals and resets; any other 5xx resets the count.',
    { unit: 'requests', min: 1 },
  ),
  splitExternalLocalOriginErrors: field.flag(
    false,
    'Whether local errors (no connection, a reset, a timeout) are counted separately: not as 5xx or gateway ' +
      'failures, and with a success rate of their own.',
  ),
  consecutiveLocalOriginFailure: field.whole(
    absent('5'),
    'Consecutive local errors that eject an instance, when they are counted separately. Every request that gets ' +
      'its connection resets the count, so timeouts add up only while no other request is sent.',
    { unit: 'requests', min: 1 },
  ),
  interval: field.duration(
    '10s',
    'Time between two sweeps, from the start of the run. Only a sweep returns ejected instances and compares rates.',
  ),
  baseEjectionTime: field.duration(
    '30s',
    'Ejection time, multiplied by the number of ejections of the instance. A sweep that finds it healthy an ' +
      'interval after its return lowers that number by one.',
  ),
  maxEjectionTime: field.duration(
    absent('300s, or `baseEjectionTime` where that is longer'),
    'Longest ejection time.',
  ),
  maxEjectionTimeJitter: field.duration(
    0,
    'Largest random addition to an ejection time, so that callers do not all return at once. Drawn in whole ms.',
    { allowZero: true },
  ),
  maxEjectionPercent: field.share(
    '10%',
    'Share of the instances that may be ejected at once. An ejection that would exceed it is not made, so 10% of ' +
      'three instances is none.',
  ),
  alwaysEjectOneHost: field.flag(
    false,
    'Whether one instance may always be ejected, whatever `maxEjectionPercent` says.',
  ),
  successfulActiveHealthCheckUnejectHost: field.flag(
    true,
    'Whether a passed check of `healthChecks` of the callee returns an ejected instance at once ' +
      '(successful_active_health_check_uneject_host).',
  ),
  successRate: successRate
    .prefault({})
    .describe(
      'At each sweep: ejects instances whose success rate is far below the mean of all. Unit: ' +
        'map. Defaults to on, with the values of its fields.',
    ),
  failurePercentage: field.of(
    failurePercentage,
    absent(),
    'At each sweep: ejects instances that fail too often, independent of the others.',
    'map',
  ),
});
export type OutlierRules = z.output<typeof envoyOutlierSchema>;
