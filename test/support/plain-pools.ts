import { unit } from '../../src/kernel/rng.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { SECOND } from './fake-calls.js';
import { PlainPool } from './plain-pool.js';
import type { PlainConnection, PlainServer } from './plain-pool.js';
import type { PoolStory } from './pool-worlds.js';

/** Settings of a pool without a library. */
export interface SimpleSizes {
  readonly maxOpen: number;
  readonly maxIdle: number;
  readonly maxLifetimeNs: number | null;
  readonly maxIdleTimeNs: number | null;
  readonly acquireTimeoutNs: number | null;
  readonly waiters: 'fifo' | 'random';
}

/** A pooler in front of the server: its clients, and their waits for its connections. */
export class PlainSessions {
  readonly queue: { readonly pool: SimpleRule; readonly call: number }[] = [];
  readonly maxClients: number;
  readonly timeoutNs: number | null;
  private readonly size: number;
  private readonly server: PlainServer;

  constructor(server: PlainServer, size: number, maxClients: number, timeoutNs: number | null) {
    this.server = server;
    this.size = size;
    this.maxClients = maxClients;
    this.timeoutNs = timeoutNs;
  }

  get admits(): boolean {
    return this.server.open + this.queue.length < this.maxClients;
  }

  get hasRoom(): boolean {
    return this.server.open < this.size && this.server.hasRoom;
  }

  /** Serves the queue as far as there is room, in its order. */
  serve(): void {
    while (this.queue.length > 0 && this.hasRoom) {
      const { pool, call } = this.queue.shift()!;
      pool.connect(call);
    }
  }
}

/** A pool without a library, and one of a pooler client that keeps a connection for each of its own. */
export class SimpleRule extends PlainPool {
  private readonly sizes: SimpleSizes;
  private readonly sessions: PlainSessions | null;
  private picks = 0;

  constructor(
    story: PoolStory,
    server: PlainServer,
    sizes: SimpleSizes,
    sessions: PlainSessions | null,
  ) {
    super(story, server);
    this.sizes = sizes;
    this.sessions = sessions;
  }

  override get inLine(): number {
    return this.waiting.length + this.connecting.length;
  }

  private get connecting(): number[] {
    const own = this.sessions?.queue.filter(({ pool }) => pool === this) ?? [];
    return own.map(({ call }) => call);
  }

  arrive(call: number): void {
    const { maxOpen, acquireTimeoutNs } = this.sizes;
    const connection = this.takeIdle();
    if (connection !== null) {
      this.begin(call, connection);
    } else if (this.open + this.connecting.length < maxOpen) {
      this.dial(call);
    } else if (acquireTimeoutNs === 0) {
      this.waiting.push(call);
      this.timeOut(call);
    } else {
      this.waiting.push(call);
      if (acquireTimeoutNs === null) return;
      this.server.clock.at(this.now + acquireTimeoutNs, () => {
        if (this.waiting.includes(call)) this.timeOut(call);
      });
    }
  }

  override giveUp(call: number): void {
    if (!this.forget(call)) super.giveUp(call);
  }

  override reset(): void {
    for (const connection of [...this.connections]) this.drop(connection);
  }

  /** Opens a connection for a call. */
  connect(call: number): void {
    if (!this.server.hasRoom) {
      this.end(call, OUTCOME.refused);
      return;
    }
    this.connects++;
    // Drawn by the lineage of the call, which counts from one.
    const time = this.story.dialNs(call + 1);
    const connection = this.newConnection({ holder: call, state: 'dialled' });
    const stands = (): void => {
      if (connection.holder !== call) return;
      connection.openedNs = this.now;
      this.begin(call, connection);
    };
    if (time === 0) stands();
    else this.server.clock.at(this.now + time, stands);
  }

