import { invariant } from '../../../kernel/invariant.js';
import { OUTCOME } from '../../../contracts/outcome.js';
import type { Orchestration } from '../../../contracts/scenario/sagas.js';
import { strands } from '../../data/strands/strands.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import { HELD, type Commands } from './commands.js';
import type { Ledger } from './ledger.js';
import { FATE, type Records } from './records.js';

/** What an orchestrator notes about the commands that it no longer waits for. */
export class Abandonment {
  constructor(
    private readonly world: Pick<BackgroundRun, 'server'>,
    private readonly spec: Orchestration,
    private readonly ledger: Ledger,
    private readonly records: Records,
    private readonly commands: Commands,
  ) {}

  /** Abandons the commands in flight; they may still have their effect. `running`: their tasks still run. */
  giveUp(slot: number, running: boolean): void {
    const { records, commands, world } = this;
    records.eachCommand(slot, (command) => {
      this.drop(command, running);
      const strand = commands.strand[command];
      if (!running || strand < 0) return;
      if (strands.alive(strand) && strands.life[strand] === commands.life[command]) {
        world.server.stopJob(strand, OUTCOME.cancelled);
      }
    });
  }

  /**
   * Abandons a command. A live driver knows whether it was sent (`known`). After a crash that is unknown, unless the
   * command only waited for its next try.
   */
  drop(command: number, known: boolean): void {
    const { records, commands } = this;
    const slot = commands.saga[command];
    const at = slot * this.ledger.steps + commands.step[command];
    invariant(records.command[at] === command, 'a command is abandoned once');
    invariant(records.open[slot] > 0, 'an abandoned command was counted');
    commands.dropped[command] = 1;
    records.command[at] = -1;
    records.open[slot]--;
    const held = commands.held[command];
    const isKnown = known && held === HELD.yes;
    const wasRun = commands.strand[command] >= 0 || records.saves[at] > 0;
    // No event follows that would give its slot back.
    if (held === HELD.reported || held === HELD.nobody) commands.give(command);
    if (isKnown ? commands.sent[command] === 1 : wasRun) records.doubtful[at] = 1;
    if (records.back[slot] === 1) return;
    const unknown = known && records.doubtful[at] === 1 && this.spec.ambiguous !== 'treatAsFailed';
    if (unknown) records.fate[at] = FATE.unknown;
  }
}
