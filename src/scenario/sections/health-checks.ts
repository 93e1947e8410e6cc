import type { HealthChecks, WrittenHealthChecks } from '../../contracts/scenario/health-checks.js';
import type { Cursor } from '../resolve/context.js';
import { checkTarget, SELF } from './probes.js';

/** Resolves `healthChecks`; `endpoints` are those of the service, none for a gateway. */
export function resolveHealthChecks(
  here: Cursor,
  written: WrittenHealthChecks | null,
  endpoints: readonly string[],
): HealthChecks | null {
  if (written === null) return null;
  const { call, ...own } = written;
  checkTarget(here, call, endpoints, 'health check');
  if (call === SELF && !own.usesWorkers && own.failedStatus === 'counted') {
    const why = 'a check of the process itself, past its queue, gets no error: remove failedStatus';
    here.in('failedStatus').conflict(why);
  }
  return { ...own, endpoint: call === SELF ? null : call };
}
