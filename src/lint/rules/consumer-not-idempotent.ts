import { servicesOr } from '../service-section.js';
import type { Consumer } from '../consumers.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { harmedPart } from '../twice.js';
import { timeText, yamlAt } from '../words.js';

/** Consumers that may get a message twice, with handlers that are not idempotent. */
export const consumerNotIdempotent: Rule = {
  name: 'consumer-not-idempotent',
  severity: 'error',
  reason:
    'A message is confirmed after its effect. After a crash, a rebalance or a handling that takes too long it is delivered again, and its effect happens twice.',
  remedy:
    'Make the handler idempotent and declare it, or let the consumer remember the messages it has handled: `inbox`.',
  check: (subject) => {
    const outboxes = outboxesOf(subject);
    return subject.consumers.flatMap((consumer) => judge(consumer, outboxes, subject) ?? []);
  },
};

function judge(
  consumer: Consumer,
  outboxes: ReadonlyMap<string, string>,
  subject: Subject,
): Finding | null {
  const { spec, name, part, path, kind } = consumer;
  const why = deliveredAgain(consumer) ?? sentAgain(consumer, outboxes);
  const harmed = why === null || spec.inbox !== null ? null : harmedPart(part, subject, new Set());
  if (why === null || harmed === null) return null;
  const [component, ...rest] = harmed.split('.');
  const service = subject.scenario.services.get(component);
  // A gateway has no field that makes its targets idempotent.
  if (service === undefined) return null;
  const what =
    harmed === part ? 'it is not idempotent' : `that calls ${harmed}, which is not idempotent`;
  return {
    path: kind === 'log' ? [...path, 'commit'] : path,
    entities: [name, part, ...(harmed === part ? [] : [harmed])],
    message: `${name} may hand ${part} a message twice, and ${what}`,
    measured: why,
    limit: 'an idempotent handler, or an inbox',
    fix: yamlAt([servicesOr(service), component, 'endpoints', rest.join('.')], 'idempotent: true'),
  };
}

/** Why a message that had its effect is delivered again; null = never. */
function deliveredAgain({ kind, holder, spec }: Consumer): string | null {
  const { commit } = spec;
  if (commit === 'before' || commit === 'transactional') return null;
  if (kind === 'log') return `commit: ${commit}`;
  // A bus in the memory of its subscribers loses the messages of a process that ends.
  if (!holder.rules.stored) return null;
  const { ackLimit } = spec;
  if (ackLimit === null) return 'delivered again after a crash';
  const what = ackLimit.isOfConsumer ? 'its heartbeats end' : ackLimit.field;
  return `delivered again after a crash and after ${what}, ${timeText(ackLimit.ns)}`;
}

/** Why a message is published twice, which no commit of its consumer notices. */
function sentAgain(
  { holder, kind }: Consumer,
  outboxes: ReadonlyMap<string, string>,
): string | null {
  const service = outboxes.get(holder.name);
  if (service === undefined) return null;
  // The queue recognises a message that is sent again.
  if (kind === 'queue' && holder.rules.dedupNs > 0) return null;
  return `sent again when the outbox of ${service} has not noted it as sent`;
}

/** By topic or queue, a service whose outbox publishes to it. */
function outboxesOf({ publications }: Subject): ReadonlyMap<string, string> {
  const rows = publications.filter(({ isRow }) => isRow);
  return new Map(rows.map(({ to, from }) => [to, from.slice(0, from.indexOf('.'))]));
}
