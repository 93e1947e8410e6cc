import { type Call, componentOf } from './calls.js';
import { limitOfCall } from './limits.js';
import type { Finding } from './rule.js';
import type { Subject } from './subject.js';
import { bundleYaml, callText, handyTime, timeText } from './words.js';
import type { Ns } from '../kernel/time.js';

/** Calls of services and gateways without a time limit, if their callee hangs. */
export function unlimited(subject: Subject): readonly Call[] {
  const { scenario, calls, inherited } = subject;
  return calls.filter((call) => {
    // A client may wait as long as it likes: the system exists to serve it.
    if (scenario.workloads.has(call.caller) || call.background) return false;
    const limit = limitOfCall(call);
    if (limit.callNs !== Infinity || inherited.get(call.from) !== Infinity) return false;
    return runLimit(call.from, subject) === Infinity;
  });
}

/** The finding for such a call. */
export function unlimitedFinding(call: Call, { scenario, demands }: Subject): Finding {
  // A timeout in a shared bundle must suit the slowest of its calls.
  const own = demands.of(call.to).elapsedNs;
  const slowest = call.bundle === '' ? own : Math.max(own, demands.slowestWith(call.bundle));
  const bounded = limitOfCall(call)?.attemptNs !== Infinity;
  const external = scenario.services.get(call.callee)?.external === true;
  return {
    path: call.policyPath,
    entities: [call.from, call.to],
    message: `${callText(call)}${external ? ', which is external,' : ''} has no time limit`,
    measured: measuredOf(call),
    limit: 'a finite one',
    fix: bundleYaml(
      call,
      `${bounded ? 'deadline' : 'timeout'}: ${handyTime(Math.max(1e8, 5 * slowest))}`,
    ),
  };
}

function measuredOf(call: Call): string {
  const attemptNs = limitOfCall(call)?.attemptNs ?? Infinity;
  return attemptNs === Infinity
    ? 'no timeout, and no deadline that reaches the call on every way'
    : `an attempt ends after ${timeText(attemptNs)}, but nothing ends its retries or its wait`;
}

/** Time after which every run of a part is ended and leaves its calls; Infinity = it may wait for ever. */
function runLimit(
  part: string,
  { scenario, consumers, graph }: Pick<Subject, 'scenario' | 'consumers' | 'graph'>,
): Ns {
  const component = componentOf(part);
  const service = scenario.services.get(component);
  const own = service?.endpoints.get(part.slice(component.length + 1))?.timeLimitNs ?? Infinity;
  const platform = service?.environments?.timeoutNs ?? Infinity;
  // The limit of a consumer ends the runs that it starts, not those of requests.
  const handling =
    graph.into(part).length > 0
      ? [Infinity]
      : consumers.flatMap(({ part: handler, spec }) =>
          handler === part ? [spec.policy?.timeoutNs ?? Infinity] : [],
        );
  return Math.min(own, platform, handling.length === 0 ? Infinity : Math.max(...handling));
}
