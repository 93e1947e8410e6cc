import type { ComponentAct } from '../acts.js';
import type { Format } from '../format.js';
import { documents, milliseconds, number, put } from '../values.js';

type Written = readonly [property: string, write: (value: unknown) => unknown];

/** Properties of HikariCP by the field of a pool; times are in milliseconds. */
const POOL: Readonly<Record<string, Written>> = {
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
    const unwritten: { path: string; reason: string }[] = [];
    for (const act of acts) {
      const reason = act.on === 'component' ? write(act, files) : 'HikariCP configures pools only';
      if (reason !== null) unwritten.push({ path: act.path, reason });
    }
    return { text: documents([...files]), unwritten };
  },
};

function write(
  { section, name, field, value }: ComponentAct,
  files: Map<string, Record<string, unknown>>,
): string | null {
  const [, caller, own] = /^pool(?:s\.([^.]+))?\.(\w+)$/.exec(field) ?? [];
  if (section !== 'databases' || own === undefined) return 'HikariCP configures pools only';
  const property = POOL[own];
  const written = property?.[1](value) ?? null;
  if (property === undefined || written === null) return `HikariCP has no ${own}`;
  const owner = caller === undefined ? `every caller of ${name}` : `${caller}, for ${name}`;
  const comment = `application.yml of ${owner}`;
  const file = files.get(comment) ?? {};
  files.set(comment, file);
  put(file, ['spring', 'datasource', 'hikari', property[0]], written);
  return null;
}
