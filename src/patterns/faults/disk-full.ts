import type { FaultKind } from '../../model/faults/kind.js';
import { diskFull as full } from '../knobs/disk.js';
import { NO_FIELDS } from '../mechanisms/no-fields.js';

/** `diskFull`: the volume of a database, an event store or a RabbitMQ node has no room left. */
export const diskFull: FaultKind<typeof NO_FIELDS> = {
  kind: 'diskFull',
  summary:
    'Makes databases and event stores read-only: writes, commits and appends fail on arrival with status 500, reads go ' +
    'on. A RabbitMQ node with a full disk raises an alarm: publishers to the whole cluster are blocked, consumers go on.',
  sources: [
    'PostgreSQL documentation, Disk Full Failure',
    'rabbitmq-website, disk-alarms (disk_free_limit)',
    'Elasticsearch reference, cluster.routing.allocation.disk.watermark.flood_stage',
    'LitmusChaos, disk-fill',
  ],
  targets: ['instance'],
  schema: NO_FIELDS,
  example: '- { id: no-space, kind: diskFull, target: db, at: 10s, for: 20s }\n',
  takesShare: false,
  takesNoRamp: true,
  edits: () => [{ knob: full, value: 1, more: { status: 500 } }],
};
