import { positionIn } from './positions.js';
import type { Ns } from '../kernel/time.js';
import type { Scenario } from '../contracts/scenario/scenario.js';

/** How long the client of a request waits; Infinity for other parts. */
export function patienceOf(
  scenario: Scenario,
  part: string,
): { readonly afterNs: Ns; readonly notifies: boolean } {
  const dot = part.indexOf('.');
  const requests = scenario.workloads.get(part.slice(0, dot))?.requests ?? [];
  const patience = requests[positionIn(requests, part.slice(dot + 1))]?.patience ?? null;
  return { afterNs: patience?.afterNs ?? Infinity, notifies: patience?.cancel ?? true };
}
