import type { FaultKind } from '../../model/faults/kind.js';
import type { ScenarioModules } from '../../spec/scenario/modules.js';
import type { FaultOutput } from '../schema/fault.js';
import type { Context, Path } from './context.js';
import { report } from './context.js';

interface Holders {
  readonly topics: ScenarioModules['topics'];
  readonly queues: ScenarioModules['queues'];
}

/** What a fault wants of a topic or queue beside being one. */
export function checkHolder(
  context: Context,
  kind: FaultKind,
  output: FaultOutput,
  name: string,
  holders: Holders,
  path: Path,
): void {
  const topic = holders.topics.get(name);
  const isLog = topic?.kind === 'kafka';
  if (isLog && kind.targets.includes('queue')) {
    const message =
      `${kind.kind} cannot target ${name}, because a log is read in the order in which it was ` +
      'written: target a queue or a topic of kind bus. On the way to a log, messages overtake ' +
      'each other if publishLatency is a distribution';
    report(context, 'FL405', path, message);
  }
  const log = isLog ? { name, share: output.share, hasBroker: topic.broker !== null } : null;
  for (const { knob } of log === null ? [] : kind.edits(output as never, 1)) {
    const need = knob.needOfLog?.(log!) ?? null;
    if (need === null) continue;
    const { code, field, message } = need;
    report(context, code, field === undefined ? path : [...path.slice(0, 2), field], message);
  }
  if (!kind.targets.includes('deadLetters')) return;
  const all = deadLetterQueues(holders);
  if (all.has(name)) return;
  const known = [...all].filter((own) => holders.queues.has(own));
  const message = `${name} is not a dead letter queue, so there is nothing to move back`;
  report(context, 'FL410', path, message, { found: name, allowed: known });
}

/** Names of the topics and queues that receive dead letters. */
function deadLetterQueues({ topics, queues }: Holders): ReadonlySet<string> {
  const names = new Set<string | null>();
  for (const own of [...topics.values(), ...queues.values()]) {
    if ('deadLetter' in own) names.add(own.deadLetter);
    const readers = 'subscribers' in own ? own.subscribers : own.consumers;
    for (const { deadLetter } of readers) names.add(deadLetter);
  }
  return new Set([...names].filter((name) => name !== null).sort());
}
