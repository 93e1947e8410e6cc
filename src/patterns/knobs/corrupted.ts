import type { Knob } from '../../model/faults/knob.js';
import { lostMessages } from './loss.js';
import { messagesOf, poisoned, type Poison } from './messages.js';
import { OF_LINKS } from './usual.js';

/**
 * Share of the messages that arrive damaged. On a link the checksum of TCP detects it: the packet is dropped and sent
 * again, as after a loss. A damaged message of a topic or a queue cannot be read by any consumer, like a poison message.
 */
export const corrupted: Knob<Poison> = {
  ...OF_LINKS,
  bounds: () => null,
  name: 'corrupted',
  combine: 'union',
  neutral: 0,
  actsAs: [lostMessages, poisoned],
  messages: 'lost',
  words: ({ value }, { words }) => `${messagesOf(value, words)} are damaged`,
  needOfLinks: (_has, value) =>
    value < 1
      ? null
      : 'if every packet is damaged, no retransmission arrives: write a share below 100%, or a partition',
  link: (controls, id, held) => lostMessages.link!(controls, id, held),
  holder: (controls, component, held) => poisoned.holder!(controls, component, held),
};
