/** Problems of a scenario that only compilation can detect: name and remedy of each. The codes are stable. */
export const PLAN_PROBLEMS = Object.freeze({
  FL701: [
    'loops_too_deep',
    'Loops and `times` are nested deeper than a program can count: move the inner ones into an endpoint of their own.',
  ],
  FL702: [
    'respond_inside_branch',
    'This step is not allowed here: inside a branch, a fallback, a transaction or a loop it cannot end what it has to end.',
  ],
  FL703: [
    'header_not_decidable',
    'Whether the header is set must be the same for all calls of one place, or set by workloads alone.',
  ],
  FL704: [
    'route_target_ambiguous',
    'The calls of one gateway behind another take different routes: give each a route of its own.',
  ],
  FL705: ['fault_target_unsupported', 'This kind of fault cannot act on this target.'],
  FL706: [
    'reserved_route_name',
    'A route has the name that requests without a route are counted under: rename it.',
  ],
  FL707: ['limiter_key_unknown', 'The requests that come here carry no key of this name.'],
  FL708: [
    'connections_misplaced',
    'Settings of connections are in a place where calls have no connections, or where a pool owns them.',
  ],
  FL709: [
    'fallback_goes_round',
    'A fallback calls what it is the fallback of, by the same bundle: it would never end.',
  ],
  FL710: [
    'append_without_load',
    '`expectedVersion: exact` needs a `load` of the same stream before the append.',
  ],
  FL711: ['subset_of_growing_fleet', 'Deterministic subsets need a fixed number of instances.'],
  FL712: ['key_without_reader', 'An idempotency key is sent to a component that looks for none.'],
  FL713: [
    'nothing_to_pick',
    'There is no instance to pick here: a key chooses the shard, and the platform chooses the environment of a function.',
  ],
  FL714: [
    'nothing_to_split',
    'An option of a policy changes nothing in front of the server of a cache: it is one node with one endpoint.',
  ],
} as const satisfies Record<string, readonly [name: string, help: string]>);
type PlanProblemCode = keyof typeof PLAN_PROBLEMS;

interface PlanProblem {
  readonly code: PlanProblemCode;
  /** Path in the explicit scenario, such as `services.orders.endpoints.create`. */
  readonly where: string;
  readonly message: string;
}

/** Thrown by `compile` with all problems, sorted by place. */
export class PlanError extends Error {
  constructor(readonly problems: readonly PlanProblem[]) {
    super(problems.map((p) => `${p.where}: ${p.code} ${p.message}`).join('\n'));
    this.name = 'PlanError';
  }
}

/** Collects the problems of one compilation without duplicates. */
export class Problems {
  private readonly found = new Map<string, PlanProblem>();

  add(code: PlanProblemCode, where: string, message: string): void {
    this.found.set(`${where}\n${code}\n${message}`, { code, where, message });
  }

  /** Throws if there are problems. */
  settle(): void {
    if (this.found.size === 0) return;
    const sorted = [...this.found.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    throw new PlanError(sorted.map(([, problem]) => problem));
  }
}
