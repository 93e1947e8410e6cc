import { isNode } from '../../contracts/scenario/nodes.js';
import type { Knob } from '../../model/faults/knob.js';
import { OF_PROCESSES } from './usual.js';

/** 1 = the process of an instance is shut down gracefully, and nothing restarts it. */
export const stopping: Knob<null> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'stopping',
  combine: 'max',
  neutral: 0,
  stops: 'ask',
  need: (_edit, name, { isHost }) =>
    isHost
      ? null
      : `\`${name}\` is neither a service nor a gateway, and only their processes stop ` +
        'gracefully: use `crash`',
  words: (_edit, { does, fault }) =>
    fault.target.every(isNode)
      ? does('is drained', 'are drained')
      : does('is stopped', 'are stopped'),
  instance: ({ outages }, instance, held) => outages.setStopping(instance, held.isOn(stopping)),
  node: ({ outages }, node, held) => outages.nodes!.setDrained(node, held.isOn(stopping)),
};
