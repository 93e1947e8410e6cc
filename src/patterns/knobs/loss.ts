import type { Knob } from '../../model/faults/knob.js';
import { DIRECTION } from '../../model/data/edges/link.js';
import { formatShare } from '../../text/figures.js';
import { OF_LINKS } from './usual.js';

/** Share of the messages of a link that retransmission delays. */
export const lostMessages: Knob<null> = {
  ...OF_LINKS,
  bounds: () => null,
  name: 'loss',
  combine: 'union',
  neutral: 0,
  messages: 'lost',
  words: ({ value }, { words }) => `${formatShare(value)} of the messages of ${words} are lost`,
  link({ world }, id, held) {
    const link = world.links[id];
    link.requestLoss =
      1 - (1 - link.baseRequestLoss) * (1 - held(DIRECTION.request).effective(lostMessages));
    link.answerLoss =
      1 - (1 - link.baseAnswerLoss) * (1 - held(DIRECTION.answer).effective(lostMessages));
  },
};
