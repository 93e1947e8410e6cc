import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import type { Ns } from '../../../kernel/time.js';
import type { Plan } from '../../../contracts/plan/plan.js';
import type { Link } from '../../data/edges/link.js';
import { frames } from '../../data/strands/frames.js';
import { strands } from '../../data/strands/strands.js';
import type { ActRun } from '../../data/run.js';
import type { ConnectionTable } from './connection-table.js';

interface FlowsParts extends ActRun {
  readonly connections: ConnectionTable;
}

/** Returns true if a device forgets connections of a plan, or a client asks whether its peer is there. */
export function watchesFlows({ edges, links }: Plan): boolean {
  return (
    links.some(({ device }) => device !== null) ||
    edges.some(({ connections }) => (connections?.keepalive ?? null) !== null)
  );
}

/**
 * Connections as a device on their way sees them. It forgets one on which nothing has passed for its idle time, in
 * either direction, and then drops what comes (RFC 5382, REQ-5; the connection tracking of Linux) or answers the sender
 * with a reset (idle timeout of AWS Network Load Balancers). A packet passes until the far end has acknowledged it.
 */
export class Flows {
  /** By connection: when the last message passed, and when its client last received something. */
  private passedNs: Float64Array = new Float64Array(0);
  private heardNs: Float64Array = new Float64Array(0);
  private readonly table: ConnectionTable = this.world.connections;

  constructor(private readonly world: FlowsParts) {
    world.connections.slots.addColumns(this);
  }

  opened(slot: number): void {
    this.passedNs[slot] = this.heardNs[slot] = engine.now;
  }

  /** A request is sent that arrives at `at`. Returns false if a device drops it. */
  requests(slot: number, strand: number, at: Ns): boolean {
    const link = strands.link[strand];
    if (link >= 0 && this.forgets(slot, this.world.links[link])) {
      if (!this.world.links[link].device!.resets) return false;
      // The reset reaches the caller as one of a far end that does not know the connection.
      this.table.disown(slot);
    }
    this.passedNs[slot] = Math.max(at, this.passedNs[slot]);
    if (!this.table.poolOf(slot).multiplexed) this.heard(slot, at);
    return true;
  }

  /** An answer is sent that arrives at `at`. Returns false if a device drops it; its caller does not get a reset. */
  answers(strand: number, link: Link, at: Ns): boolean {
    const { edges } = this.world;
    if (strands.callerLeftAt[strand] >= 0) return true;
    const { connected, fades } = edges[strands.edge[strand]];
    if (!connected) return !fades || !isForgotten(link, strands.arrived[strand]);
    const slot = this.table.slotOf(strands.from[strand]);
    invariant(frames.job[strands.from[strand]] === strand, 'an answer has a caller that waits');
    if (this.forgets(slot, link)) return false;
    this.passedNs[slot] = Math.max(at, this.passedNs[slot]);
    this.heard(slot, at);
    return true;
  }

  /** A packet of the connection itself is sent. Returns false if the device on its way does not know the connection. */
  asks(slot: number, link: Link | null): boolean {
    return link === null || !this.forgets(slot, link);
  }

  /** The answer to such a packet comes at `at`. */
  told(slot: number, at: Ns): void {
    this.passedNs[slot] = Math.max(at, this.passedNs[slot]);
    this.heard(slot, at);
  }

  /** When the client of a connection has last received something, or will. */
  lastHeard(slot: number): Ns {
    return this.heardNs[slot];
  }

  private heard(slot: number, at: Ns): void {
    invariant(at >= engine.now, 'a client hears a message when it arrives');
    this.heardNs[slot] = Math.max(at, this.heardNs[slot]);
  }

  private forgets(slot: number, link: Link): boolean {
    invariant(this.table.isEstablished(slot), 'a message travels on a connection that is open');
    return isForgotten(link, this.passedNs[slot]);
  }
}

function isForgotten({ device }: Link, since: Ns): boolean {
  return device !== null && engine.now - since >= device.idleNs;
}
