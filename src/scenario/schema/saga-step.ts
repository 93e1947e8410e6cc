import { z } from 'zod';
import { nameText } from '../../spec/fields/common.js';
import { flag } from '../../spec/quantities/fields.js';

/** Fields of a `saga` step. */
export const sagaStepFields = z.strictObject({
  start: nameText().describe('Name of the saga. Required.'),
  await: flag(false).describe(
    'Whether the step waits for the end of the saga, and fails if the saga was compensated. Otherwise ' +
      'the step ends once the saga is accepted. Defaults to false.',
  ),
});
export type SagaStepOutput = z.output<typeof sagaStepFields>;
