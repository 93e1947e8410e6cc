import { PROBES, type ProbeKind } from '../../spec/scenario/probes.js';
import type { ProbesOutput } from '../schema/probes.js';

/** Endpoint that runs the checks of a probe, such as `readinessChecks`. */
export function checksEndpoint(kind: ProbeKind): string {
  return `${kind}Checks`;
}

/** A service as written, or one of its versions. */
interface Probed {
  readonly probes?: ProbesOutput | undefined;
  readonly versions?: Readonly<Record<string, Probed>> | undefined;
}

/** Names of the endpoints that run the checks of the probes of a service and of its versions. */
export function checksOf({ probes, versions }: Probed): readonly string[] {
  const all = [probes, ...Object.values(versions ?? {}).map((version) => version.probes)];
  const isChecked = (kind: ProbeKind): boolean =>
    all.some((own) => own?.[kind]?.checks !== undefined);
  return PROBES.filter(isChecked).map(checksEndpoint);
}
