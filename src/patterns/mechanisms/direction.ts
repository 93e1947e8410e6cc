import { z } from 'zod';

/** Direction of the target's messages that a network fault affects. */
export const direction = z
  .enum(['both', 'to', 'from'])
  .default('both')
  .describe(
    'Affected messages, seen from the target: requests to it, responses from it, or both. ' +
      'Unit: name. Defaults to both.',
  );
