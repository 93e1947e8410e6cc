import { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import type { OutlierKind } from '../../contracts/patterns/outlier.js';
import {
  parseShare,
  parseWhole,
  PERCENT_PATTERN,
} from '../../contracts/quantities/quantity-text.js';
import { quantity } from '../../contracts/quantities/quantities.js';
import { EnvoyOutliers, mostOut, splitProblems } from '../mechanisms/envoy-outliers.js';
import type { OutlierRules } from '../mechanisms/envoy-outlier-fields.js';

/** Whole percent as in a DestinationRule, `10`, or `10%` -> 0.1. */
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
  consecutive5xxErrors: field.whole(
    5,
    'Consecutive failures that eject an instance: 5xx, timeouts, refusals, resets. 0 turns the check off.',
    { unit: 'requests' },
  ),
  consecutiveGatewayErrors: field.whole(
    0,
    'The same for 502, 503 and 504, including timeouts, refusals and resets; any other 5xx resets the count. 0 ' +
      'turns the check off.',
    { unit: 'requests' },
  ),
  splitExternalLocalOriginErrors: field.flag(
    false,
    'Whether local errors (no connection, a reset, a timeout) are counted separately and not as 5xx or gateway ' +
      'errors.',
  ),
  // pilot cannot distinguish 0 from an unset number, and leaves both to Envoy.
  consecutiveLocalOriginFailures: field.whole(
    absent('5'),
    'Consecutive local errors that eject an instance, when they are counted separately; 0 means the default. Every ' +
      'request that gets its connection resets the count, so timeouts add up only while no other request is sent.',
    { unit: 'requests' },
  ),
  interval: field.duration(
    '10s',
    'Time between two sweeps, from the start of the run. Only a sweep returns ejected instances.',
  ),
  baseEjectionTime: field.duration(
    '30s',
    'Ejection time, multiplied by the number of ejections of the instance, up to 300s or this time, whichever is ' +
      'longer. A sweep that finds it healthy an interval after its return lowers that number by one.',
  ),
  // pilot cannot distinguish 0 from an unset percentage, and passes on neither.
  maxEjectionPercent: field.of(
    percent(0.1),
    '10%',
    'Share of the instances that may be ejected at once. An ejection that would exceed it is not made, so 10% of ' +
      'three instances is none. A bare number is percent, and 0 means the default, as in Istio.',
    'share, in percent',
  ),
  minHealthPercent: field.of(
    percent(),
    '0%',
    'If less than this share of the instances remains, the balancer uses all of them again, unless ' +
      '`panicThreshold` of loadBalancing is written. 0: never. A bare number is percent.',
    'share, in percent',
  ),
});
type Config = z.output<typeof schema>;

/** pilot disables the comparison of rates and leaves everything else without a field here to Envoy. */
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
    successfulActiveHealthCheckUnejectHost: true,
    successRate: {
      minimumHosts: 5,
      requestVolume: 100,
      stdevFactor: 1.9,
      enforcing: 0,
      enforcingLocalOrigin: 0,
    },
  };
}

/** `outlierDetection` of a DestinationRule, with its field names: Envoy's detection as Istio configures it. */
export const outliersIstio: OutlierKind<typeof schema> = {
  outlier: 'istio',
  isDefault: false,
  summary:
    'Outlier detection of an Istio DestinationRule, with its field names: an instance with ' +
    'consecutive failures is not called for a while. Success rates are not compared, and by ' +
    'default there is no panic.',
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
  mostOut: (config, instances) => mostOut(rulesOf(config), instances),
  check: ({ splitExternalLocalOriginErrors: isSplit, consecutiveLocalOriginFailures: most }) =>
    splitProblems(isSplit, most || undefined, 'consecutiveLocalOriginFailures'),
};
