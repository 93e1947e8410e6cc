/** A kind of mesh: the figures of its proxies, and its default policies. */
export interface MeshKind<Kind extends string = string> {
  readonly kind: Kind;
  /** One sentence, for the schema and `explain`. */
  readonly summary: string;
  /** Where the figures are published. */
  readonly sources: readonly string[];
  /** null = it has no figures of its own: the scenario has to write them. */
  readonly proxy: ProxyFigures | null;
  /** Figures of a shared proxy that applies the policies; null = the proxies of the callers do. */
  readonly waypoint: Omit<ProxyFigures, 'handshakeWork'> | null;
  /** Kind of load balancing of its proxies; null = as without the mesh. */
  readonly balancing: string | null;
  /** Whether its proxies keep calls in the zone of the caller while enough instances there are healthy. */
  readonly localities?: true;
  /** Kind of the retry of calls whose bundle has none; null = no retries by default. */
  readonly retry: string | null;
}

/** Quantities as a user writes them. */
interface ProxyFigures {
  readonly work: string;
  readonly latency: string;
  readonly workers: number;
  readonly handshakeWork: string;
}
