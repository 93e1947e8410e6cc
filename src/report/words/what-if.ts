import type { WhatIfWords } from '../../contracts/scenario/what-if.js';

/** Changes of the command line in one line, so that their figures are not mistaken for those of the file. */
export function whatIfText(whatIf: WhatIfWords | undefined): string | null {
  if (whatIf === undefined) return null;
  const changes = whatIf.set.join(', ');
  return whatIf.as === null
    ? `Changed with --set: ${changes}`
    : `Changed with --set: ${whatIf.as} is the file with ${changes}`;
}
