import type { ComponentAct } from '../acts.js';
import { unwrittenOf, type Format } from '../format.js';
import { documents, fieldIn, milliseconds, number, partOf, put, type Fields } from '../values.js';

/** Properties of HikariCP by the field of a pool; times are in milliseconds. */
const POOL: Fields = {
  maxOpen: ['maximum-pool-size', number],
  maximumPoolSize: ['maximum-pool-size', number],
  maxIdle: ['minimum-idle', number],
  minimumIdle: ['minimum-idle', number],
  acquireTimeout: ['connection-timeout', milliseconds],
  connectionTimeout: ['connection-timeout', milliseconds],
  maxLifetime: ['max-lifetime', milliseconds],
  maxIdleTime: ['idle-timeout', milliseconds],
  idleTimeout: ['idle-timeout', milliseconds],
};

/** Pools of Spring Boot applications: a document for each database, and for each caller with a pool of its own. */
export const hikari: Format = {
  name: 'hikari',
  summary: 'spring.datasource.hikari of Spring Boot',
  write(acts) {
    const files = new Map<string, Record<string, unknown>>();
    const unwritten = unwrittenOf(acts, (act) =>
      act.on === 'component' ? write(act, files) : 'HikariCP configures pools only',
    );
    return { text: documents([...files]), unwritten };
  },
};

function write(
  { section, name, field, value }: ComponentAct,
  files: Map<string, Record<string, unknown>>,
): string | null {
  const [, caller, own] = /^pool(?:s\.([^.]+))?\.(\w+)$/.exec(field) ?? [];
  if (section !== 'databases' || own === undefined) return 'HikariCP configures pools only';
  const property = fieldIn(POOL, own, value);
  if (property === null) return `HikariCP has no ${own}`;
  const owner = caller === undefined ? `every caller of ${name}` : `${caller}, for ${name}`;
  const file = partOf(files, `application.yml of ${owner}`);
  put(file, ['spring', 'datasource', 'hikari', property[0]], property[1]);
  return null;
}
