/** What can be wrong with a scenario that only shows when it is compiled; the codes are stable. */
export const PLAN_PROBLEMS = Object.freeze({
  FL701: 'loops_too_deep',
  FL702: 'respond_inside_branch',
  FL703: 'header_not_decidable',
  FL704: 'route_target_ambiguous',
  FL705: 'fault_target_unsupported',
  FL706: 'reserved_route_name',
  FL707: 'limiter_key_unknown',
  FL708: 'connections_misplaced',
  FL709: 'fallback_goes_round',
  FL710: 'append_without_load',
  FL711: 'subset_of_growing_fleet',
  FL712: 'key_without_reader',
  FL713: 'nothing_to_pick',
} as const);
export type PlanProblemCode = keyof typeof PLAN_PROBLEMS;

export interface PlanProblem {
  readonly code: PlanProblemCode;
  /** Path in the explicit scenario, such as `services.orders.endpoints.create`. */
  readonly where: string;
  readonly message: string;
}

/** Thrown by `compile` with everything that was found, sorted by place. */
export class PlanError extends Error {
  readonly problems: readonly PlanProblem[];

  constructor(problems: readonly PlanProblem[]) {
    super(problems.map((p) => `${p.where}: ${p.code} ${p.message}`).join('\n'));
    this.name = 'PlanError';
    this.problems = problems;
  }
}

/** Collects the problems of one compilation, each once. */
export class Problems {
  private readonly found = new Map<string, PlanProblem>();

  add(code: PlanProblemCode, where: string, message: string): void {
    this.found.set(`${where}\n${code}\n${message}`, { code, where, message });
  }

  /** Throws when anything was found. */
  settle(): void {
    if (this.found.size === 0) return;
    const sorted = [...this.found.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    throw new PlanError(sorted.map(([, problem]) => problem));
  }
}
