import type { Knob } from '../../model/faults/knob.js';
import { formatShare } from '../../text/figures.js';

/** Share of each core of an instance that foreign work takes. */
export const stress: Knob<null> = {
  name: 'stress',
  combine: 'union',
  neutral: 0,
  stops: null,
  messages: null,
  need: (_edit, name, { cores }) =>
    cores < Infinity
      ? null
      : `\`${name}\` has no \`cpu\`, so its cores are unlimited: write \`cpu: { cores: ... }\``,
  words: ({ value }, { words }) =>
    `other work takes ${formatShare(value)} of the cores of ${words}`,
  instance: (_controls, instance, held) => instance.cores.press(held.effective(stress)),
};
