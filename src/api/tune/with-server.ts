import type { Plan } from '../../contracts/plan/plan.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import { connectionsAsked } from '../../lint/rules/pools-exceed-server.js';
import { get, pathText, scalar } from '../../scenario/located.js';
import type { SettingChange } from '../../scenario/tuning/change.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import type { Move } from '../../scenario/tuning/moves.js';
import type { Prepared } from '../prepare.js';
import { variantWith } from './variant-with.js';

/** The size of a pool of a database: of all callers, or of one. */
const POOL =
  /^databases\.(?<database>[^.]+)\.pools?\.(?:[^.]+\.)?(?:maxOpen|maximumPoolSize|defaultPoolSize)$/;

/**
 * A larger pool with the connections that its server needs for it: else connecting fails, and the pool stays as it is.
 * Other changes stay alone.
 */
export function withServer(move: Move, prepared: Prepared, plan: Plan): Move {
  const database = databaseOfPool(move.path);
  if (database === undefined) return move;
  const { stronger, needs: _, settings: __, ...own } = move;
  const needed = serverFor(database, move, prepared, plan);
  return {
    ...own,
    ...(needed !== null && { needs: [needed], settings: 2 }),
    at: (value) => withServer({ ...move, value }, prepared, plan),
    ...(stronger !== undefined && { stronger: withServer(stronger, prepared, plan) }),
  };
}

/** The database whose pool has its size at a path; undefined if it is no such path. */
export function databaseOfPool(path: string): string | undefined {
  return POOL.exec(path)?.groups?.['database'];
}

/** More connections of a database, where its pools ask for more than it has with a change; else null. */
function serverFor(name: string, move: Move, prepared: Prepared, plan: Plan): SettingChange | null {
  const changed = variantWith(prepared, plan.variant, [move])?.variant.scenario;
  const needed = changed === undefined ? null : serverNeed(changed, plan, name);
  if (needed === null) return null;
  const { written, patched } = prepared.texts.get(plan.variant)!;
  const before = get(get(get(written, 'databases'), name), 'maxConnections');
  const path = pathText(['databases', name, 'maxConnections']);
  const value = scalar(needed, patched.at);
  return { path, value, ...(before !== undefined && { before }) };
}

/** Connections that a database needs for all of its pools; null = it has enough. Callers are those of a plan. */
export function serverNeed(scenario: Scenario, plan: Plan, name: string): number | null {
  const database = scenario.databases.get(name);
  if (database === undefined) return null;
  const id = plan.components.findIndex((own) => own.name === name);
  const callers = wiringOf(plan).into[id]!.map(
    ({ from }) => plan.components[plan.parts[from]!.component]!.name,
  );
  const asked = connectionsAsked(scenario, database, [...new Set(callers)].sort());
  const needed = asked + database.reserved;
  return Number.isFinite(needed) && needed > database.maxConnections ? needed : null;
}
