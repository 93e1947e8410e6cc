import type { Knob } from '../../model/faults/knob.js';
import { OF_PROCESSES } from './usual.js';

/** 1 = an instance hangs: it accepts requests and does not respond. 2 = it pauses: no work runs and no timer fires. */
export const frozen: Knob<null> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'frozen',
  combine: 'max',
  neutral: 0,
  stops: 'hold',
  need: () => null,
  words: ({ value }, { does }) =>
    value > 1 ? does('is paused', 'are paused') : does('hangs', 'hang'),
  instance: ({ outages }, instance, held) =>
    outages.freezes.setFrozen(instance, held.effective(frozen)),
};
