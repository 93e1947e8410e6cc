import type { Plan, PlanEdge } from '../../contracts/plan/plan.js';
import { OP } from '../../contracts/plan/program.js';
import { INSTRUCTION_WIDTH } from '../../contracts/plan/program-ends.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';

/** For calls that only some versions of their caller make: these versions, in the order of the file. */
export function edgeVersions(
  plan: Plan,
  scenario: Scenario,
): ReadonlyMap<PlanEdge, readonly string[]> {
  const { code } = plan.program;
  const found = new Map<PlanEdge, Set<number>>();
  /** The blocks of versions around an instruction, innermost last. */
  const blocks: { readonly version: number; readonly until: number }[] = [];
  for (let at = 0; at < code.length; at += INSTRUCTION_WIDTH) {
    const [op, a, b] = code.subarray(at, at + INSTRUCTION_WIDTH);
    while (blocks.length > 0 && at >= blocks[blocks.length - 1]!.until) blocks.pop();
    if (op === OP.VERSION) blocks.push({ version: a!, until: b! * INSTRUCTION_WIDTH });
    if (op !== OP.CALL && op !== OP.BEGIN) continue;
    const edge = plan.edges[a!]!;
    const makers = found.get(edge) ?? new Set<number>();
    found.set(edge, makers);
    const block = blocks[blocks.length - 1];
    if (block !== undefined) makers.add(block.version);
    else for (const number of withoutSteps(plan, scenario, edge)) makers.add(number);
  }
  return new Map([...found].flatMap(([edge, makers]) => namesOf(plan, edge, makers)));
}

/** Versions without steps of the service itself at the part that makes a call. */
function withoutSteps(
  plan: Plan,
  { services, gateways }: Scenario,
  { from }: PlanEdge,
): readonly number[] {
  const { component, name } = plan.parts[from]!;
  const owner = plan.components[component]!.name;
  const versions = (services.get(owner) ?? gateways.get(owner))?.versions ?? null;
  if (versions === null) return [];
  const others = versions.others.flatMap(({ endpoints, outbound, middleware }, index) =>
    endpoints.has(name) || outbound.size > 0 || middleware !== null ? [] : [index + 1],
  );
  return [0, ...others];
}

function namesOf(
  plan: Plan,
  edge: PlanEdge,
  makers: ReadonlySet<number>,
): readonly (readonly [PlanEdge, readonly string[]])[] {
  const { versions } = plan.components[plan.parts[edge.from]!.component]!;
  if (versions === null || makers.size === versions.names.length) return [];
  return [[edge, versions.names.filter((_, number) => makers.has(number))]];
}
