/** A component and its part (endpoint, operation). For a gateway the part is null, because it routes the request. */
export interface Target {
  readonly component: string;
  readonly part: string | null;
  /** Only the instances of this version are called; absent = those of all versions. */
  readonly version?: string;
}

/** An operation of a database. */
export interface Query {
  readonly database: string;
  readonly operation: string;
}
