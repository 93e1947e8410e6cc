import { FakeCalls } from './fake-calls.js';

/** Settings of the connections of an edge; times in us, none = null. */
export interface EdgeSizes {
  readonly multiplexed: boolean;
  readonly max: number;
  readonly maxIdle: number;
  readonly maxPending: number;
  readonly maxRequests: number;
  readonly maxStreams: number;
  readonly idleTimeout: number | null;
  readonly lifetime: number | null;
  readonly acquireTimeout: number | null;
}

/** A call, and the way to its end. */
interface Call {
  readonly at: number;
  readonly service: number;
  end: number;
  says: string;
  connection: Connection | null;
  /** The connection that is being opened for it. */
  dial: Connection | null;
  isExpecting: boolean;
}

interface Connection {
  state: 'dialled' | 'open' | 'closing' | 'closed';
  streams: number;
  served: number;
  /** Changes with each use: an idle time of before is over. */
  uses: number;
}

/**
 * The rule for connections of one caller to one callee, in us: a connection with capacity is used first, the last one
 * that became free before the others; then a new one is opened while the limit allows; else calls wait in order.
 */
export class EdgeRule {
  readonly calls: Call[] = [];
  opened = 0;
  private readonly clock = new FakeCalls();
  private readonly own: EdgeSizes;
  private readonly half: number;
  private readonly dialTime: number;
  private readonly timeout: number;
  private readonly all: Connection[] = [];
  /** Open ones with room, the next one last. */
  private readonly ready: Connection[] = [];
  private readonly line: Call[] = [];

  /** `half` the way there, `trips` round trips to open a connection; callers leave after `timeout`. */
  constructor(own: EdgeSizes, half: number, trips: number, timeout: number) {
    this.own = own;
    this.half = half;
    this.dialTime = 2 * half * trips;
    this.timeout = timeout;
  }

  run(arrivals: readonly (readonly [at: number, service: number])[]): void {
    for (const [at, service] of arrivals) {
      const call: Call = {
        at,
        service,
        end: -1,
        says: '',
        connection: null,
        dial: null,
        isExpecting: false,
      };
      this.calls.push(call);
      this.clock.at(at, () => this.arrive(call));
      this.clock.at(at + this.timeout, () => this.giveUp(call));
    }
    this.clock.run();
  }

  private get open(): number {
    return this.all.filter(({ state }) => state !== 'closed').length;
  }

  /** Streams of connections that are being opened. */
  private get coming(): number {
    const { length } = this.all.filter(({ state }) => state === 'dialled');
    return length === 0 ? 0 : length * this.own.maxStreams;
  }

  private get idle(): number {
    return this.all.filter(({ state, streams }) => state === 'open' && streams === 0).length;
  }

  private arrive(call: Call): void {
    const { line, own, clock } = this;
    if (this.ready.length > 0) {
      this.attach(call);
      return;
    }
    const expecting = line.filter(({ isExpecting }) => isExpecting).length;
    if (this.coming > expecting || this.open < own.max) {
      if (this.coming <= expecting) this.dial(call);
      call.isExpecting = true;
      line.push(call);
    } else if (line.length - expecting >= own.maxPending) {
      this.end(call, 'poolOverflows');
    } else if (own.acquireTimeout === 0) {
      this.end(call, 'poolTimeouts');
    } else {
      line.push(call);
      if (own.acquireTimeout === null) return;
      clock.at(clock.now + own.acquireTimeout, () => {
        if (!line.includes(call) || call.isExpecting) return;
        this.leave(call);
        this.end(call, 'poolTimeouts');
      });
    }
  }

  private end(call: Call, says: string): void {
    call.end = this.clock.now;
    call.says = says;
  }

  private leave(call: Call): void {
    this.line.splice(this.line.indexOf(call), 1);
    call.dial = null;
  }

  private giveUp(call: Call): void {
    if (call.end >= 0) return;
    this.end(call, 'timeout');
    const { connection } = call;
    if (connection === null) {
      this.leave(call);
      return;
    }
    // Without streams its response would still arrive.
    if (!this.own.multiplexed) this.condemn(connection);
    this.detach(connection);
  }

  private dial(call: Call): void {
    const connection: Connection = { state: 'dialled', streams: 0, served: 0, uses: 0 };
    const { clock, own } = this;
    this.all.push(connection);
    this.opened++;
    call.dial = connection;
    clock.at(clock.now + this.dialTime, () => {
      connection.state = 'open';
      for (const one of this.line) if (one.dial === connection) one.dial = null;
      if (own.lifetime !== null) {
        clock.at(clock.now + own.lifetime, () => this.condemn(connection));
      }
      this.ready.push(connection);
      this.settle(connection);
    });
  }

  /** The call takes the connection that got room last. */
  private attach(call: Call): void {
    const { clock, own, half } = this;
    const connection = this.ready.at(-1)!;
    call.connection = connection;
    connection.streams++;
    connection.served++;
    connection.uses++;
    if (connection.served >= own.maxRequests) this.condemn(connection);
    else if (connection.streams >= own.maxStreams) this.ready.pop();
    clock.at(clock.now + 2 * half + call.service, () => {
      if (call.end >= 0) return;
      this.end(call, 'ok');
      this.detach(connection);
    });
  }

  private detach(connection: Connection): void {
    const wasFull = connection.streams === this.own.maxStreams;
    connection.streams--;
    if (connection.state === 'closing') {
      if (connection.streams === 0) connection.state = 'closed';
      this.grow();
      return;
    }
    if (wasFull) this.ready.push(connection);
    this.settle(connection);
  }

  /** Capacity on a connection goes to waiting calls; otherwise the connection may be idle. */
  private settle(connection: Connection): void {
    const { own, clock, line, ready } = this;
    while (ready.length > 0 && line.length > 0) {
      const [call] = line;
      this.leave(call);
      this.attach(call);
    }
    if (connection.state === 'open' && connection.streams === 0) {
      const { uses } = connection;
      if (this.idle > own.maxIdle) this.condemn(connection);
      else if (own.idleTimeout !== null) {
        clock.at(clock.now + own.idleTimeout, () => {
          if (connection.uses === uses) this.condemn(connection);
        });
      }
    }
    this.grow();
  }

  /** Takes no more calls, and closes with its last one. */
  private condemn(connection: Connection): void {
    if (connection.state !== 'open') return;
    connection.state = connection.streams > 0 ? 'closing' : 'closed';
    const at = this.ready.indexOf(connection);
    if (at >= 0) this.ready.splice(at, 1);
  }

  private grow(): void {
    while (this.line.length > this.coming && this.open < this.own.max) {
      const call = this.line.find(({ dial }) => dial === null)!;
      this.dial(call);
      call.isExpecting = true;
    }
  }
}
