import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { frozen } from '../knobs/frozen.js';

const schema = z.strictObject({});

/**
 * `hang`: the process takes requests and answers none; workers, then the queue fill. Work under way
 * stops where it is and goes on at the end, unless its caller has gone and `cancellation` drops it.
 */
export const hang: FaultKind<typeof schema> = {
  kind: 'hang',
  summary:
    'The target accepts requests but does not answer them, so workers and queue fill up. When ' +
    'the fault ends it processes the requests it holds, unless `cancellation` drops them.',
  sources: ['Nygard 2018 ch. 4 (blocked threads)'],
  targets: ['instance'],
  schema,
  example: '- { id: payments-hang, kind: hang, target: payments, at: 10s, for: 5s }\n',
  takesShare: false,
  takesNoRamp: true,
  edits: (_config, strength) => (strength === 0 ? [] : [edit(frozen, 1)]),
};
