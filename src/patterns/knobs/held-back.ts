import { meanOf, samplers, type Distribution } from '../../kernel/distribution.js';
import { DIRECTION } from '../../model/data/edges/link.js';
import type { Held, Knob } from '../../model/faults/knob.js';
import type { Hold } from '../../model/resources/layers/call-faults.js';
import { formatShare } from '../../text/figures.js';
import { callFaultsOf, callsWords, IN_PROXIES } from '../mechanisms/call-faults.js';
import { delayWords } from '../mechanisms/delay-words.js';

export interface Holding {
  readonly distribution: Distribution;
  /** Most calls of one process that are held at the same time. */
  readonly maxActive: number;
}

/** Share of the calls to a component that the proxies of its callers hold back; delays of several faults add up. */
export const heldBack: Knob<Holding> = {
  ...IN_PROXIES,
  name: 'heldBack',
  neutral: 0,
  bounds: ({ more }) => ({ failed: 0, slower: 1, lateNs: meanOf(more.distribution) }),
  words({ value, more }, { words }) {
    const amount = value < 1 ? `${formatShare(value)} of the calls` : 'all calls';
    return `the proxies of callers hold ${amount} ${callsWords(words)} for ${delayWords(more.distribution)}`;
  },
  instance({ world }, { component }, held) {
    callFaultsOf(world).holds.ofComponent[component] = holdsOf(held);
  },
  part({ world }, part, held) {
    callFaultsOf(world).holds.ofPart[part] = holdsOf(held);
  },
  link({ world }, link, held) {
    const { stat } = world.plan.links[link];
    callFaultsOf(world).holds.ofEdge[stat] = holdsOf(held(DIRECTION.request));
  },
};

function holdsOf(held: Held): readonly Hold[] | null {
  const all = held.of(heldBack).map(({ edit: { value, more }, active }) => ({
    share: value,
    sampler: samplers.add(more.distribution),
    maxActive: more.maxActive,
    key: active.key,
  }));
  return all.length === 0 ? null : all;
}
