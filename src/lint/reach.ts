import type { Call } from './calls.js';
import { traitsIn } from './layers.js';
import type { Subject } from './subject.js';

/** The parts that a selection of calls reaches from these parts, which are included. */
export function reach(
  { graph }: Pick<Subject, 'graph'>,
  from: Iterable<string>,
  along: (call: Call) => boolean,
): ReadonlySet<string> {
  const parts = new Set(from);
  // A set yields the members that are added while it is walked.
  for (const part of parts) {
    for (const call of graph.from(part)) if (along(call)) parts.add(call.to);
  }
  return parts;
}

/** Whether the caller waits for the end of a call. */
export function isWaitedFor({ background, most }: Call): boolean {
  return !background && most > 0;
}

/** Whether the caller fails if the call fails: it waits for it, handles no failure and has no fallback. */
export function isHard(call: Call): boolean {
  return isWaitedFor(call) && !call.handled && traitsIn(call.layers, 'fallback') === null;
}

/** The requests of all workloads as parts. */
export function requestsOf({ scenario }: Subject): readonly string[] {
  return [...scenario.workloads.values()].flatMap(({ name, requests }) =>
    requests.filter(({ weight }) => weight > 0).map((request) => `${name}.${request.name}`),
  );
}
