import { invariant } from '../../kernel/invariant.js';
import { outcomeOfStatus } from '../../contracts/outcome.js';
import type { Abort } from '../../model/resources/layers/call-aborts.js';
import type { Controls, Held, Knob } from '../../model/faults/knob.js';
import { formatShare } from '../../text/figures.js';
import { OF_PROCESSES } from './usual.js';

export interface Aborts {
  readonly status: number;
}

/** Share of the calls to a component that the proxies of its callers end; each fault draws its own. */
export const aborted: Knob<Aborts> = {
  ...OF_PROCESSES,
  name: 'aborted',
  combine: 'each',
  neutral: 0,
  bounds: ({ value }) => ({ failed: value, slower: 1, lateNs: 0 }),
  need: () => null,
  words({ value, more }, { words }) {
    const amount = value < 1 ? `${formatShare(value)} of the calls` : 'all calls';
    return `the proxies of callers end ${amount} to ${words} with ${more.status}`;
  },
  idleAtKafka: 'its clients have no proxy that could end their calls',
  instance({ world }, { component }, held) {
    abortsOf(world).ofComponent[component] = heldAborts(held);
  },
  part({ world }, part, held) {
    abortsOf(world).ofPart[part] = heldAborts(held);
  },
};

function abortsOf({ aborts }: Controls['world']): NonNullable<Controls['world']['aborts']> {
  invariant(aborts !== null, 'a run has the aborts that a fault of its plan causes');
  return aborts!;
}

function heldAborts(held: Held): readonly Abort[] | null {
  const all = held.of(aborted).map(({ edit, active }) => ({
    share: edit.value,
    outcome: outcomeOfStatus(edit.more.status),
    key: active.key,
  }));
  return all.length === 0 ? null : all;
}
