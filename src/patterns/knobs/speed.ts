import type { Knob } from '../../model/faults/knob.js';
import { formatNumber } from '../../text/figures.js';
import { OF_PROCESSES } from './usual.js';

/** Speed of the CPU work and the waits of an instance, including those in progress, or of the work of a part. */
export const speed: Knob<null> = {
  ...OF_PROCESSES,
  name: 'speed',
  combine: 'product',
  neutral: 1,
  bounds: ({ value }) => ({ failed: 0, slower: Math.max(1, 1 / value), lateNs: 0 }),
  need: () => null,
  words({ value }, { words, part, does }) {
    if (value === 0) return does('stops', 'stop');
    if (value === 1) return '';
    const factor =
      value > 1 ? `${formatNumber(value)}x faster` : `${formatNumber(1 / value)}x slower`;
    return `${words} ${factor}${part}`;
  },
  instance: ({ outages }, instance, held) => outages.setSpeed(instance, held.effective(speed)),
  part({ world }, part, held) {
    world.partSlowness[part] = 1 / held.effective(speed);
  },
};
