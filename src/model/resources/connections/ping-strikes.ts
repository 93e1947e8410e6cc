import { widenFloat64, widenInt32 } from '../../../kernel/pool.js';
import type { Ns } from '../../../kernel/time.js';
import { PING_IDLE_NS } from '../../../contracts/scenario/connections.js';
import type { ConnectionTable } from './connection-table.js';

/** More of these end a connection (grpc-go http2_server.go, maxPingStrikes; grpc-java KeepAliveEnforcer). */
const MOST_STRIKES = 2;

/**
 * Servers of gRPC count the PINGs of a connection that come too early after the last one (http2_server.go, handlePing). A
 * message of the server in between clears the count. After a GOAWAY with too_many_pings the client doubles its time.
 */
export class PingStrikes {
  /** By connection: when the last PING came, and how many came too early. */
  private lastNs: Float64Array = new Float64Array(0);
  private strikes: Int32Array = new Int32Array(0);
  /** By pool: factor on the time of its client; absent = 1. */
  private readonly factors = new Map<number, number>();

  constructor(private readonly table: ConnectionTable) {
    table.slots.onGrow((capacity) => {
      this.lastNs = widenFloat64(this.lastNs, capacity);
      this.strikes = widenInt32(this.strikes, capacity);
    });
  }

  opened(slot: number): void {
    this.lastNs[slot] = -Infinity;
    this.strikes[slot] = 0;
  }

  /** Factor on the time after which the client of a connection asks. */
  factor(slot: number): number {
    return this.factors.get(this.table.pool[slot]) ?? 1;
  }

  /** A PING is answered at `at`. Returns true if the answer is a GOAWAY that ends the connection. */
  ends(slot: number, at: Ns): boolean {
    const { table } = this;
    const { pings } = table.poolOf(slot);
    if (pings === null) return false;
    const last = this.lastNs[slot];
    this.lastNs[slot] = at;
    if (table.answerNs[slot] > last) {
      this.strikes[slot] = 0;
      return false;
    }
    const isIdle = table.streams[slot] === 0 && !pings.withoutCalls;
    if (last + (isIdle ? PING_IDLE_NS : pings.minNs) <= at) return false;
    if (++this.strikes[slot] <= MOST_STRIKES) return false;
    const pool = table.pool[slot];
    this.factors.set(pool, 2 * (this.factors.get(pool) ?? 1));
    return true;
  }
}
