import type { Plan } from '../../contracts/plan/plan.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import { connectionsAsked } from '../../lint/rules/pools-exceed-server.js';
import { get, pathText, scalar } from '../../scenario/located.js';
import type { SettingChange } from '../../scenario/tuning/change.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import type { Prepared } from '../prepare.js';
import { variantWith } from './variant-with.js';

/** The size of a pool of a database: of all callers, or of one. */
const POOL =
  /^databases\.(?<database>[^.]+)\.pools?\.(?:[^.]+\.)?(?:maxOpen|maximumPoolSize|defaultPoolSize)$/;

/** The database whose pool has its size at a path; undefined if it is no such path. */
export function databaseOfPool(path: string): string | undefined {
  return POOL.exec(path)?.groups?.['database'];
}

/** More connections of a database, where its pools ask for more than it has with a change. */
export function serverFor(
  move: SettingChange,
  prepared: Prepared,
  plan: Plan,
): readonly SettingChange[] {
  const name = databaseOfPool(move.path)!;
  const changed = variantWith(prepared, plan.variant, [move])?.variant.scenario;
  const needed = changed === undefined ? null : serverNeed(changed, plan, name);
  if (needed === null) return [];
  const { written, patched } = prepared.texts.get(plan.variant)!;
  const before = get(get(get(written, 'databases'), name), 'maxConnections');
  const path = pathText(['databases', name, 'maxConnections']);
  const value = scalar(needed, patched.at);
  return [{ path, value, ...(before !== undefined && { before }) }];
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
