import { engine } from '../../../kernel/engine.js';
import { invariant } from '../../../kernel/invariant.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import { OUTCOME } from '../../../contracts/outcome.js';
import { frames } from '../../data/strands/frames.js';
import { levels } from '../../data/figures/levels.js';
import { STATE, strands } from '../../data/strands/strands.js';
import type { ServedRun } from '../../data/run.js';
import type { PoolGauges } from './pool-setup.js';
import type { ServerConnections } from './server-connections.js';

/** The transactions, as far as their sessions outlive their clients. */
interface Transacting {
  /** The statements that the client of a transaction has abandoned, by the frame that holds its connection. */
  abandonedOf(frame: number): readonly number[];
}

export interface BackendsParts extends ServedRun {
  readonly sections: { readonly transactions: Transacting } | null;
}

/** A session whose client has gone. */
interface Session {
  readonly server: ServerConnections;
  readonly epoch: number;
  readonly gauges: PoolGauges;
  /** Its statements that are still in progress. */
  statements: number;
}

/**
 * Sessions of database servers whose clients have gone. A backend that executes a statement does not read its socket,
 * so it notices the loss when the statement ends, or at the next check of PostgreSQL's client_connection_check_interval
 * (postgres.c, ProcessInterrupts and start_xact_command; off by default). Until then the session counts.
 */
export class Backends {
  /** By the strand of a statement. */
  private readonly sessions = new Map<number, Session>();
  private readonly checkOp: number = engine.define('client-check', (strand, life) => {
    if (strands.life[strand] !== life || !isRunning(strand)) return;
    this.world.server.stopJob(strand, OUTCOME.cancelled);
  });

  constructor(private readonly world: BackendsParts) {
    world.audits.push(() =>
      invariant(
        [...this.sessions.keys()].every((strand) => strands.alive(strand)),
        'a session without a client lasts as long as its statement',
      ),
    );
  }

  /** A client closes its connection, which `frame` holds. The gauges of its pool count the session until its end. */
  leave(frame: number, server: ServerConnections, epoch: number, gauges: PoolGauges): void {
    const { sections } = this.world;
    const job = frames.job[frame];
    const left = sections === null || job >= 0 ? [job] : sections.transactions.abandonedOf(frame);
    const running = left.filter((strand) => strand >= 0 && isRunning(strand));
    if (running.length === 0 || server.isDead(epoch)) {
      server.give(epoch);
      levels.add(gauges.open, -1);
      return;
    }
    const session = { server, epoch, gauges, statements: running.length };
    levels.add(gauges.abandoned(), 1);
    for (const strand of running) {
      invariant(!this.sessions.has(strand), 'a statement runs in one session');
      this.sessions.set(strand, session);
      if (server.checkNs > 0) this.check(strand, server.checkNs);
    }
  }

  /** The work of an abandoned attempt has ended; it may be a statement in a session without a client. */
  ended(strand: number): void {
    const session = this.sessions.get(strand);
    if (session === undefined) return;
    this.sessions.delete(strand);
    const { server, epoch, gauges } = session;
    invariant(session.statements > 0, 'a session without a client ends once');
    if (--session.statements > 0) return;
    server.give(epoch);
    levels.add(gauges.open, -1);
    levels.add(gauges.abandoned(), -1);
  }

  /** The server looks at its socket in intervals from the start of a statement. */
  private check(strand: number, everyNs: Ns): void {
    const from = strands.arrived[strand] < 0 ? engine.now : strands.arrived[strand];
    const checks = Math.floor((engine.now - from) / everyNs) + 1;
    const at = from + checks * everyNs;
    engine.at(at, PHASE.COMPLETION, this.checkOp, strand, strands.life[strand], 0);
  }
}

/** Whether a statement is at its server, or on its way there. */
function isRunning(strand: number): boolean {
  const state = strands.state[strand];
  return state !== STATE.REPLYING && state !== STATE.LOST;
}
