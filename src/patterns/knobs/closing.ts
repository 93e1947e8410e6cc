import type { Knob } from '../../model/faults/knob.js';
import { DIRECTION } from '../../model/data/edges/link.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import { formatBytes, formatSeconds } from '../../text/figures.js';
import { OF_LINKS } from './usual.js';

/** Time by which callers learn later that a callee has closed a connection. Unit: ns. */
export const closeDelay: Knob<null> = {
  ...OF_LINKS,
  bounds: () => null,
  name: 'closeDelay',
  combine: 'sum',
  neutral: 0,
  messages: 'late',
  words: ({ value }, { words }) =>
    `connections of ${words} close ${formatSeconds(value / NS_PER_SECOND)} late`,
  needOfLinks: ({ closes }) =>
    closes
      ? null
      : 'no callee there closes connections itself: write `keepAliveTimeout` (HTTP/1.1) or ' +
        '`maxConnectionAgeGrace` (gRPC) in its `protocol`, and `connections` for its callers',
  link({ world }, id, held) {
    world.links[id].closeDelayNs = held(DIRECTION.answer).effective(closeDelay);
  },
};

/** Bytes of responses after which each connection closes; each fault counts for itself. */
export const dataLimit: Knob<null> = {
  ...OF_LINKS,
  bounds: () => null,
  name: 'dataLimit',
  combine: 'each',
  neutral: Infinity,
  messages: 'lost',
  words: ({ value }, { words }) =>
    `each connection of ${words} closes after ${formatBytes(value)} of responses`,
  needOfLinks: ({ sendsDataOnConnections }) =>
    sendsDataOnConnections
      ? null
      : 'no responses with a size go over connections there: write `responseSize` at the callee, and `connections` ' +
        'for its callers',
  link({ world }, id, held) {
    const limits = held(DIRECTION.answer)
      .of(dataLimit)
      .map(({ edit: { value }, active: { passed } }) => {
        let own = passed.get(id);
        if (own === undefined) passed.set(id, (own = new Map<number, number>()));
        return { bytes: value, passed: own };
      });
    world.links[id].dataLimits = limits.length > 0 ? limits : null;
  },
};
