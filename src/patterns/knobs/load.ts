import type { Ns } from '../../kernel/time.js';
import type { Knob } from '../../model/faults/knob.js';
import { formatNumber } from '../../text/figures.js';
import { OF_OTHERS } from './usual.js';

export const rateFactor: Knob<null> = {
  ...OF_OTHERS,
  name: 'rate',
  combine: 'product',
  neutral: 1,
  // More requests fill a component as longer work does.
  bounds: ({ value }) => ({ failed: 0, slower: Math.max(1, value), lateNs: 0 }),
  words: ({ value }, { words }) => `${formatNumber(value)}x the load of ${words}`,
  load: ({ world }, load, held) => world.loads.setRate(load, held.effective(rateFactor)),
  rateOf: (rate, { value }) => rate * value,
  needOfLoad: (name, { arrivals }) =>
    arrivals.kind === 'at'
      ? `the arrivals of \`${name}\` are given as exact times, which a factor cannot change: ` +
        'use `rate` or `herd`'
      : null,
};

/** Additional arrivals per second of a workload. */
export const extraRate: Knob<null> = {
  ...OF_OTHERS,
  bounds: () => null,
  name: 'extraRate',
  combine: 'sum',
  neutral: 0,
  words: ({ value }, { words }) => `${formatNumber(value)}/s extra from ${words}`,
  load: ({ world }, load, held) => world.loads.surges.setRate(load, held.effective(extraRate)),
  rateOf: (rate, { value }) => rate + value,
};

interface Herd {
  readonly withinNs: Ns;
}

/** Clients of a workload that arrive within a given time, once, at the start of the fault. */
export const herd: Knob<Herd> = {
  ...OF_OTHERS,
  bounds: () => null,
  name: 'herd',
  combine: 'each',
  neutral: 0,
  words: ({ value }, { words }) => `${formatNumber(value)} clients of ${words} at once`,
  load: () => undefined,
  begin({ world }, { loads }, { value, more }) {
    for (const load of loads) world.loads.surges.gather(load, value, more.withinNs);
  },
};
