import { PROBES, type ProbeKind } from '../../spec/scenario/probes.js';
import type { ProbesOutput } from '../schema/probes.js';

/** Endpoint that runs the checks of a probe, such as `readinessChecks`. */
export function checksEndpoint(kind: ProbeKind): string {
  return `${kind}Checks`;
}

/** Names of the endpoints that run the checks of a service's probes. */
export function checksOf(output: ProbesOutput | undefined): readonly string[] {
  return PROBES.filter((kind) => output?.[kind]?.checks !== undefined).map(checksEndpoint);
}
