import type { Ns } from '../../kernel/time.js';
import type { Orchestration, Saga } from '../../contracts/scenario/sagas.js';
import type { Path } from '../../scenario/located.js';
import { limitOfCall } from '../limits.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { handyTime, timeText, yamlAt } from '../words.js';

/** A saga whose commands are sent again while their participant still works. */
export const leaseBelowStep: Rule = {
  name: 'lease-below-step',
  severity: 'error',
  reason:
    'The engine takes a command for lost when its lease has expired, and gives it to another worker. The step then runs twice, and a step that always takes that long never completes.',
  remedy: 'Make the lease longer than the step with its retries, or split the step.',
  check: (subject) => [...subject.scenario.sagas.values()].flatMap((saga) => judge(subject, saga)),
};

function judge(subject: Subject, saga: Saga): readonly Finding[] {
  const { orchestration } = saga;
  if (orchestration === null) return [];
  return saga.steps.flatMap(({ name, call, compensation }) =>
    [call, compensation].flatMap((to) => {
      if (to === null) return [];
      const part = `${to.component}.${to.part}`;
      const lease = leaseOf(subject, saga, orchestration, part);
      const needed = subject.demands.of(part).elapsedNs;
      if (lease === null || needed < lease.ns) return [];
      return {
        path: lease.path,
        entities: [`${saga.name}.${name}`, part],
        message: `${orchestration.engine} gives ${name} of ${saga.name} to another worker while ${part} runs`,
        measured: `${timeText(needed)} on average`,
        limit: `${lease.field} ${timeText(lease.ns)}`,
        fix: yamlAt(['sagas', saga.name], mended(saga, name, lease, handyTime(2 * needed))),
      };
    }),
  );
}

/** How long a worker may hold a command, and the field that says so. */
interface Lease {
  readonly ns: Ns;
  readonly field: string;
  readonly path: Path;
}

/** The lease of the engine, or the time limit of the call where the engine counts that; null = neither. */
function leaseOf(
  { calls }: Subject,
  saga: Saga,
  { leaseNs, detection, persistence }: Orchestration,
  part: string,
): Lease | null {
  const field = 'leaseTimeout';
  if (leaseNs !== null) return { ns: leaseNs, field, path: ['sagas', saga.name, field] };
  if (!detection.countsCallLimit || persistence === null) return null;
  const call = calls.find(
    ({ path, to }) => path[0] === 'sagas' && path[1] === saga.name && to === part,
  );
  const ns = call === undefined ? Infinity : limitOfCall(call).callNs;
  if (call === undefined || ns === Infinity) return null;
  // The id of a bundle names its step; a place in the file counts it.
  const [section, name, list, ...rest] = call.policyPath;
  const index = saga.steps.findIndex((step) => step.name === rest[0]);
  const path = list === 'steps' ? [section, name, list, index, 'policy'] : call.policyPath;
  return { ns, field: 'timeout', path: [...path, 'timeout'] };
}

/** YAML of the saga with a longer lease, or with a longer time limit of one of its steps. */
function mended({ steps }: Saga, changed: string, { field }: Lease, time: string): string {
  if (field === 'leaseTimeout') return `${field}: ${time}`;
  const texts = steps.map(({ name, call, compensation }) => {
    const undo =
      compensation === null ? '' : `, compensation: ${compensation.component}.${compensation.part}`;
    const policy = name === changed ? `, policy: { timeout: ${time} }` : '';
    return `{ name: ${name}, call: ${call.component}.${call.part}${undo}${policy} }`;
  });
  return `steps: [ ${texts.join(', ')} ]`;
}
