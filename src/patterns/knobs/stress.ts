import type { Knob } from '../../model/faults/knob.js';
import { share } from '../../text/words.js';

/** Share of each core of an instance that other work takes. */
export const stress: Knob<null> = {
  name: 'stress',
  combine: 'union',
  neutral: 0,
  stops: null,
  messages: null,
  need: (_edit, name, { cores }) =>
    cores < Infinity
      ? null
      : `\`${name}\` has no \`cpu\`: its cores are unlimited, and nothing can be short of them`,
  words: ({ value }, { words }) => `other work takes ${share(value)} of the cores of ${words}`,
  instance: (_controls, instance, held) => instance.cores.press(held.effective(stress)),
};
