import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Outbox } from '../../contracts/scenario/outbox.js';
import type { Service } from '../../contracts/scenario/services.js';
import type { Step } from '../../contracts/scenario/steps.js';
import { meanCount } from '../counts.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatCount, formatRate } from '../../text/figures.js';
import { timeText, yamlAt } from '../words.js';

/** Outboxes whose relay polls too rarely for the rows written into them. */
export const outboxBelowTraffic: Rule = {
  name: 'outbox-below-traffic',
  severity: 'error',
  reason:
    'Each poll takes one batch, however many rows there are. The rows beyond that wait longer and longer, while every request and every consumer looks healthy.',
  remedy: 'Take more rows per poll, poll more often, or tail the log: `mode: cdc`.',
  check: (subject) =>
    [...subject.scenario.services.values()].flatMap((service) => {
      const { outbox } = service;
      return outbox === null || outbox.mode === 'cdc' ? [] : shortage(subject, service, outbox);
    }),
};

function shortage({ traffic }: Subject, service: Service, outbox: Outbox): Finding[] {
  let written = 0;
  for (const { name, steps } of service.endpoints.values()) {
    written += (traffic.mean.get(`${service.name}.${name}`) ?? 0) * rowsOf(steps);
  }
  const seconds = outbox.pollNs / NS_PER_SECOND;
  const published = outbox.batchSize / seconds;
  if (!Number.isFinite(written) || written <= published) return [];
  return [
    {
      path: ['services', service.name, 'outbox'],
      entities: [service.name],
      message: `the outbox of ${service.name} publishes fewer rows than are written into it`,
      measured: `${formatRate(written)} written`,
      limit: `${formatCount(outbox.batchSize)} rows every ${timeText(outbox.pollNs)}`,
      fix: yamlAt(
        ['services', service.name, 'outbox'],
        `batchSize: ${Math.ceil(written * seconds * 2)}`,
      ),
    },
  ];
}

/** Lower bound of the rows of one run: steps in branches and loops are not counted. */
function rowsOf(steps: readonly Step[]): number {
  let rows = 0;
  for (const step of steps) {
    const share = step.probability * meanCount(step.times);
    if (step.verb === 'publish' && step.via === 'outbox') rows += share * meanCount(step.count);
    if (step.verb === 'transaction') rows += share * rowsOf(step.steps);
  }
  return rows;
}
