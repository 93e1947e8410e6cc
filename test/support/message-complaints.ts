import { simulate } from '../../src/model/simulate.js';
import * as registry from '../../src/patterns/registry.js';
import { compile } from '../../src/plan/compile.js';
import type { TraceRecord } from '../../src/contracts/record/record.js';
import { load } from '../theory/program.js';
import { LAWS } from './message-laws.js';
import type { Tally } from './message-laws.js';
import { ledgerOf } from './message-ledger.js';
import { scenarioOf } from './message-scenario.js';
import type { MessageWorld } from './message-worlds.js';

/** Violations of the laws in the trace of a world, each with its hop and kind. */
export function complaints(world: MessageWorld, tally: Tally): readonly string[] {
  const file = load(JSON.stringify(scenarioOf(world)));
  const plan = compile(file.variants[0], file, { traceShare: 1 });
  const traces: TraceRecord[] = [];
  const record = simulate(plan, 0, registry, { traceSink: (rows) => traces.push(rows) });
  // Consumers that always fail at once reach the limit of events, so the rest is unknown.
  if (record.stop !== 'horizon' && record.stop !== 'drained') {
    tally.set('stopped', (tally.get('stopped') ?? 0) + 1);
    return [];
  }
  const books = ledgerOf(world, plan, traces);
  return books.flatMap((book) =>
    Object.values(LAWS).flatMap((law) =>
      law({ world, plan, record, books }, book, tally).map(
        (found) => `${world.hops[book.hop]!.kind} at hop${book.hop}: ${found}`,
      ),
    ),
  );
}
