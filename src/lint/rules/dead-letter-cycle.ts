import type { Bus, MessageQueue } from '../../contracts/scenario/queues.js';
import type { Finding, Rule } from '../rule.js';
import { namesText, yamlAt } from '../words.js';

/** A way that a dead letter takes; `isRejected`: a consumer sends it there. */
interface Way {
  readonly to: string;
  readonly isRejected: boolean;
}

/** Queues whose dead letters come back to them. */
export const deadLetterCycle: Rule = {
  name: 'dead-letter-cycle',
  severity: 'warning',
  reason:
    'A dead letter that comes back dies again. Either it goes round for ever, or the broker drops it without a trace after one round, as RabbitMQ does if no consumer rejected it.',
  remedy:
    'Send dead letters to a queue of their own, where they end, and count the rounds of a retry queue in its consumer.',
  check({ scenario }): readonly Finding[] {
    const held = new Map<string, MessageQueue | Bus>(scenario.queues);
    for (const topic of scenario.topics.values()) {
      if (topic.kind === 'bus') held.set(topic.name, topic);
    }
    const seen = new Set<string>();
    return [...held.values()].flatMap((own) => {
      const round = seen.has(own.name) ? null : roundOf(held, own.name);
      if (round === null) return [];
      for (const { to } of round) seen.add(to);
      return [findingOf(held, own, round)];
    });
  },
};

function findingOf(
  held: ReadonlyMap<string, MessageQueue | Bus>,
  own: MessageQueue | Bus,
  round: readonly Way[],
): Finding {
  const section = 'consumers' in own ? 'queues' : 'topics';
  const isCut = round.every(({ to, isRejected }) => !isRejected && held.get(to)!.rules.cutsCycles);
  const others = round.map(({ to }) => to).filter((name) => name !== own.name);
  const through = others.length === 0 ? '' : ` through ${namesText(others)}`;
  return {
    path: [section, own.name, 'deadLetter'],
    entities: [own.name, ...others],
    message: `dead letters of ${own.name} come back to it${through}`,
    measured: isCut ? afterOneRound(held, round) : 'round after round',
    limit: 'a queue where they end',
    fix: `${yamlAt([section, own.name], 'deadLetter: dead')}\n${section === 'queues' ? '  dead: { kind: simple }' : 'queues: { dead: { kind: simple } }'}`,
  };
}

/** A queue that waits for confirmations keeps a letter that has no way (rabbit_fifo_dlx_worker.erl, forward). */
function afterOneRound(
  held: ReadonlyMap<string, MessageQueue | Bus>,
  round: readonly Way[],
): string {
  const keeping = round.filter(({ to }) => held.get(to)!.rules.letterTransfer !== null);
  if (keeping.length === 0) return 'dropped after one round';
  const names = namesText(keeping.map(({ to }) => to));
  return `kept for ever in ${names} after one round`;
}

/** The shortest way on which dead letters of a queue come back to it; null = none do. */
function roundOf(
  held: ReadonlyMap<string, MessageQueue | Bus>,
  from: string,
): readonly Way[] | null {
  let fronts: (readonly Way[])[] = [[]];
  const reached = new Set<string>();
  while (fronts.length > 0) {
    const next: (readonly Way[])[] = [];
    for (const path of fronts) {
      for (const way of waysOf(held.get(path.at(-1)?.to ?? from))) {
        if (way.to === from) return [...path, way];
        if (reached.has(way.to)) continue;
        reached.add(way.to);
        next.push([...path, way]);
      }
    }
    fronts = next;
  }
  return null;
}

function waysOf(own: MessageQueue | Bus | undefined): readonly Way[] {
  if (own === undefined) return [];
  const consumers = 'consumers' in own ? own.consumers : own.subscribers;
  const rejected = consumers
    .filter(({ onPoison, deadLetter }) => onPoison === 'deadLetter' && deadLetter !== null)
    .map(({ deadLetter }) => ({ to: deadLetter!, isRejected: true }));
  const given = own.deadLetter === null ? [] : [{ to: own.deadLetter, isRejected: false }];
  return [...rejected, ...given];
}
