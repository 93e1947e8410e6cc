import { outcomeOfStatus } from '../../contracts/outcome.js';
import type { Abort } from '../../model/resources/layers/call-faults.js';
import { DIRECTION } from '../../model/data/edges/link.js';
import type { Held, Knob } from '../../model/faults/knob.js';
import { formatShare } from '../../text/figures.js';
import { callFaultsOf, callsWords, IN_PROXIES } from '../mechanisms/call-faults.js';

interface Aborts {
  readonly status: number;
}

/** Share of the calls to a component that the proxies of its callers end; each fault draws its own. */
export const aborted: Knob<Aborts> = {
  ...IN_PROXIES,
  name: 'aborted',
  neutral: 0,
  bounds: ({ value }) => ({ failed: value, slower: 1, lateNs: 0 }),
  words({ value, more }, { words }) {
    const amount = value < 1 ? `${formatShare(value)} of the calls` : 'all calls';
    return `the proxies of callers end ${amount} ${callsWords(words)} with ${more.status}`;
  },
  instance({ world }, { component }, held) {
    callFaultsOf(world).aborts.ofComponent[component] = heldAborts(held);
  },
  part({ world }, part, held) {
    callFaultsOf(world).aborts.ofPart[part] = heldAborts(held);
  },
  link({ world }, link, held) {
    const { stat } = world.plan.links[link];
    callFaultsOf(world).aborts.ofEdge[stat] = heldAborts(held(DIRECTION.request));
  },
};

function heldAborts(held: Held): readonly Abort[] | null {
  const all = held.of(aborted).map(({ edit, active }) => ({
    share: edit.value,
    outcome: outcomeOfStatus(edit.more.status),
    key: active.key,
  }));
  return all.length === 0 ? null : all;
}
