import { kindIndex, OUTCOME_NAMES, statusOf } from '../../src/contracts/outcome.js';
import {
  CALL_MODE,
  CHECK_TABLE,
  branchesOf,
  FORK_TABLE,
  OP,
} from '../../src/contracts/plan/program.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import { countText, distributionText, durationText } from './plan-text.js';

/**
 * The program of a part as text, one instruction a line, places counted from its start.
 */
export function disassemble(plan: Plan, component: string, part: string): readonly string[] {
  const owner = plan.components.findIndex((candidate) => candidate.name === component);
  const found = plan.parts.find((it) => it.component === owner && it.name === part);
  return found === undefined ? [] : listing(plan, found.program);
}

/** The program of a refused request of a component as text; empty where a refusal is free. */
export function disassembleRefusal(plan: Plan, component: string): readonly string[] {
  const owner = plan.components.find((candidate) => candidate.name === component);
  return owner === undefined || owner.rejectProgram < 0 ? [] : listing(plan, owner.rejectProgram);
}

const OP_NAMES = new Map<number, string>(Object.entries(OP).map(([name, op]) => [op, name]));

function listing(plan: Plan, start: number): readonly string[] {
  const starts = [
    ...plan.parts.map((part) => part.program),
    ...plan.components.map((component) => component.rejectProgram),
    plan.program.code.length / 4,
  ];
  const end = Math.min(...starts.filter((place) => place > start));
  const lines: string[] = [];
  for (let at = start; at < end; at++) {
    const [op, a, b, c] = plan.program.code.subarray(at * 4, at * 4 + 4);
    const text = operands(plan, start, op!, a!, b!, c!);
    const name = OP_NAMES.get(op!) ?? String(op);
    lines.push(`${at - start} ${name}${text === '' ? '' : ` ${text}`}`);
  }
  return lines;
}

function operands(plan: Plan, start: number, op: number, a: number, b: number, c: number): string {
  const to = (place: number): string => `-> ${place - start}`;
  const table = (id: number): readonly number[] => [...plan.program.tables[id]!];
  switch (op) {
    case OP.WORK:
    case OP.WAIT:
      return distributionText(plan.distributions[a]!);
    case OP.CALL:
      if (b === CALL_MODE.CHECK) return `${edgeText(plan, a)}, ${checkText(table(c), start)}`;
      return `${edgeText(plan, a)}, ${modeText(b, c - start)}`;
    case OP.FORK:
      return forkText(plan, table(c), start);
    case OP.CHOOSE:
      return chooseText(table(c), start);
    case OP.CHOOSE_BY:
      return `${plan.keys[b]!.name}: ${chooseText(table(c), start)}`;
    case OP.SET:
      return `r${a} = ${countText(plan.counts[b]!)}, none ${to(c)}`;
    case OP.LOOP:
      return `r${a} ${to(b)}`;
    case OP.JUMP:
      return to(a);
    case OP.DONE:
    case OP.RESPOND:
      return outcomeText(a);
    case OP.SKIP:
      return `unless ${percent(table(a)[0]!)} ${to(b)}`;
    case OP.WHEN:
      return `${requestsText(plan, table(a))}, else ${to(b)}`;
    case OP.BACKGROUND:
      return `${to(a)}, goes on ${to(b)}`;
    case OP.LIMIT:
      return `limiter ${a}, refused ${outcomeText(b)}`;
    case OP.KNOWN:
      return `check ${a}, allowed ${to(b)}, refused ${outcomeText(c)}`;
    case OP.KEEP:
      return `check ${a}`;
    case OP.COALESCE:
      return `place ${a}`;
    default:
      return '';
  }
}

function checkText(row: readonly number[], start: number): string {
  const allow = row[CHECK_TABLE.ALLOW]!;
  const cache = row[CHECK_TABLE.CACHE]!;
  return [
    `refusal ${outcomeText(row[CHECK_TABLE.REFUSAL]!)}`,
    ...(cache < 0 ? [] : [`kept by check ${cache}`]),
    `no answer ${allow < 0 ? 'ends' : `-> ${allow - start}`}`,
  ].join(', ');
}

function edgeText(plan: Plan, id: number): string {
  const edge = plan.edges[id]!;
  const callee = plan.parts[edge.to]!;
  const { id: bundle } = plan.bundles[edge.bundle]!;
  const name = `${plan.components[callee.component]!.name}.${callee.name}`;
  return bundle === '' ? name : `${name} [${bundle}]`;
}

function modeText(mode: number, target: number): string {
  switch (mode) {
    case CALL_MODE.END:
      return 'failure ends';
    case CALL_MODE.OPTIONAL:
      return 'failure ignored';
    case CALL_MODE.PASS:
      return 'failure ends as it is';
    case CALL_MODE.ANSWER:
      return 'failure answered';
    default:
      return `failure -> ${target}`;
  }
}

function forkText(plan: Plan, row: readonly number[], start: number): string {
  const own = row.slice(FORK_TABLE.STARTS, FORK_TABLE.STARTS + branchesOf(row));
  const starts = own.map((place) => place - start);
  const each = row[FORK_TABLE.EACH]!;
  const needed = row[FORK_TABLE.NEEDED]!;
  const within = row[FORK_TABLE.WITHIN_NS]!;
  const atOnce = row[FORK_TABLE.MAX_CONCURRENT]!;
  return [
    `-> ${starts.join(' ')}`,
    ...(each < 0 ? [] : [`each ${countText(plan.counts[each]!)}`]),
    within < 0 ? `needs ${needed < 0 ? 'all' : needed}` : `within ${durationText(within)}`,
    ...(atOnce < 0 ? [] : [`${atOnce} at once`]),
    `after -> ${row[FORK_TABLE.AFTER]! - start}`,
    modeText(row[FORK_TABLE.MODE]!, row[FORK_TABLE.TARGET]! - start),
  ].join(', ');
}

function chooseText(row: readonly number[], start: number): string {
  const branches: string[] = [];
  let reached = 0;
  for (let i = 0; i < row.length; i += 2) {
    branches.push(`${row[i]! - reached} -> ${row[i + 1]! - start}`);
    reached = row[i]!;
  }
  return branches.join(', ');
}

function requestsText(plan: Plan, holds: readonly number[]): string {
  const names = plan.parts.flatMap((part, id) =>
    holds[id] === 1 ? [`${plan.components[part.component]!.name}.${part.name}`] : [],
  );
  return names.length === 0 ? 'never' : names.join(' ');
}

function outcomeText(outcome: number): string {
  return `${OUTCOME_NAMES[kindIndex(outcome)]!} ${statusOf(outcome)}`;
}

function percent(share: number): string {
  return `${Math.round(share * 1e6) / 1e4}%`;
}