  protected back(connection: PlainConnection): void {
    const { sessions, sizes, now } = this;
    const { maxIdle, maxIdleTimeNs, maxLifetimeNs } = sizes;
    const isOld = maxLifetimeNs !== null && now - connection.openedNs >= maxLifetimeNs;
    const idle = this.connections.filter(({ state }) => state === 'idle').length;
    if (!isOld && this.waiting.length > 0) {
      this.begin(this.nextOf(), connection);
    } else if (!isOld && this.connecting.length > 0) {
      const [call] = this.connecting;
      sessions!.queue.splice(
        sessions!.queue.findIndex((one) => one.call === call),
        1,
      );
      this.begin(call, connection);
    } else if (!isOld && idle < maxIdle) {
      connection.state = 'idle';
      connection.returnedNs = now;
      if (sessions === null || maxIdleTimeNs === null) return;
      this.server.clock.at(now + maxIdleTimeNs, () => {
        const isThere = this.connections.includes(connection) && connection.state === 'idle';
        if (isThere && connection.returnedNs === now) this.drop(connection);
      });
    } else {
      this.close(connection);
    }
  }

  protected closed(): void {
    while (this.waiting.length > 0 && this.open + this.connecting.length < this.sizes.maxOpen) {
      this.dial(this.nextOf());
    }
  }

  protected override drop(connection: PlainConnection): void {
    super.drop(connection);
    this.sessions?.serve();
  }

  private dial(call: number): void {
    const { sessions } = this;
    if (sessions === null) {
      this.connect(call);
    } else if (!sessions.admits) {
      this.end(call, OUTCOME.refused);
    } else if (sessions.hasRoom && sessions.queue.length === 0) {
      this.connect(call);
    } else {
      sessions.queue.push({ pool: this, call });
      if (sessions.timeoutNs === null) return;
      this.server.clock.at(this.now + sessions.timeoutNs, () => {
        if (!this.forget(call)) return;
        this.timeouts++;
        this.end(call, OUTCOME.poolTimeout);
      });
    }
  }

  /** Removes a call from the line of the pooler; false if it was not in it. */
  private forget(call: number): boolean {
    const queue = this.sessions?.queue ?? [];
    const at = queue.findIndex((one) => one.call === call);
    if (at < 0) return false;
    queue.splice(at, 1);
    this.closed();
    return true;
  }

  /** The one returned last that is still good; those that are not are closed on the way. */
  private takeIdle(): PlainConnection | null {
    const { maxLifetimeNs, maxIdleTimeNs } = this.sizes;
    for (;;) {
      const idle = this.connections.filter(({ state }) => state === 'idle');
      idle.sort((a, b) => b.returnedNs - a.returnedNs);
      if (idle.length === 0) return null;
      const { epoch, openedNs, returnedNs } = idle[0];
      const isGood =
        epoch === this.server.epoch &&
        this.now - openedNs < (maxLifetimeNs ?? Infinity) &&
        this.now - returnedNs < (maxIdleTimeNs ?? Infinity);
      if (isGood) return idle[0];
      this.drop(idle[0]);
    }
  }

  private nextOf(): number {
    const { length } = this.waiting;
    if (this.sizes.waiters === 'fifo') return this.waiting.shift()!;
    const u = unit(this.story.seed, this.client, this.picks++, 0, 1);
    return this.waiting.splice(Math.floor(u * length), 1)[0];
  }
}

export interface GoSizes {
  readonly maxOpen: number;
  readonly maxIdle: number;
  readonly maxLifetimeNs: number | null;
  readonly maxIdleTimeNs: number | null;
}

/** database/sql: see sql.go. */
export class GoRule extends PlainPool {
  private readonly sizes: GoSizes;
  private draws = 0;
  /** Connections requested for waiting calls, besides the one that is being opened. */
  private orders = 0;
  private opening: PlainConnection | null = null;
  /** Of the cleaner that runs; a reset ends it. */
  private cleaner: object | null = null;

  constructor(story: PoolStory, server: PlainServer, sizes: GoSizes) {
    super(story, server);
    this.sizes = sizes;
  }

  override get open(): number {
    return this.connections.length + this.orders;
  }

