/**
 * What the language knows and this version lacks, so that a scenario which uses it is told "known,
 * not in this version" instead of "unknown".
 */
export const laterFaultKinds: readonly string[] = [
  'change',
  'clockSkew',
  'corrupt',
  'diskFull',
  'diskStress',
  'dns',
  'ioError',
  'limitData',
  'slowClose',
  'threadLimit',
];
