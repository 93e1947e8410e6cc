import type { FaultKind } from '../../spec/fault.js';
import type { ScenarioModules } from '../../spec/modules.js';
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
  const knobs = new Set(kind.edits(output as never, 1).map(({ knob }) => knob));
  if (isLog && kind.targets.includes('queue')) {
    const message =
      `${kind.kind} cannot hit ${name}: a log is read in the order in which it was written. It hits queues and ` +
      'topics of kind bus; messages overtake each other on their way to a log where publishLatency is a distribution';
    report(context, 'FL405', path, message);
  }
  if (isLog && knobs.has('flushed') && output.share < 1) {
    const message = `${name} is a log, which is deleted from its beginning: leave share out`;
    report(context, 'FL208', [...path.slice(0, 2), 'share'], message);
  }
  if (isLog && knobs.has('duplicated') && topic.broker === null) {
    const message =
      `nothing comes to ${name} twice: without a broker its producers are idempotent. Write broker: NAME and ` +
      'producer: { idempotence: false }';
    report(context, 'FL410', path, message);
  }
  if (!kind.targets.includes('deadLetters')) return;
  const all = deadLetterQueues(holders);
  if (all.has(name)) return;
  const known = [...all].filter((own) => holders.queues.has(own));
  const message = `no dead letters come to ${name}: there is nothing to send back`;
  report(context, 'FL410', path, message, { found: name, allowed: known });
}

/** Names of the topics and queues that somebody sends dead letters to. */
function deadLetterQueues({ topics, queues }: Holders): ReadonlySet<string> {
  const names = new Set<string | null>();
  for (const own of [...topics.values(), ...queues.values()]) {
    if ('deadLetter' in own) names.add(own.deadLetter);
    const readers = 'subscribers' in own ? own.subscribers : own.consumers;
    for (const { deadLetter } of readers) names.add(deadLetter);
  }
  return new Set([...names].filter((name) => name !== null).sort());
}
