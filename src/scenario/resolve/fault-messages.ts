import type { ScenarioModules } from '../../contracts/scenario/modules.js';
import type { Aim } from '../modules/kind.js';
import { fits, type Hittable } from './fault-fits.js';

/** Checks a fault whose target is a topic or queue, or a part of one. */
export function checkHolder(aim: Aim, whole: readonly Hittable[]): 'checked' {
  const { here, kind, text, part } = aim;
  const can: readonly Hittable[] = part === null ? whole : ['group'];
  if (fits(here, kind, text, can)) {
    checkLog(aim);
    if (kind.targets.includes('deadLetters')) checkDeadLetters(aim);
  }
  return 'checked';
}

/** Reports faults that have no effect on a log, or need more settings. */
function checkLog({ here, kind, output, text, modules }: Aim): void {
  const topic = modules.topics.get(text);
  if (topic?.kind !== 'kafka') return;
  if (kind.targets.includes('queue')) {
    const message =
      `${kind.kind} cannot target ${text}, because a log is read in the order in which it was ` +
      'written: target a queue or a topic of kind bus. On the way to a log, messages overtake ' +
      'each other if publishLatency is a distribution';
    here.report('FL405', message);
  }
  const log = { name: text, share: output.share, hasBroker: topic.broker !== null };
  for (const { knob } of kind.edits(output.config as never, 1)) {
    const need = knob.needOfLog?.(log) ?? null;
    if (need === null) continue;
    const { code, field, message } = need;
    (field === undefined ? here : here.entry().in(field)).report(code, message);
  }
}

function checkDeadLetters({ here, text, modules }: Aim): void {
  const all = deadLetterQueues(modules);
  if (all.has(text)) return;
  const allowed = [...all].filter((own) => modules.queues.has(own));
  const message = `${text} is not a dead letter queue, so there is nothing to move back`;
  here.report('FL410', message, { found: text, allowed });
}

/** Names that are dead-letter destinations of topics and queues. */
function deadLetterQueues({ topics, queues }: ScenarioModules): ReadonlySet<string> {
  const names = new Set<string | null>();
  for (const own of [...topics.values(), ...queues.values()]) {
    if ('deadLetter' in own) names.add(own.deadLetter);
    const readers = 'subscribers' in own ? own.subscribers : own.consumers;
    for (const { deadLetter } of readers) names.add(deadLetter);
  }
  return new Set([...names].filter((name) => name !== null).sort());
}
