import { z } from 'zod';
import { flag } from '../../contracts/quantities/fields.js';
import { duration, share, whole } from '../../contracts/quantities/quantities.js';

const successRate = z.strictObject({
  minimumHosts: whole({ min: 1 })
    .prefault(5)
    .describe(
      'Number of instances with enough requests in the interval, below which no comparison is ' +
        'made. Unit: instances. Defaults to 5.',
    ),
  requestVolume: whole({ min: 1 })
    .prefault(100)
    .describe(
      'Requests to an instance in the interval, below which it is not compared. Unit: ' +
        'requests. Defaults to 100.',
    ),
  stdevFactor: z
    .number()
    .min(0)
    .max(100)
    .default(1.9)
    .describe(
      'Ejects an instance whose success rate is more than this number of standard deviations ' +
        'below the mean. Unit: number, to a thousandth. Defaults to 1.9.',
    ),
  enforcing: share()
    .prefault('100%')
    .describe(
      'Probability that a detected outlier is ejected; 0 turns the check off. Unit: share. ' +
        'Defaults to 100%.',
    ),
  enforcingLocalOrigin: share()
    .prefault('100%')
    .describe(
      'The same for the rate of local errors, when they are counted separately ' +
        '(enforcing_local_origin_success_rate). Unit: share. Defaults to 100%.',
    ),
});

const failurePercentage = z.strictObject({
  threshold: share()
    .prefault('85%')
    .describe(
      'Share of failures at or above which an instance is ejected. Unit: share. Defaults to 85%.',
    ),
  minimumHosts: whole({ min: 1 })
    .prefault(5)
    .describe(
      'Number of instances with enough requests in the interval, below which none is judged. ' +
        'Unit: instances. Defaults to 5.',
    ),
  requestVolume: whole({ min: 1 })
    .prefault(50)
    .describe(
      'Requests to an instance in the interval, below which it is not judged. Unit: requests. ' +
        'Defaults to 50.',
    ),
});

/** Envoy's conditions for an ejection and its length. */
export const envoyOutlierSchema = z.strictObject({
  consecutive5xx: whole()
    .prefault(5)
    .describe(
      'Consecutive failures that eject an instance: 5xx, timeouts, refusals, resets. 0 turns ' +
        'the check off. Unit: requests. Defaults to 5.',
    ),
  consecutiveGatewayFailure: whole({ min: 1 })
    .optional()
    .describe(
      'The same for 502, 503 and 504, including timeouts, refusals and resets; any other 5xx ' +
        'resets the count. Unit: requests. Defaults to none.',
    ),
  splitExternalLocalOriginErrors: flag(false).describe(
    'Whether local errors (no connection, a reset, a timeout) are counted separately: not ' +
      'as 5xx or gateway failures, and with a success rate of their own. Unit: boolean. ' +
      'Defaults to false.',
  ),
  consecutiveLocalOriginFailure: whole({ min: 1 })
    .optional()
    .describe(
      'Consecutive local errors that eject an instance, when they are counted separately. ' +
        'Every request that gets its connection resets the count, so timeouts add up only while ' +
        'no other request is sent. Unit: requests. Defaults to 5.',
    ),
  interval: duration({ allowZero: false })
    .prefault('10s')
    .describe(
      'Time between two sweeps, from the start of the run. Only a sweep returns ejected ' +
        'instances and compares rates. Unit: duration. Defaults to 10s.',
    ),
  baseEjectionTime: duration({ allowZero: false })
    .prefault('30s')
    .describe(
      'Ejection time, multiplied by the number of ejections of the instance. A sweep that ' +
        'finds it healthy an interval after its return lowers that number by one. Unit: ' +
        'duration. Defaults to 30s.',
    ),
  maxEjectionTime: duration({ allowZero: false })
    .optional()
    .describe(
      'Longest ejection time. Unit: duration. Defaults to 300s, or `baseEjectionTime` where ' +
        'that is longer.',
    ),
  maxEjectionTimeJitter: duration()
    .prefault(0)
    .describe(
      'Largest random addition to an ejection time, so that callers do not all return at ' +
        'once. Drawn in whole ms. Unit: duration. Defaults to 0.',
    ),
  maxEjectionPercent: share()
    .prefault('10%')
    .describe(
      'Share of the instances that may be ejected at once. An ejection that would exceed it ' +
        'is not made, so 10% of three instances is none. Unit: share. Defaults to 10%.',
    ),
  alwaysEjectOneHost: flag(false).describe(
    'Whether one instance may always be ejected, whatever `maxEjectionPercent` says. Unit: ' +
      'boolean. Defaults to false.',
  ),
  successfulActiveHealthCheckUnejectHost: flag(true).describe(
    'Whether a passed check of `healthChecks` of the callee returns an ejected instance at once ' +
      '(successful_active_health_check_uneject_host). Unit: boolean. Defaults to true.',
  ),
  successRate: successRate
    .prefault({})
    .describe(
      'At each sweep: ejects instances whose success rate is far below the mean of all. Unit: ' +
        'map. Defaults to on, with the values of its fields.',
    ),
  failurePercentage: failurePercentage
    .optional()
    .describe(
      'At each sweep: ejects instances that fail too often, independent of the others. Unit: ' +
        'map. Defaults to none.',
    ),
});
export type OutlierRules = z.output<typeof envoyOutlierSchema>;
