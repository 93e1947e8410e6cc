import type { Distribution } from '../../kernel/distribution.js';
import type { Knob } from '../../model/faults/knob.js';
import type { FaultChanges } from '../../contracts/scenario/scenario.js';
import { list } from '../../text/words.js';
import { OF_PROCESSES } from './usual.js';

/** Number of paths that a sentence names. */
const NAMED = 3;

/** Times until an instance has a change, and after its end the old configuration; null = at once. */
interface Delays {
  readonly propagation: Distribution | null;
  readonly rollback: Distribution | null;
}

/** Strength of a configuration change. */
export const configured: Knob<Delays> = {
  ...OF_PROCESSES,
  bounds: () => null,
  name: 'configured',
  combine: 'each',
  neutral: 0,
  need: () => null,
  words(_edit, { fault }) {
    const paths = fault.changes?.paths ?? [];
    const texts = paths.slice(0, NAMED).map(pathWords);
    const rest = paths.length - NAMED;
    return list(rest > 0 ? [...texts, `${rest} more`] : texts);
  },
  instance({ world }, instance, held) {
    world.configurations!.turn(
      instance,
      held.of(configured).map(({ edit, active }) => ({
        fault: active.index,
        strength: edit.value,
        delays: [edit.more.rollback, edit.more.propagation],
      })),
    );
  },
};

function pathWords({ path, before, after }: FaultChanges['paths'][number]): string {
  if (after === null) return `${path} is removed`;
  return before === null ? `${path} is ${after}` : `${path} is ${after} instead of ${before}`;
}
