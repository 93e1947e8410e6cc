import { z } from 'zod';
import type { OutlierKind } from '../../spec/outlier.js';
import { parseShare, parseWhole, PERCENT_PATTERN } from '../../spec/quantity-text.js';
import { duration, quantity, whole } from '../../spec/quantities.js';
import { EnvoyOutliers, splitProblems } from '../mechanisms/envoy-outliers.js';
import type { OutlierRules } from '../mechanisms/envoy-outliers.js';

/** Whole percent as a DestinationRule has it, `10`, or `10%` -> 0.1. */
const percent = (whenZero = 0) =>
  quantity(
    (input) => {
      const part =
        typeof input === 'number' ? parseWhole(input, { max: 100 }) / 100 : parseShare(input);
      return part === 0 ? whenZero : part;
    },
    {
      anyOf: [
        { type: 'integer', minimum: 0, maximum: 100 },
        { type: 'string', pattern: PERCENT_PATTERN },
      ],
    },
  );

const schema = z.strictObject({
  consecutive5xxErrors: whole()
    .prefault(5)
    .describe(
      'Failures in a row, on the last of which an instance is ejected: 5xx, timeouts, refusals, ' +
        'resets. 0 turns it off. Unit: requests. Defaults to 5.',
    ),
  consecutiveGatewayErrors: whole()
    .prefault(0)
    .describe(
      'The same for 502, 503 and 504, which timeouts, refusals and resets are too; another 5xx ' +
        'starts the count anew. 0 turns it off. Unit: requests. Defaults to 0.',
    ),
  splitExternalLocalOriginErrors: z
    .boolean()
    .default(false)
    .describe(
      'Whether local errors (no connection, a reset, a timeout) are counted for themselves, and not ' +
        'among 5xx and gateway errors. Unit: boolean. Defaults to false.',
    ),
  // pilot cannot tell 0 from a number that is not written, and leaves both to Envoy.
  consecutiveLocalOriginFailures: whole()
    .optional()
    .describe(
      'Local errors in a row, on the last of which an instance is ejected, where they are split; 0 ' +
        'stands for the default. Each request that gets its connection starts the count anew, so ' +
        'timeouts only add up while no other request is sent. Unit: requests. Defaults to 5.',
    ),
  interval: duration({ allowZero: false })
    .prefault('10s')
    .describe(
      'Time between two sweeps, from the start of the run on. Only a sweep lets instances back in. ' +
        'Unit: duration. Defaults to 10s.',
    ),
  baseEjectionTime: duration({ allowZero: false })
    .prefault('30s')
    .describe(
      'Time for which an instance is out, times the number of its ejections, up to 300s or this ' +
        'time where it is longer; a sweep that finds it well an interval after its return takes ' +
        'one off. Unit: duration. Defaults to 30s.',
    ),
  // pilot cannot tell 0 from a percentage that is not written, and hands on neither.
  maxEjectionPercent: percent(0.1)
    .prefault('10%')
    .describe(
      'Share of the instances that may be out at once; an ejection that would pass it is not made, ' +
        'so that 10% of three are none. A bare number is percent, and 0 stands for the default, as ' +
        'it does in Istio. Unit: share, in percent. Defaults to 10%.',
    ),
  minHealthPercent: percent()
    .prefault('0%')
    .describe(
      'With less than this share of the instances not ejected they are all picked again, unless ' +
        '`panicThreshold` of loadBalancing is written. 0: never. A bare number is percent. Unit: ' +
        'share, in percent. Defaults to 0%.',
    ),
});
type Config = z.output<typeof schema>;

/** pilot turns comparison by rates off, and leaves what has no field here to Envoy. */
function rulesOf(config: Config): OutlierRules {
  return {
    consecutive5xx: config.consecutive5xxErrors,
    consecutiveGatewayFailure: config.consecutiveGatewayErrors,
    splitExternalLocalOriginErrors: config.splitExternalLocalOriginErrors,
    consecutiveLocalOriginFailure: config.consecutiveLocalOriginFailures || undefined,
    interval: config.interval,
    baseEjectionTime: config.baseEjectionTime,
    maxEjectionTimeJitter: 0,
    maxEjectionPercent: config.maxEjectionPercent,
    alwaysEjectOneHost: false,
    successRate: {
      minimumHosts: 5,
      requestVolume: 100,
      stdevFactor: 1.9,
      enforcing: 0,
      enforcingLocalOrigin: 0,
    },
  };
}

/** `outlierDetection` of a DestinationRule, under its names: Envoy's, as Istio sets it up. */
export const outliersIstio: OutlierKind<typeof schema> = {
  outlier: 'istio',
  isDefault: false,
  summary:
    'Outlier detection of an Istio DestinationRule under its names: instances that fail in a row ' +
    'are not called for a while; rates are not compared, and by default there is no panic.',
  sources: [
    'istio/istio pilot/pkg/networking/core/cluster_traffic_policy.go',
    'istio/api networking/v1alpha3/destination_rule.proto',
    'envoyproxy/envoy source/common/upstream/outlier_detection_impl.cc',
  ],
  schema,
  example:
    '{ kind: istio, consecutive5xxErrors: 3, interval: 1s, baseEjectionTime: 3s, ' +
    'maxEjectionPercent: 50 }\n',
  create: (config, setup) => new EnvoyOutliers(rulesOf(config), setup),
  panicThreshold: ({ minHealthPercent }) => minHealthPercent,
  check: ({ splitExternalLocalOriginErrors: isSplit, consecutiveLocalOriginFailures: most }) =>
    splitProblems(isSplit, most || undefined, 'consecutiveLocalOriginFailures'),
};
