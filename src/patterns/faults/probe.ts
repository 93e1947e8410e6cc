import { z } from 'zod';
import { choice } from '../../contracts/quantities/fields.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { FORCED_RESULT, PROBES } from '../../contracts/scenario/probes.js';
import { PROBE_LIES } from '../knobs/probe-lies.js';

const schema = z.strictObject({
  probe: choice(['all', ...PROBES], 'all').describe(
    'Probe of the target that is affected. Defaults to all its probes.',
  ),
  value: choice(['fail', 'pass'], 'fail').describe(
    'Result that the probe returns, regardless of the state of the process. Defaults to fail.',
  ),
});

/** `probe`: health checks with false results. They return at once and do not call the process. */
export const probe: FaultKind<typeof schema> = {
  kind: 'probe',
  summary:
    'Probes of the target fail although it is healthy, or pass although it is not; the ' +
    'platform acts on the false results.',
  sources: [
    'kubernetes pkg/kubelet/prober prober.go, probe: an error of the check itself counts as a failure',
    'Google, Site Reliability Engineering, chapter 22: health checks that kill what they should protect',
  ],
  targets: ['instance'],
  schema,
  example:
    '- { id: broken-check, kind: probe, target: shop, probe: readiness, at: 10s, for: 20s }\n',
  takesShare: false,
  takesNoRamp: true,
  edits({ probe: which, value }) {
    const probes = PROBES.filter((kind) => which === 'all' || which === kind);
    return probes.map((kind) => ({
      knob: PROBE_LIES[kind],
      value: FORCED_RESULT[value],
      more: { probes },
    }));
  },
};
