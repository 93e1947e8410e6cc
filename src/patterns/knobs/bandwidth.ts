import type { Knob } from '../../model/faults/knob.js';
import { formatSize } from '../../spec/size-text.js';

/** Bytes a second of a link between each two instances. */
export const bandwidthLimit: Knob<null> = {
  name: 'bandwidth',
  combine: 'min',
  neutral: Infinity,
  stops: null,
  messages: 'late',
  need: () => null,
  words: ({ value }, { words }) => `only ${formatSize(value)}/s for ${words}`,
  link({ world }, id, { requests, answers }) {
    const link = world.links[id];
    const { baseRequestBandwidth, baseAnswerBandwidth } = link;
    link.requestBandwidth = Math.min(baseRequestBandwidth, requests.effective(bandwidthLimit));
    link.answerBandwidth = Math.min(baseAnswerBandwidth, answers.effective(bandwidthLimit));
    world.sizes?.lines.turned(id);
  },
  needOfLinks: (isSized) =>
    isSized
      ? null
      : 'no message there has a size, so none takes longer: write `requestSize` or `responseSize` (`optional: true` accepts that)',
};
