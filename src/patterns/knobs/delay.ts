import { meanOf, samplers, type Distribution } from '../../kernel/distribution.js';
import type { Active, Knob } from '../../model/faults/knob.js';
import { DIRECTION, type DelayMemory } from '../../model/data/edges/link.js';
import { delayWords } from '../mechanisms/delay-words.js';
import { OF_LINKS } from './usual.js';

interface Delay {
  readonly distribution: Distribution;
  /** Correlation of each delay with the delay of the previous message. */
  readonly correlation: number;
}

/** The messages that a fault delays, by its direction: a call waits for a request and a response. */
const DELAYED = { both: 'message', to: 'request', from: 'response' } as const;

/** Extra delay of each message of a link; delays of several faults add up. */
export const delay: Knob<Delay> = {
  ...OF_LINKS,
  name: 'delay',
  combine: 'each',
  neutral: -1,
  messages: 'late',
  bounds: ({ more }) => ({ failed: 0, slower: 1, lateNs: meanOf(more.distribution) }),
  words: ({ more, direction = 'both' }, { words, part }) =>
    `${delayWords(more.distribution)} delay of each ${DELAYED[direction]} on ${words}${part}`,
  link({ world }, id, held) {
    world.links[id].extras = held(DIRECTION.both)
      .of(delay)
      .map(({ edit: { more }, active }) => ({
        sampler: samplers.add(more.distribution),
        key: active.key,
        share: active.fault.share,
        direction: active.fault.links.find((hit) => hit.link === id)!.direction,
        memory: memoryOf(active, id, more.correlation),
      }));
  },
};

/** The memory is kept by link, so it survives the steps of a ramp. */
function memoryOf({ memories }: Active, link: number, correlation: number): DelayMemory | null {
  if (correlation === 0) return null;
  let memory = memories.get(link);
  if (memory === undefined) memories.set(link, (memory = { correlation, request: -1, answer: -1 }));
  return memory;
}
