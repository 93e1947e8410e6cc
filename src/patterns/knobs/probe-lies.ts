import type { Knob } from '../../model/faults/knob.js';
import { FORCED_RESULT, PROBES, type ProbeKind } from '../../contracts/scenario/probes.js';
import { OF_PROCESSES } from './usual.js';

interface ForcedResult {
  /** The probes whose results the fault forges. */
  readonly probes: readonly ProbeKind[];
}

/** Forged result of each probe of an instance, a FORCED_RESULT. */
export const PROBE_LIES: Readonly<Record<ProbeKind, Knob<ForcedResult>>> = {
  startup: lieOf('startup'),
  liveness: lieOf('liveness'),
  readiness: lieOf('readiness'),
};

function lieOf(probe: ProbeKind): Knob<ForcedResult> {
  const place = PROBES.indexOf(probe);
  const own: Knob<ForcedResult> = {
    ...OF_PROCESSES,
    bounds: () => null,
    name: `${probe}Lie`,
    combine: 'max',
    neutral: 0,
    need({ more }, name, { probes }) {
      if (more.probes.some((kind) => (probes?.[kind] ?? null) !== null)) return null;
      const missing = more.probes.length === 1 ? `probes.${probe}` : 'probes';
      return `\`${name}\` has no \`${missing}\` to override`;
    },
    words({ value, more }, { words }) {
      const kind = more.probes.length > 1 ? 'every probe' : probe;
      return `${kind} of ${words} ${value === FORCED_RESULT.pass ? 'passes' : 'fails'} regardless of its state`;
    },
    instance(_controls, instance, held) {
      instance.forcedResults[place] = held.effective(own);
    },
  };
  return own;
}
