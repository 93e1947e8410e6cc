import { z } from 'zod';

/** Which messages of its target a fault of the network hits. */
export const direction = z
  .enum(['both', 'to', 'from'])
  .default('both')
  .describe(
    'Affected messages, seen from the target: requests to it, responses from it, or both. ' +
      'Unit: name. Defaults to both.',
  );
