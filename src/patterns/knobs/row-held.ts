import type { Ns } from '../../kernel/time.js';
import type { Knob } from '../../model/faults/knob.js';
import { OF_OTHERS } from './usual.js';

interface Hold {
  /** Duration of each hold; null = until the fault ends. */
  readonly holdNs: Ns | null;
}

/** Key of the database row that a foreign transaction holds, as the value that the operation looks up. */
export const rowHeld: Knob<Hold> = {
  ...OF_OTHERS,
  bounds: () => null,
  name: 'rowHeld',
  combine: 'each',
  neutral: -1,
  words: (_edit, { words }) => `a row of ${words} is held`,
  part({ world }, part, held) {
    const rows = held.of(rowHeld).map(({ edit: { value, more }, active }) => ({
      fault: active.index,
      value,
      holdNs: more.holdNs,
    }));
    world.sections!.transactions.holdRows(part, rows);
  },
};
