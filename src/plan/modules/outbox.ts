import { planOutboxes, writeRelay } from '../outbox.js';
import type { PlanModule } from './kind.js';

/** Name of the part of a service that publishes the rows of its outbox. */
const RELAY = 'outbox';

export const outbox: PlanModule<never, 'relay', 'outboxes'> = {
  components: {},
  parts: {
    relay: (source) => ({
      repeatable: true,
      consumes: null,
      write: (w, part, scope) => writeRelay(w, part, source.outbox, scope),
    }),
  },
  guests: ({ services }, service) => {
    const own = services.get(service)!.outbox;
    return own === null ? [] : [[RELAY, { kind: 'relay', outbox: own }]];
  },
  plan: ({ w, programs }) => ({ outboxes: planOutboxes(w, programs) }),
};
