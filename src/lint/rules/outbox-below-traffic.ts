import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Outbox } from '../../contracts/scenario/outbox.js';
import type { Service } from '../../contracts/scenario/services.js';
import { componentOf } from '../calls.js';
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

function shortage(subject: Subject, service: Service, outbox: Outbox): Finding[] {
  let written = 0;
  for (const { from, isRow, sure } of subject.publications) {
    if (!isRow || sure === 0 || componentOf(from) !== service.name) continue;
    written += (subject.traffic.mean.get(from) ?? 0) * sure;
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
