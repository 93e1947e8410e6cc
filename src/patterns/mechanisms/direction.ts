import { choice } from '../../contracts/quantities/fields.js';

/** Direction of the target's messages that a network fault affects. */
export const direction = choice(['both', 'to', 'from'], 'both').describe(
  'Affected messages, seen from the target: requests to it, responses from it, or both. ' +
    'Unit: name. Defaults to both.',
);
