import { messageQueueSchema, QUEUE_KINDS, queueKindOf } from '../queues/index.js';
import { PLAIN } from '../queues/kind.js';
import { cursorAt, type Context } from '../resolve/context.js';
import { inboxCalls } from '../resolve/consumer.js';
import { checkHolder } from '../resolve/fault-messages.js';
import {
  consumerNameOf,
  holderText,
  resolveOwnDeadLetter,
  resolveQueueConsumer,
} from '../resolve/message-queues.js';
import { checkParts } from '../resolve/names.js';
import { visitHandlers } from '../walk-steps.js';
import { noHost, unchanged, type Module, type Parts } from './kind.js';

/** Queues. Each message goes to one consumer. */
export const queues: Module<'queues'> = {
  kind: 'queue',
  summary: 'Queues: every message goes to one consumer.',
  reference: QUEUE_KINDS.map(({ reference }) => reference),
  example: QUEUE_KINDS[0].reference.example,
  schema: messageQueueSchema,
  expand: unchanged,
  inherit: unchanged,
  visit: (entry, path, visitor) => visitHandlers(entry, path, 'consumers', visitor),
  parts: ({ name, output, raise }) => {
    const written = output.consumers.map((own, index) => ({
      name: own.name ?? consumerNameOf(own.call),
      path: ['queues', name, 'consumers', index],
    }));
    checkParts(written, 'consumer', name, raise, '. Write a name');
    return written.map((consumer) => consumer.name);
  },
  instead: (name) => `${name} is a queue: write publish: ${name}`,
  lags: (name) => [name],
  resolve: ({ here, name, output, all }) => {
    const deadLetter = resolveOwnDeadLetter(here, name, output.deadLetter);
    const place = {
      here,
      output: output as never,
      brokers: all('brokers'),
    };
    const { rules, receiving, home, quota, source, ...own } = queueKindOf(output.kind)!.resolve(
      place,
    );
    const consumers = output.consumers.flatMap((consumer, index) => {
      const at = here.in('consumers', index);
      const called = consumer.name ?? consumerNameOf(consumer.call);
      const how = receiving(consumer, at);
      return resolveQueueConsumer(at, called, consumer, output.deadLetter, how) ?? [];
    });
    return {
      ...holderText(name, output),
      kind: output.kind,
      deadLetter,
      ...own,
      rules: { ...PLAIN, ...rules },
      home: home ?? null,
      quota: quota ?? null,
      source: source ?? null,
      consumers,
    };
  },
  subject: ({ consumers }) => ({ parts: consumers.map(({ name }) => name), instances: 0 }),
  host: noHost,
  calls: ({ consumers }, walker) => inboxCalls(consumers, walker),
  check: checkLetters,
  target: (aim) => checkHolder(aim, ['messages', 'queue', 'deadLetters']),
};

/** Reports dead letters that wait for a confirmation which their target does not give. */
function checkLetters(context: Context, { queues: all }: Pick<Parts, 'queues'>): void {
  for (const own of all.values()) {
    if (own.rules.letterTransfer === null) continue;
    const targets = [
      { name: own.deadLetter, path: ['queues', own.name, 'deadLetter'] },
      ...own.consumers.map(({ deadLetter }, index) => ({
        name: deadLetter,
        path: ['queues', own.name, 'consumers', index, 'deadLetter'],
      })),
    ];
    for (const { name, path } of targets) {
      if (name === null || all.get(name)?.kind === own.kind) continue;
      const message = `${name} is no queue of kind ${own.kind}, so it confirms no dead letter of ${own.name}: write such a queue, or remove deadLetterStrategy`;
      cursorAt(context, ...path).conflict(message);
    }
  }
}
