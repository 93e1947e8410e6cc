import { z } from 'zod';
import type { OutlierKind } from '../../spec/outlier.js';
import type { PolicyProblem } from '../../spec/policy.js';
import { duration, share, whole } from '../../spec/quantities.js';
import { EnvoyOutliers, longestOf, splitProblems } from '../mechanisms/envoy-outliers.js';

const successRate = z.strictObject({
  minimumHosts: whole({ min: 1 })
    .prefault(5)
    .describe(
      'Instances with enough requests in the interval before any is compared. Unit: instances. ' +
        'Defaults to 5.',
    ),
  requestVolume: whole({ min: 1 })
    .prefault(100)
    .describe(
      'Requests to an instance in the interval before it is compared. Unit: requests. Defaults to ' +
        '100.',
    ),
  stdevFactor: z
    .number()
    .min(0)
    .max(100)
    .default(1.9)
    .describe(
      'An instance is ejected whose rate is below the mean less so many standard deviations. Unit: ' +
        'number, to a thousandth. Defaults to 1.9.',
    ),
  enforcing: share()
    .prefault('100%')
    .describe(
      'Chance that what is found so is ejected; 0 turns it off. Unit: share. Defaults to 100%.',
    ),
  enforcingLocalOrigin: share()
    .prefault('100%')
    .describe(
      'The same for the rate of local errors, where they are split from others ' +
        '(enforcing_local_origin_success_rate). Unit: share. Defaults to 100%.',
    ),
});

const failurePercentage = z.strictObject({
  threshold: share()
    .prefault('85%')
    .describe(
      'Share of failures from which on an instance is ejected. Unit: share. Defaults to 85%.',
    ),
  minimumHosts: whole({ min: 1 })
    .prefault(5)
    .describe(
      'Instances with enough requests in the interval before any is judged. Unit: instances. ' +
        'Defaults to 5.',
    ),
  requestVolume: whole({ min: 1 })
    .prefault(50)
    .describe(
      'Requests to an instance in the interval before it is judged. Unit: requests. Defaults to 50.',
    ),
});

const schema = z.strictObject({
  consecutive5xx: whole()
    .prefault(5)
    .describe(
      'Failures in a row, on the last of which an instance is ejected: 5xx, timeouts, refusals, ' +
        'resets. 0 turns it off. Unit: requests. Defaults to 5.',
    ),
  consecutiveGatewayFailure: whole({ min: 1 })
    .optional()
    .describe(
      'The same for 502, 503 and 504, which timeouts, refusals and resets are too; another 5xx ' +
        'starts the count anew. Unit: requests. Defaults to none.',
    ),
  splitExternalLocalOriginErrors: z
    .boolean()
    .default(false)
    .describe(
      'Whether local errors (no connection, a reset, a timeout) are counted for themselves: not among ' +
        '5xx and gateway failures, and with a rate of their own. Unit: boolean. Defaults to false.',
    ),
  consecutiveLocalOriginFailure: whole({ min: 1 })
    .optional()
    .describe(
      'Local errors in a row, on the last of which an instance is ejected, where they are split. ' +
        'Each request that gets its connection starts the count anew, so timeouts only add up ' +
        'while no other request is sent. Unit: requests. Defaults to 5.',
    ),
  interval: duration({ allowZero: false })
    .prefault('10s')
    .describe(
      'Time between two sweeps, from the start of the run on. Only a sweep lets instances back in, ' +
        'and compares rates. Unit: duration. Defaults to 10s.',
    ),
  baseEjectionTime: duration({ allowZero: false })
    .prefault('30s')
    .describe(
      'Time for which an instance is out, times the number of its ejections; a sweep that finds it ' +
        'well an interval after its return takes one off. Unit: duration. Defaults to 30s.',
    ),
  maxEjectionTime: duration({ allowZero: false })
    .optional()
    .describe(
      'Longest time for which an instance is out. Unit: duration. Defaults to 300s, or ' +
        '`baseEjectionTime` where that is longer.',
    ),
  maxEjectionTimeJitter: duration()
    .prefault(0)
    .describe(
      'Longest time that is added to an ejection by chance, so that not all callers come back at ' +
        'once. Drawn in whole ms. Unit: duration. Defaults to 0.',
    ),
  maxEjectionPercent: share()
    .prefault('10%')
    .describe(
      'Share of the instances that may be out at once; an ejection that would pass it is not made, ' +
        'so that 10% of three are none. Unit: share. Defaults to 10%.',
    ),
  alwaysEjectOneHost: z
    .boolean()
    .default(false)
    .describe(
      'One may be out, whatever `maxEjectionPercent` says. Unit: boolean. Defaults to false.',
    ),
  successRate: successRate
    .prefault({})
    .describe(
      'At a sweep: instances whose rate of success is far below the mean of all. Unit: map. ' +
        'Defaults to on, with the values of its fields.',
    ),
  failurePercentage: failurePercentage
    .optional()
    .describe(
      'At a sweep: instances that fail too often, whatever the others do. Unit: map. Defaults to none.',
    ),
});

/** `outlierDetection`: that of Envoy with its own field names. */
export const outliersEnvoy: OutlierKind<typeof schema> = {
  outlier: 'envoy',
  isDefault: true,
  summary:
    'Outlier detection of Envoy: instances that fail in a row or more than the others are not ' +
    'called for a while.',
  sources: [
    'envoyproxy/envoy source/common/upstream/outlier_detection_impl.cc',
    'envoyproxy/envoy api/envoy/config/cluster/v3/outlier_detection.proto',
  ],
  schema,
  example: '{ interval: 1s, baseEjectionTime: 3s, maxEjectionPercent: 50% }\n',
  create: (config, setup) => new EnvoyOutliers(config, setup),
  panicThreshold: () => 0.5,
  check(config): readonly PolicyProblem[] {
    const { splitExternalLocalOriginErrors: isSplit, consecutiveLocalOriginFailure } = config;
    const split = splitProblems(
      isSplit,
      consecutiveLocalOriginFailure,
      'consecutiveLocalOriginFailure',
    );
    if (longestOf(config) >= config.baseEjectionTime) return split;
    const message =
      'the longest ejection is shorter than baseEjectionTime, the first: make it longer';
    return [...split, { field: 'maxEjectionTime', message }];
  },
};
