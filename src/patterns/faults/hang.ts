import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { frozen } from '../knobs/frozen.js';
import { NO_FIELDS } from '../mechanisms/no-fields.js';

/**
 * `hang`: the process accepts requests and answers none, so its workers fill up, then its queue. Work in progress stops
 * and resumes at the end of the fault, unless its caller has left and `cancellation` drops it.
 */
export const hang: FaultKind<typeof NO_FIELDS> = {
  kind: 'hang',
  summary:
    'The target accepts requests but does not answer them, so workers and queue fill up. When ' +
    'the fault ends it processes the requests it holds, unless `cancellation` drops them.',
  sources: ['Nygard 2018 ch. 4 (blocked threads)'],
  targets: ['instance'],
  schema: NO_FIELDS,
  example: '- { id: payments-hang, kind: hang, target: payments, at: 10s, for: 5s }\n',
  takesShare: false,
  takesNoRamp: true,
  edits: () => [edit(frozen, 1)],
};
