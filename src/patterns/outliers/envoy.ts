import type { OutlierKind } from '../../contracts/patterns/outlier.js';
import type { PolicyProblem } from '../../contracts/patterns/policy.js';
import { envoyOutlierSchema } from '../mechanisms/envoy-outlier-fields.js';
import { EnvoyOutliers, longestOf, mostOut, splitProblems } from '../mechanisms/envoy-outliers.js';

/** `outlierDetection` of Envoy, with its own field names. */
export const outliersEnvoy: OutlierKind<typeof envoyOutlierSchema> = {
  outlier: 'envoy',
  isDefault: true,
  summary:
    "Envoy's outlier detection: an instance with consecutive failures or more failures than " +
    'the others is not called for a while.',
  sources: [
    'envoyproxy/envoy source/common/upstream/outlier_detection_impl.cc',
    'envoyproxy/envoy api/envoy/config/cluster/v3/outlier_detection.proto',
  ],
  schema: envoyOutlierSchema,
  example: '{ interval: 1s, baseEjectionTime: 3s, maxEjectionPercent: 50% }\n',
  create: (config, setup) => new EnvoyOutliers(config, setup),
  panicThreshold: () => 0.5,
  mostOut,
  check(config): readonly PolicyProblem[] {
    const { splitExternalLocalOriginErrors: isSplit, consecutiveLocalOriginFailure } = config;
    const split = splitProblems(
      isSplit,
      consecutiveLocalOriginFailure,
      'consecutiveLocalOriginFailure',
    );
    if (longestOf(config) >= config.baseEjectionTime) return split;
    const message =
      'the longest ejection is shorter than the first, baseEjectionTime: make it longer';
    return [...split, { field: 'maxEjectionTime', message }];
  },
};
