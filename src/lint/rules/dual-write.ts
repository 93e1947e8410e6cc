import { eachStep } from '../../language/each-step.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import type { Service } from '../../contracts/scenario/services.js';
import type { Step } from '../../contracts/scenario/steps.js';
import type { Finding, Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** Endpoints that write to a database and publish a message without a common transaction. */
export const dualWrite: Rule = {
  name: 'dual-write',
  severity: 'error',
  reason:
    'A process that crashes between the commit and the publish leaves a change without its event, or an event without its change.',
  remedy:
    'Write the message in the same transaction as the data and publish it from there: an `outbox`.',
  check: ({ scenario, traffic }) =>
    [...scenario.services.values()].flatMap((service) =>
      [...service.endpoints.values()].flatMap(({ name, steps }): readonly Finding[] => {
        const part = `${service.name}.${name}`;
        if ((traffic.most.get(part) ?? 0) === 0) return [];
        const found = halvesOf(scenario, steps);
        return found === null ? [] : [findingOf(service, name, found)];
      }),
    ),
};

interface Halves {
  readonly database: string;
  readonly topic: string;
}

function halvesOf(scenario: Scenario, steps: readonly Step[]): Halves | null {
  let database: string | null = null;
  let topic: string | null = null;
  eachStep(steps, (step) => {
    if (step.verb === 'publish' && step.via === 'direct') topic ??= step.topic;
    if (step.verb === 'transaction') database ??= step.database;
    if (step.verb !== 'query') return;
    const { write } = scenario.databases.get(step.database)!.operations.get(step.operation)!;
    if (write) database ??= step.database;
  });
  return database === null || topic === null ? null : { database, topic };
}

function findingOf(service: Service, name: string, { database, topic }: Halves): Finding {
  const { outbox } = service;
  const text = [
    ...(outbox === null ? [`outbox: { database: ${database} }`] : []),
    'endpoints:',
    `  ${name}: { steps: [ transaction: { database: ${database}, steps: [ publish: { topic: ${topic}, via: outbox } ] } ] }`,
  ].join('\n');
  return {
    path: ['services', service.name, 'endpoints', name],
    entities: [`${service.name}.${name}`, database, topic],
    message: `${service.name}.${name} changes ${database} and publishes to ${topic}, and only one of them may happen`,
    measured:
      outbox === null
        ? 'two writes that do not belong together'
        : `${service.name} has an outbox, and this message does not go through it`,
    limit: outbox === null ? 'one write, and an outbox' : 'via: outbox',
    fix: yamlAt(['services', service.name], text),
  };
}
