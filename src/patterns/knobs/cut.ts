import type { Knob } from '../../model/faults/knob.js';
import { DIRECTION } from '../../model/data/edges/link.js';
import { list } from '../../text/words.js';
import { OF_LINKS } from './usual.js';

/** 1 = the messages of a link vanish, 2 = its connections are refused. */
export const cut: Knob<null> = {
  ...OF_LINKS,
  bounds: () => null,
  name: 'cut',
  combine: 'max',
  neutral: 0,
  messages: 'lost',
  words({ value, direction }, { words, fault: { between } }) {
    if (between === null)
      return value > 1 ? `connections to ${words} are refused` : `${words} cannot be reached`;
    const [one, other] = between.map((side) => list(side));
    if (value > 1) return `connections between ${one} and ${other} are refused`;
    if (direction === 'to') return `messages from ${one} to ${other} are lost`;
    if (direction === 'from') return `messages from ${other} to ${one} are lost`;
    return `${one} and ${other} cannot reach each other`;
  },
  link({ world }, id, held) {
    const link = world.links[id];
    link.requestCut = held(DIRECTION.request).effective(cut);
    link.answerCut = held(DIRECTION.answer).effective(cut);
  },
};
