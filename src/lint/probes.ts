import type { Subject } from './subject.js';

/** A component with processes that a platform can probe. */
interface Probeable {
  readonly name: string;
  /** It has a readiness or liveness probe. A startup probe ends with the start. */
  readonly isProbed: boolean;
}

/** The services and gateways that requests reach and whose processes belong to the system. */
export function probeableHosts({ scenario, calls }: Subject): readonly Probeable[] {
  const called = new Set(calls.map(({ callee }) => callee));
  const services = [...scenario.services.values()].filter((it) => it.environments === null);
  return [...scenario.gateways.values(), ...services]
    .filter(({ name, external }) => !external && called.has(name))
    .map(({ name, probes }) => ({
      name,
      isProbed: (probes?.readiness ?? probes?.liveness ?? null) !== null,
    }));
}
