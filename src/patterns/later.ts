/**
 * Fault kinds that the language defines and this version lacks: the error then says that they are not supported in this
 * version instead of "unknown".
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
