import { field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { nameText } from '../../contracts/fields/common.js';

/** Fields of a `saga` step. */
export const sagaStepFields = z.strictObject({
  start: field.of(nameText(), required, 'Name of the saga.'),
  await: field.of(
    z.boolean(),
    false,
    'Whether the step waits for the end of the saga, and fails if the saga was compensated. Otherwise the ' +
      'step ends once the saga is accepted.',
  ),
});
export type SagaStepOutput = z.output<typeof sagaStepFields>;
