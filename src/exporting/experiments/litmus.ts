import { documents } from '../values.js';
import type { Experimental, ExperimentFormat } from './experiment.js';
import { writtenFaults } from './faults.js';
import { WRITERS, type Attack } from './litmus-faults.js';
import { LONGEST, nameOf } from './names.js';
import { timesOf, wholeSeconds } from './times.js';

/** One fault of one application, in its time. */
interface Engine extends Attack {
  readonly name: string;
  readonly startNs: number;
  readonly lengthNs: number;
}

/**
 * A ChaosEngine of Litmus for each fault, which waits until its fault begins: `RAMP_TIME` of an experiment is the time
 * before, and after, its injection.
 *
 * Sources: litmuschaos/chaos-operator deploy/chaos_crds.yaml; litmuschaos/chaos-charts faults/kubernetes (Apache-2.0).
 */
export const litmus: ExperimentFormat = {
  name: 'litmus',
  summary: 'ChaosEngines of Litmus with the faults, each at its time',
  comment: '#',
  write(of) {
    const { faults, unwritten, otherwise } = writtenFaults(of, 'Litmus', WRITERS);
    const engines = faults.flatMap(({ fault, own: { attacks } }) =>
      fault.spans.flatMap((span, k) =>
        attacks.map((attack): Engine => {
          const number = fault.spans.length < 2 ? null : k + 1;
          const id = attacks.length < 2 ? fault.id : `${fault.id}-${attack.app}`;
          return { ...attack, name: nameOf(id, number), ...timesOf(span, of) };
        }),
      ),
    );
    if (engines.length === 0) return { text: '', unwritten, otherwise };
    const isRounded = engines.some(({ startNs, lengthNs }) =>
      [startNs, lengthNs].some((ns) => ns % 1e9 !== 0),
    );
    const general = [
      {
        of: 'chaosServiceAccount',
        reason: `a scenario has no accounts: change ${ACCOUNT} to yours`,
      },
      ...(isRounded
        ? [{ of: 'times', reason: 'Litmus counts whole seconds: others are rounded' }]
        : []),
    ];
    const text = documents(
      engines.map((own, k) => [k === 0 ? headOf(of, engines) : '', engineOf(own, of)]),
    );
    return { text, unwritten, otherwise: [...general, ...otherwise] };
  },
};

/** Account with which the experiments run. */
const ACCOUNT = 'litmus-admin';

function headOf({ title, namespace }: Experimental, engines: readonly Engine[]): string {
  const names = [...new Set(engines.map(({ experiment }) => experiment))].sort();
  return [
    title,
    `Install these experiments of the hub in the namespace ${namespace} first: ${names.join(', ')}.`,
    'Apply all engines together with the load. Litmus needs some seconds to start each of them.',
    'Change the labels and kinds to those of your applications.',
  ].join('\n');
}

function engineOf(
  { name, app, experiment, env, startNs, lengthNs }: Engine,
  { namespace }: Experimental,
): unknown {
  const times = {
    TOTAL_CHAOS_DURATION: wholeSeconds(Math.max(lengthNs, 1e9)),
    ...(startNs > 0 && { RAMP_TIME: wholeSeconds(startNs) }),
  };
  const all = Object.entries({ ...times, ...env });
  return {
    apiVersion: 'litmuschaos.io/v1alpha1',
    kind: 'ChaosEngine',
    metadata: { name: name.slice(0, LONGEST), namespace },
    spec: {
      engineState: 'active',
      appinfo: { appns: namespace, applabel: `app=${app}`, appkind: 'deployment' },
      chaosServiceAccount: ACCOUNT,
      experiments: [
        {
          name: experiment,
          spec: { components: { env: all.map(([key, value]) => ({ name: key, value })) } },
        },
      ],
    },
  };
}
