import type { Knob } from '../../model/faults/knob.js';
import { formatShare } from '../../text/figures.js';
import { OF_PROCESSES } from './usual.js';

/** Share of database calls after which an instance does not return the connection. */
export const connectionLeak: Knob<null> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'leak',
  combine: 'union',
  neutral: 0,
  outlasts: true,
  need: (_edit, name, { takesConnections }) =>
    takesConnections
      ? null
      : `\`${name}\` calls no database through a pool, so it has no connections to leak`,
  words: ({ value }, { does, isMany }) =>
    `${does('leaks', 'leak')} ${formatShare(value)} of the connections ${isMany ? 'they use' : 'it uses'}`,
  idleAtKafka: 'its nodes call no database, so they have no connections to leak',
  instance(_controls, instance, held) {
    instance.leak = held.effective(connectionLeak);
  },
};
