import { LOCAL_REFUSALS } from '../../contracts/patterns/policy.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import type { MachineRecord } from '../../contracts/record/record.js';
import { meanOf, ratioOf, type Measured } from './estimate.js';
import { isBreaker, movedOf, openNs, sizeOf } from '../../telemetry/machines.js';
import type { Question } from './question.js';

/** True for a breaker on the calls of a selection. */
export function isAsked(
  { selection }: Pick<Question, 'selection'>,
  machine: MachineRecord,
): boolean {
  const { callers, callees, parts } = selection;
  const isCaller =
    callers === null || machine.callerComponent < 0 || callers.has(machine.callerComponent);
  const isCallee = callees.has(machine.calleeComponent);
  const isPart = machine.calleePart < 0 || parts.includes(machine.calleePart);
  return isBreaker(machine) && isCaller && isCallee && isPart;
}

/** Number of changes of state of the breakers. */
export function transitionsOf(question: Question): Measured {
  const { data, spans } = question;
  const each = data.records.map((record) => {
    let count = 0;
    for (const { machine, transitions } of movedOf(record, data.plan.warmupNs)) {
      if (!isAsked(question, machine)) continue;
      for (const { atNs } of transitions) {
        if (spans.some((span) => atNs >= span.fromNs && atNs < span.untilNs)) count++;
      }
    }
    return count;
  });
  return meanOf(each, 'exact');
}

/** Share of the time in which the breakers are open, over all of them. */
export function openShareOf(question: Question): Measured {
  const { data, spans, window } = question;
  const over: number[] = [];
  const under: number[] = [];
  for (const record of data.records) {
    let open = 0;
    for (const { machine, transitions } of movedOf(record, data.plan.warmupNs)) {
      if (isAsked(question, machine)) open += openNs(machine, transitions, spans);
    }
    over.push(open);
    const asked = record.machines.filter(({ machine }) => isAsked(question, machine));
    const count = asked.reduce((sum, block) => sum + sizeOf(block), 0);
    under.push(count * window.lengthNs);
  }
  return ratioOf(over, under);
}

/** Whether a layer is a breaker that refuses calls, and does not only record that it would. */
export function isBreakerLayer({ policy, dryRun }: Layer): boolean {
  return !dryRun && LOCAL_REFUSALS[policy]?.outcome === 'rejectedBreaker';
}
