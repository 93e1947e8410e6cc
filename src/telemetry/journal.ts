import {
  JOURNAL,
  REGISTRY_EVENT,
  ROLLOUT_STATE,
  type MachineRecord,
  type RunRecord,
} from '../contracts/record/record.js';
import type { JournalEntry } from '../contracts/result/result.js';
import type { Plan } from '../contracts/plan/plan.js';
import { isBreaker, movedOf } from './machines.js';
import { instanceName } from '../contracts/plan/names.js';

const INSTANCE_STATES = [
  'up',
  'down',
  'hung',
  'paused',
  'failedStart',
  'leaving',
  'condemned',
  'unready',
  'ready',
  'drained',
  'killed',
  'absent',
  'wanted',
] as const;

/** State changes of a run, with names, from the end of the warm-up. */
export function journalOf(plan: Plan, record: RunRecord): readonly JournalEntry[] {
  const { timeNs, kind, subject, value } = record.journal;
  const moved = movedOf(record, plan.warmupNs);
  const machines = new Map(moved.map(({ id, machine }) => [id, machine]));
  const entries: JournalEntry[] = [];
  for (let i = 0; i < timeNs.length; i++) {
    if (timeNs[i] < 0) continue;
    const at = timeNs[i] / 1e9;
    if (kind[i] === JOURNAL.machine) {
      const machine = machines.get(subject[i])!;
      entries.push({
        at,
        kind: isBreaker(machine) ? 'breaker' : machine.policy,
        subject: machineName(plan, machine),
        value: machine.states[value[i]],
      });
    } else if (kind[i] === JOURNAL.fault) {
      entries.push({
        at,
        kind: 'fault',
        subject: plan.faults[subject[i]].id,
        value: value[i] === 1 ? 'on' : 'off',
      });
    } else if (kind[i] === JOURNAL.rollout) {
      const subjectName = plan.components[subject[i]].name;
      entries.push({ at, kind: 'rollout', subject: subjectName, value: rolloutState(value[i]) });
    } else if (kind[i] === JOURNAL.registry) {
      const event = Object.entries(REGISTRY_EVENT).find(([, state]) => state === value[i])![0];
      entries.push({ at, kind: 'registry', subject: instanceName(plan, subject[i]), value: event });
    } else if (kind[i] === JOURNAL.promoted) {
      entries.push({ at, kind: 'role', subject: instanceName(plan, subject[i]), value: 'primary' });
    } else if (kind[i] === JOURNAL.instance) {
      entries.push({
        at,
        kind: 'instance',
        subject: instanceName(plan, subject[i]),
        value: INSTANCE_STATES[value[i]],
      });
    }
  }
  return entries;
}

/** `begun`, `promoted`, or the share of requests that the new version gets: `10%`. */
function rolloutState(value: number): string {
  if (value >= ROLLOUT_STATE.weight) return `${(value - ROLLOUT_STATE.weight) / 10}%`;
  return Object.entries(ROLLOUT_STATE).find(([, state]) => state === value)![0];
}

/** `orders[0]->payments`, or `orders->payments.charge` where the state is shared and kept by endpoint. */
function machineName(plan: Plan, machine: MachineRecord): string {
  const caller =
    machine.instance >= 0
      ? instanceName(plan, machine.instance)
      : machine.callerComponent >= 0
        ? plan.components[machine.callerComponent].name
        : 'all';
  const callee =
    machine.calleeInstance >= 0
      ? instanceName(plan, machine.calleeInstance)
      : plan.components[machine.calleeComponent].name;
  const part = machine.calleePart >= 0 ? `.${plan.parts[machine.calleePart].name}` : '';
  return `${caller}->${callee}${part}${machine.dryRun ? ' (dry run)' : ''}`;
}
