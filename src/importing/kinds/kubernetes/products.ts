import type { Cell } from '../../cell.js';
import { from, type Written } from '../../written.js';

/** Stores that the language has no defaults of: they answer from what they keep, and call nothing. */
const OTHERS =
  /(^|[/-])(memcached|dynamodb(-local)?|cassandra|scylla(db)?|clickhouse(-server)?|cockroach(db)?|couchdb|couchbase|eventstore(db)?|neo4j|influxdb|minio|localstack|seaweedfs|mssql\/server|mssql-server|azure-sql-edge|azurite|oracle-(xe|free)|solr|meilisearch|typesense|qdrant|weaviate|milvus|chroma|arangodb|rethinkdb|questdb|aerospike(-server)?|ferretdb|tidb|yugabyte(db)?)([:@]|$)/;

/** Images of databases, by the product that the language knows. */
const IMAGES: readonly (readonly [RegExp, string])[] = [
  [/(^|[/-])(postgres|postgresql|timescaledb|spilo|cloudnative-pg|postgis)/, 'postgres'],
  [/(^|[/-])(mysql|mariadb|percona)/, 'mysql'],
  [/(^|[/-])mongo(db)?([:/@-]|$)/, 'mongo'],
  [/(^|[/-])(redis|valkey|keydb|dragonfly)([:/@-]|$)/, 'redis'],
  [/(^|[/-])(elasticsearch|opensearch)([:/@]|$)/, 'elasticsearch'],
  [/(^|[/-])pgvector([:/@-]|$)/, 'postgres'],
  [OTHERS, 'generic'],
];

/** Programs that work beside a database, in front of it, or that bring something `-to-` it. */
const BESIDE =
  /exporter|operator|proxy|bouncer|client|backup|commander|insight|admin|express|browser|console|keeper|-to-/;

/** The kind of database that an image runs; null = none that is known. */
export function productOf(image: string): string | null {
  const repository = image.replace(/@sha256:.*$/, '').toLowerCase();
  if (BESIDE.test(repository)) return null;
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

/**
 * The kind of database that a container of Kubernetes runs: by its image, else by the first port it listens on, else `called`, by the
 * addresses of its callers.
 */
export function productIn(container: Cell | undefined, called: string | null): string | null {
  const [port] = container?.get('ports')?.items() ?? [];
  const image = container?.get('image')?.text() ?? '';
  const known = productOf(image) ?? PORTS.get(port?.get('containerPort')?.number() ?? 0);
  return known ?? calledProduct(image, called);
}

/** The product of which callers have an address, unless the image runs something in front of it. */
export function calledProduct(image: string, called: string | null): string | null {
  return BESIDE.test(image.toLowerCase()) ? null : called;
}

const SCHEMES: ReadonlyMap<string, string> = new Map([
  ['mongodb', 'mongo'],
  ['postgres', 'postgres'],
  ['postgresql', 'postgres'],
  ['mysql', 'mysql'],
  ['mariadb', 'mysql'],
  ['redis', 'redis'],
  ['rediss', 'redis'],
  ['clickhouse', 'generic'],
  ['sqlserver', 'generic'],
  ['bolt', 'generic'],
  ['neo4j', 'generic'],
]);

/** Databases whose addresses are in texts, such as `mongodb://carts-db:27017`: their products by the first label of the host. */
export function databasesIn(texts: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const text of texts) {
    const address = /\b([a-z]+)(?:\+\w+)?:\/\/(?:[^@/\s]*@)?([a-z0-9][\w-]*)/gi;
    for (const [, scheme, host] of text.slice(0, 2048).matchAll(address)) {
      const product = SCHEMES.get(scheme!.toLowerCase());
      if (product !== undefined) found.set(host!.toLowerCase(), product);
    }
  }
  return found;
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
