import { eachStep } from '../../language/each-step.js';
import { formatDuration } from '../../spec/quantities/quantity-text.js';
import type { Subscriber, Topic } from '../../spec/scenario/messaging.js';
import type { Scenario } from '../../spec/scenario/scenario.js';
import { plainText } from './values.js';

/** Every topic with its producer and groups, every outbox, and the steps that publish. */
export function messageLines({ topics, brokers, services }: Scenario): readonly string[] {
  const lines: string[] = [];
  for (const broker of brokers.values()) {
    lines.push(`${broker.name}: broker of ${broker.kind}, ${bare(broker.options)}`);
  }
  for (const topic of topics.values()) {
    if (topic.kind !== 'kafka') continue;
    lines.push(topicText(topic));
    for (const own of topic.subscribers)
      lines.push(`${topic.name}.${own.group}: ${groupText(own)}`);
  }
  for (const { name, outbox, endpoints } of services.values()) {
    if (outbox !== null) lines.push(`${name}: outbox, ${bare(outbox)}`);
    for (const [endpoint, { steps }] of endpoints) {
      eachStep(steps, (step) => {
        if (step.verb !== 'publish') return;
        const { topic, key, via, confirm, bytes, acks } = step;
        lines.push(
          `${name}.${endpoint}: publish ${topic}, ${bare({ key, via, confirm, bytes, acks })}`,
        );
      });
    }
  }
  return lines;
}

function topicText({ name, partitions, broker, retentionNs, ...rest }: Topic): string {
  const kept = retentionNs === null ? 'none' : formatDuration(retentionNs);
  const words = [`${name}: ${partitions} partitions, retention ${kept}, backlog ${rest.backlog}`];
  if (broker !== null) {
    const { replication, minInsyncReplicas, producer } = rest;
    words.push(
      `on ${broker}, ${bare({ replication, minInsyncReplicas })}, producer ${bare(producer)}`,
    );
  }
  return words.join(', ');
}

function groupText({ group: _group, call, ...rest }: Subscriber): string {
  return `${call.component}.${call.part}, ${bare(rest)}`;
}

function bare(value: object): string {
  return plainText(value).replace(/^\{ | \}$/g, '');
}
