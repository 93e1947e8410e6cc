import type { Knob } from '../../model/faults/knob.js';

/** Usual answers of a knob of processes: they continue, messages are neither lost nor late, the fault ends all of it. */
export const OF_PROCESSES = {
  stops: null,
  messages: null,
  outlasts: false,
} satisfies Partial<Knob>;

/** Usual answers of a knob of links. Components have nothing that it needs; `needOfLinks` asks the links. */
export const OF_LINKS = {
  stops: null,
  outlasts: false,
  need: () => null,
} satisfies Partial<Knob>;

/** Usual answers of a knob of workloads, messages or parts. It needs nothing of their components. */
export const OF_OTHERS = { ...OF_PROCESSES, need: () => null } satisfies Partial<Knob>;