  arrive(call: number): void {
    const { clock } = this.server;
    for (let tries = 0; tries < 2; tries++) {
      const [newest] = this.idle().sort((a, b) => b.returnedNs - a.returnedNs);
      if (newest === undefined) break;
      if (newest.epoch === this.server.epoch && this.age(newest) <= 0) {
        this.begin(call, newest);
        return;
      }
      this.close(newest);
    }
    if (this.open >= this.sizes.maxOpen) {
      this.waiting.push(call);
    } else if (!this.server.hasRoom) {
      this.end(call, OUTCOME.refused);
    } else {
      const connection = this.newConnection({ holder: call, state: 'dialled' });
      const time = this.dialNs();
      const stands = (): void => {
        if (connection.holder !== call) return;
        connection.openedNs = this.now;
        this.begin(call, connection);
      };
      if (time === 0) stands();
      else clock.at(this.now + time, stands);
    }
  }

  override reset(): void {
    super.reset();
    this.orders = 0;
    this.opening = null;
    this.cleaner = null;
  }

  protected back(connection: PlainConnection): void {
    if (this.age(connection) > 0) this.close(connection);
    else this.put(connection);
  }

  /** As many are ordered as there is room for, though no more than wait. */
  protected closed(): void {
    const more = Math.min(this.sizes.maxOpen - this.open, this.waiting.length);
    this.orders += Math.max(0, more);
    if (more > 0 && this.opening === null) this.nextOrder();
  }

  private nextOrder(): void {
    while (this.orders > 0) {
      this.orders--;
      if (!this.server.hasRoom) {
        if (this.waiting.length > 0) this.end(this.someone(), OUTCOME.refused);
        continue;
      }
      const connection = this.newConnection({ state: 'dialled' });
      this.opening = connection;
      this.server.clock.at(this.now + this.dialNs(), () => {
        if (this.opening !== connection) return;
        this.opening = null;
        connection.openedNs = this.now;
        this.put(connection);
        if (this.opening === null) this.nextOrder();
      });
      return;
    }
  }

  private put(connection: PlainConnection): void {
    if (this.waiting.length > 0) {
      this.begin(this.someone(), connection);
    } else if (this.idle().length < this.sizes.maxIdle) {
      connection.state = 'idle';
      connection.returnedNs = this.now;
      if (this.cleaner === null && this.limitNs < Infinity)
        this.clean((this.cleaner = {}), this.limitNs);
    } else {
      this.close(connection);
    }
  }

  private get limitNs(): number {
    return Math.min(this.sizes.maxLifetimeNs ?? Infinity, this.sizes.maxIdleTimeNs ?? Infinity);
  }

  /** Checks idle connections after this time, or after a second; then again when the next one is due. */
  private clean(cleaner: object, afterNs: number): void {
    this.server.clock.at(this.now + Math.max(SECOND, afterNs), () => {
      if (this.cleaner !== cleaner) return;
      if (this.open === 0) {
        this.cleaner = null;
        return;
      }
      const { maxIdleTimeNs } = this.sizes;
      const over = (one: PlainConnection): number => {
        const idle = maxIdleTimeNs === null ? -Infinity : this.now - one.returnedNs - maxIdleTimeNs;
        return Math.max(idle, this.age(one));
      };
      const left: number[] = [this.limitNs];
      for (const one of this.idle()) {
        if (over(one) > 0) this.close(one);
        else left.push(-over(one));
      }
      this.clean(cleaner, Math.min(...left));
    });
  }

  /** By how much it is older than it may get. */
  private age({ openedNs }: PlainConnection): number {
    const { maxLifetimeNs } = this.sizes;
    return maxLifetimeNs === null ? -Infinity : this.now - openedNs - maxLifetimeNs;
  }

  private idle(): PlainConnection[] {
    return this.connections.filter(({ state }) => state === 'idle');
  }

  /** One pool draws times and turns from one stream, in the order of need. */
  private dialNs(): number {
    this.connects++;
    return this.story.dialNs(this.draws++);
  }

  private someone(): number {
    const u = unit(this.story.seed, this.client, this.draws++, 0, 1);
    return this.waiting.splice(Math.floor(u * this.waiting.length), 1)[0];
  }
}
