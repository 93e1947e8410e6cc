import type { Knob } from '../../model/faults/knob.js';
import { DIRECTION } from '../../model/data/edges/link.js';
import { formatSize } from '../../contracts/quantities/size-text.js';
import { OF_LINKS } from './usual.js';

/** Bandwidth of the link between each pair of instances, in bytes per second. */
export const bandwidthLimit: Knob<null> = {
  ...OF_LINKS,
  bounds: () => null,
  name: 'bandwidth',
  combine: 'min',
  neutral: Infinity,
  messages: 'late',
  words: ({ value }, { words }) => `only ${formatSize(value)}/s for ${words}`,
  link({ world }, id, held) {
    const link = world.links[id];
    const requests = held(DIRECTION.request).effective(bandwidthLimit);
    const answers = held(DIRECTION.answer).effective(bandwidthLimit);
    link.requestBandwidth = Math.min(link.baseRequestBandwidth, requests);
    link.answerBandwidth = Math.min(link.baseAnswerBandwidth, answers);
    world.sizes?.lines.bandwidthChanged(id);
  },
  needOfLinks: ({ isSized }) =>
    isSized
      ? null
      : 'no message there has a size, so none takes longer: write `requestSize` or ' +
        '`responseSize`, or `optional: true` to accept that',
};
