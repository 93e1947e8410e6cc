import type { Ns } from '../../kernel/time.js';
import type { Knob } from '../../model/faults/knob.js';

interface Hold {
  /** How long at a time; null = to the end. */
  readonly holdNs: Ns | null;
}

/** The value of the key of an operation of a database whose row is held. */
export const rowHeld: Knob<Hold> = {
  name: 'rowHeld',
  combine: 'each',
  neutral: -1,
  stops: null,
  messages: null,
  need: () => null,
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
