import { z } from 'zod';
import { nameText } from '../fields/common.js';
import { entry } from '../fields/entry.js';
import { field, required } from '../fields/field.js';

/** Fields of a `saga` step. */
export const sagaStepFields = entry(
  {
    saga: field.of(nameText(), required, 'Name of the saga.'),
    await: field.of(
      z.boolean(),
      false,
      'Whether the step waits for the end of the saga, and fails if the saga was compensated. Otherwise the ' +
        'step ends once the saga is accepted.',
    ),
  },
  undefined,
  { saga: 'start' },
);
export type SagaStartStep = z.output<typeof sagaStepFields>;
