import { samplers, type Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import type { HeldEdit, Knob } from '../../model/faults/knob.js';
import type { MessageShare } from '../../model/data/holder-knobs.js';
import { formatNumber, formatShare } from '../../text/figures.js';
import { delayWords } from '../mechanisms/delay-words.js';
import { OF_OTHERS } from './usual.js';

export interface Poison {
  /** How a consumer fails when it handles such a message. */
  readonly effect: 'error' | 'crash' | 'hang';
  /** Time until a consumer killed by the message restarts; null = the restart time of its platform. */
  readonly restartNs: Ns | null;
}

/** Share of the messages of a topic or queue that cannot be handled; each fault draws its own. */
export const poisoned: Knob<Poison> = {
  ...OF_OTHERS,
  bounds: () => null,
  name: 'poison',
  combine: 'each',
  neutral: 0,
  words: ({ value }, { words }) => `${messagesOf(value, words)} cannot be handled`,
  holder({ world }, component, held) {
    const shares = held.of(poisoned).map((one) => ({ ...shareOf(one), ...one.edit.more }));
    world.faultTargets.holders.get(component)!.poison(shares);
  },
};

/** Share of the messages that a topic or queue receives twice; each fault draws its own. */
export const duplicated: Knob<null> = {
  ...OF_OTHERS,
  bounds: () => null,
  name: 'duplicated',
  combine: 'each',
  neutral: 0,
  words: ({ value }, { words }) => `${messagesOf(value, words)} are duplicated`,
  holder({ world }, component, held) {
    world.faultTargets.holders.get(component)!.duplicate(held.of(duplicated).map(shareOf));
  },
  needOfLog: ({ name, hasBroker }) =>
    hasBroker
      ? null
      : {
          code: 'FL410',
          message:
            `${name} receives no duplicates, because without a broker its producers are ` +
            'idempotent: write broker: NAME and producer: { idempotence: false }',
        },
};

interface HeldBack {
  readonly distribution: Distribution;
}

/** Share of the messages that a queue holds back for a time before it delivers them. */
export const heldBack: Knob<HeldBack> = {
  ...OF_OTHERS,
  bounds: () => null,
  name: 'heldBack',
  combine: 'each',
  neutral: 0,
  words: ({ value, more }, { words }) =>
    `${messagesOf(value, words)} are held back for ${delayWords(more.distribution)}`,
  holder({ world }, component, held) {
    const shares = held.of(heldBack).map((one) => ({
      ...shareOf(one),
      sampler: samplers.add(one.edit.more.distribution),
    }));
    world.faultTargets.holders.get(component)!.reorder!(shares);
  },
};

interface Redrive {
  /** True = the cause of the failures is fixed, so the redriven messages succeed. */
  readonly isRepaired: boolean;
}

/** Messages per second that a dead letter queue sends back. Takes effect once, when the edit is applied. */
export const redriven: Knob<Redrive> = {
  ...OF_OTHERS,
  bounds: () => null,
  name: 'redriven',
  combine: 'each',
  neutral: 0,
  words: ({ value }, { words }) =>
    `the dead letters of ${words} are redriven at ${formatNumber(value)}/s`,
  holder({ world }, component, held) {
    const knobs = world.faultTargets.holders.get(component)!;
    for (const { edit } of held.of(redriven)) knobs.redrive?.(edit.value, edit.more.isRepaired);
  },
};

/** A group rebalances its partitions. Takes effect once, when the edit is applied. */
export const rebalanced: Knob<null> = {
  ...OF_OTHERS,
  bounds: () => null,
  name: 'rebalance',
  combine: 'max',
  neutral: 0,
  words: (_edit, { does }) => does('rebalances', 'rebalance'),
  part({ world }, part, held) {
    if (held.isOn(rebalanced)) world.faultTargets.rebalance.get(part)!();
  },
};

function shareOf({ edit, active }: HeldEdit): MessageShare {
  return { share: edit.value, key: active.key };
}

/** A share of the messages of a target, in words. */
export function messagesOf(amount: number, words: string): string {
  return `${amount < 1 ? `${formatShare(amount)} of ` : ''}the messages of ${words}`;
}
