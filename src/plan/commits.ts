import type { Distribution } from '../kernel/distribution.js';
import { eachStep } from '../language/each-step.js';
import { listsOfRequest, listsOfServers } from '../language/fallback-steps.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import type { Step } from '../contracts/scenario/steps.js';
import { canonical } from './canonical.js';

/** Name of the part of a database for commits with one duration; `place` is the rank of the duration. */
const nameOf = (place: number): string => (place === 0 ? 'commit' : `commit-${place + 1}`);

/** By database: the parts that commit its transactions, one for each duration of a commit. */
export function commitsOf(
  scenarios: readonly Scenario[],
): ReadonlyMap<string, readonly (readonly [string, Distribution])[]> {
  const times = new Map<string, Map<string, Distribution>>();
  const note = (step: Step): void => {
    if (step.verb !== 'transaction') return;
    const own = times.get(step.database) ?? new Map<string, Distribution>();
    times.set(step.database, own.set(canonical(step.commit), step.commit));
  };
  for (const scenario of scenarios) {
    for (const steps of programsOf(scenario)) eachStep(steps, note);
  }
  return new Map(
    [...times].map(([database, own]) => {
      const sorted = [...own].sort(([a], [b]) => (a < b ? -1 : 1));
      return [database, sorted.map(([, time], place) => [nameOf(place), time] as const)];
    }),
  );
}

function* programsOf(scenario: Scenario): Generator<readonly Step[]> {
  yield* listsOfServers(scenario);
  for (const workload of scenario.workloads.values()) {
    for (const request of workload.requests) yield* listsOfRequest(workload, request);
  }
}
