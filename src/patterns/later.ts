/**
 * What the language knows and this version lacks, so that a scenario which uses it is told "known,
 * not in this version" instead of "unknown".
 */
export const laterPolicies: readonly string[] = [];

/** Policy -> its kinds of later versions. */
export const laterPolicyKinds: ReadonlyMap<string, readonly string[]> = new Map([]);

/**
 * Policy -> its fields of later versions, by path within the policy; budget kinds as
 * `budget.kind=x`.
 */
export const laterPolicyFields: ReadonlyMap<string, readonly string[]> = new Map([
  ['circuitBreaker', ['halfOpenCalls']],
  ['fallback', ['steps']],
  ['rateLimit', ['faultTolerant', 'policy', 'retryAfter', 'syncRate']],
]);

export const laterFaultKinds: readonly string[] = [
  'bandwidth',
  'certExpiry',
  'change',
  'clockSkew',
  'connectionLeak',
  'corrupt',
  'cpuStress',
  'diskFull',
  'diskStress',
  'dns',
  'duplicate',
  'failover',
  'flush',
  'freeze',
  'ioError',
  'limitData',
  'lockRow',
  'memoryLeak',
  'poison',
  'probe',
  'rebalance',
  'redrive',
  'reorder',
  'replicaLag',
  'reset',
  'slowClose',
  'splitBrain',
  'stop',
  'threadLimit',
  'throttle',
  'zoneOutage',
];

/** Fault kind -> its fields of later versions. */
export const laterFaultFields: ReadonlyMap<string, readonly string[]> = new Map([
  ['latency', ['correlation']],
  ['load', ['herd', 'rate']],
]);
