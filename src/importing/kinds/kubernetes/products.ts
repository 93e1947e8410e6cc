import type { Cell } from '../../cell.js';
import { from, type Written } from '../../written.js';

/** Images of databases, by the product that the language knows. */
const IMAGES: readonly (readonly [RegExp, string])[] = [
  [/(^|[/-])(postgres|postgresql|timescaledb|spilo|cloudnative-pg|postgis)/, 'postgres'],
  [/(^|[/-])(mysql|mariadb|percona)/, 'mysql'],
  [/(^|[/-])mongo(db)?([:/@-]|$)/, 'mongo'],
  [/(^|[/-])(redis|valkey|keydb|dragonfly)([:/@-]|$)/, 'redis'],
  [/(^|[/-])(elasticsearch|opensearch)([:/@]|$)/, 'elasticsearch'],
  [/(^|[/-])memcached/, 'generic'],
];

/** The kind of database that an image runs; null = none that is known. */
export function productOf(image: string): string | null {
  const repository = image.replace(/@sha256:.*$/, '').toLowerCase();
  if (/exporter|operator|proxy|bouncer|client|backup|commander|insight/.test(repository))
    return null;
  return IMAGES.find(([pattern]) => pattern.test(repository))?.[1] ?? null;
}

/** Ports that products listen on, if an image has a name of its own: that of a team's MySQL with its tables. */
const PORTS: ReadonlyMap<number, string> = new Map([
  [5432, 'postgres'],
  [3306, 'mysql'],
  [27017, 'mongo'],
  [6379, 'redis'],
  [9200, 'elasticsearch'],
  [11211, 'generic'],
]);

/** The kind of database that a container of Kubernetes runs: by its image, else by the first port it listens on. */
export function productIn(container: Cell | undefined): string | null {
  const [port] = container?.get('ports')?.items() ?? [];
  const known = productOf(container?.get('image')?.text() ?? '');
  return known ?? PORTS.get(port?.get('containerPort')?.number() ?? 0) ?? null;
}

/** Cores that the product can use for commands, whatever its machine has; null = all of them. */
export function coresUsedBy(product: string): number | null {
  return product === 'redis' ? 1 : null;
}

/** The limit of connections in the arguments of PostgreSQL (`-c max_connections=50`) or MySQL (`--max-connections=50`). */
export function connectionsOf(commands: readonly (Cell | undefined)[]): Written | undefined {
  for (const command of commands) {
    for (const argument of command?.isScalar === true ? [command] : (command?.items() ?? [])) {
      const [, count] =
        /(?:^|\s|-c|--)max[_-]connections=(\d{1,6})\b/.exec(argument.text() ?? '') ?? [];
      if (count !== undefined) return from(Number(count), argument);
    }
  }
  return undefined;
}
