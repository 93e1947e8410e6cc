/**
 * What the language knows and this version lacks, so that a scenario which uses it is told "known,
 * not in this version" instead of "unknown".
 */
export const laterFaultKinds: readonly string[] = [
  'bandwidth',
  'certExpiry',
  'change',
  'clockSkew',
  'corrupt',
  'cpuStress',
  'diskFull',
  'diskStress',
  'dns',
  'duplicate',
  'freeze',
  'ioError',
  'limitData',
  'memoryLeak',
  'probe',
  'redrive',
  'reorder',
  'reset',
  'slowClose',
  'stop',
  'threadLimit',
  'throttle',
  'zoneOutage',
];

/** Fault kind -> its fields of later versions. */
export const laterFaultFields: ReadonlyMap<string, readonly string[]> = new Map([
  ['latency', ['correlation']],
]);
