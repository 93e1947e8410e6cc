import { OUTCOME } from '../../src/contracts/outcome.js';
import { FakeCalls, MS } from './fake-calls.js';
import type { PoolStory, Seen } from './pool-worlds.js';

/** A connection as a rule knows it. */
export interface PlainConnection {
  epoch: number;
  openedNs: number;
  returnedNs: number;
  /** The call that dials or uses it; -1 = none. */
  holder: number;
  state: 'dialled' | 'used' | 'idle' | 'leaked';
}

/** The server of a sequence: its current process, and the connections of that process. */
export class PlainServer {
  readonly clock = new FakeCalls();
  epoch = 3;
  isUp = true;
  readonly pools: PlainPool[] = [];
  private readonly story: PoolStory;

  constructor(story: PoolStory) {
    this.story = story;
  }

  get now(): number {
    return this.clock.now;
  }

  get open(): number {
    return this.pools
      .flatMap(({ connections }) => connections)
      .filter(({ epoch }) => epoch === this.epoch).length;
  }

  get hasRoom(): boolean {
    return this.open < this.story.limit;
  }

  /** Runs the sequence and records observations. `restarted` is called after each restart. */
  tell(restarted: () => void = () => {}): Seen {
    const { story, clock, pools } = this;
    story.calls.forEach(({ atNs, client, leftNs }, call) => {
      clock.at(atNs, () => pools[client].arrive(call));
      if (leftNs < Infinity) clock.at(leftNs, () => pools[client].giveUp(call));
    });
    for (const at of story.restartsNs) {
      clock.at(at, () => {
        this.epoch++;
        restarted();
      });
    }
    for (const [from, until] of story.downNs) {
      clock.at(from, () => (this.isUp = false));
      clock.at(until, () => (this.isUp = true));
    }
    for (const at of story.resetsNs) {
      clock.at(at, () => {
        for (const pool of pools) if (pool.held === 0) pool.reset();
      });
    }
    const looks: number[][] = [];
    for (const at of story.looksNs) {
      clock.at(at, () => {
        for (const pool of pools) {
          const { open, used, inLine, held } = pool;
          looks.push([at, open, used, inLine, held, this.open]);
        }
      });
    }
    clock.run(story.looksNs.at(-1)! + 200_000 * MS);
    const sum = (of: (pool: PlainPool) => number): number =>
      pools.reduce((total, pool) => total + of(pool), 0);
    return {
      calls: story.calls.map(({ client }, call) => pools[client].calls[call]),
      looks,
      waits: pools.flatMap(({ waits }) => waits).sort((a, b) => a - b),
      connects: sum(({ connects }) => connects),
      timeouts: sum(({ timeouts }) => timeouts),
      leaks: sum(({ leaks }) => leaks),
    };
  }
}

/** Common rules of all kinds of pools: connections, waiting calls, and the result of each call. */
export abstract class PlainPool {
  readonly connections: PlainConnection[] = [];
  readonly calls: { startNs: number; endNs: number; outcome: number | null }[];
  readonly waits: number[] = [];
  connects = 0;
  timeouts = 0;
  /** Connections that were found to be in use for too long. */
  leaks = 0;
  protected readonly waiting: number[] = [];
  protected readonly server: PlainServer;
  protected readonly story: PoolStory;
  protected readonly client: number;

  constructor(story: PoolStory, server: PlainServer) {
    this.story = story;
    this.server = server;
    this.client = server.pools.push(this) - 1;
    this.calls = story.calls.map(() => ({ startNs: -1, endNs: -1, outcome: null }));
  }

  get now(): number {
    return this.server.now;
  }

  get open(): number {
    return this.connections.length;
  }

  get used(): number {
    return this.connections.filter(({ state }) => state === 'used' || state === 'leaked').length;
  }

  get inLine(): number {
    return this.waiting.length;
  }

  get held(): number {
    const with_ = this.connections.filter(({ holder }) => holder >= 0).length;
    return with_ + this.inLine;
  }

  abstract arrive(call: number): void;
  /** A statement has ended well, and its connection is as good as before. */
  protected abstract back(connection: PlainConnection): void;
  /** Something has been closed. */
  protected abstract closed(): void;

  /** A caller leaves, wherever its call is. */
  giveUp(call: number): void {
    if (this.calls[call].outcome !== null) return;
    if (this.waiting.includes(call)) {
      this.waiting.splice(this.waiting.indexOf(call), 1);
      return;
    }
    const connection = this.connections.find(({ holder }) => holder === call);
    if (connection !== undefined) this.close(connection);
  }

  reset(): void {
    this.connections.length = 0;
  }

  protected newConnection(own: Partial<PlainConnection>): PlainConnection {
    const { now } = this;
    const fresh: PlainConnection = {
      epoch: this.server.epoch,
      openedNs: now,
      returnedNs: now,
      holder: -1,
      state: 'idle',
      ...own,
    };
    this.connections.push(fresh);
    return fresh;
  }

  /** A call has a connection: its statement runs. */
  protected begin(call: number, connection: PlainConnection): void {
    const { atNs, serviceNs, outcome, leaks } = this.story.calls[call];
    connection.holder = call;
    connection.state = 'used';
    this.calls[call].startNs = this.now;
    this.waits.push(this.now - atNs);
    this.server.clock.at(this.now + serviceNs, () => {
      if (connection.holder !== call) return;
      connection.holder = -1;
      if (leaks) connection.state = 'leaked';
      else if (outcome === OUTCOME.reset || outcome === OUTCOME.refused) this.close(connection);
      else this.back(connection);
      this.end(call, outcome);
    });
  }

  protected end(call: number, outcome: number): void {
    this.calls[call].endNs = this.now;
    this.calls[call].outcome = outcome;
  }

  protected timeOut(call: number): void {
    this.timeouts++;
    this.waiting.splice(this.waiting.indexOf(call), 1);
    this.end(call, OUTCOME.poolTimeout);
  }

  protected isOld({ openedNs }: PlainConnection, lifetimeNs: number | null): number {
    return lifetimeNs === null ? -1 : this.now - openedNs - lifetimeNs;
  }

  protected close(connection: PlainConnection): void {
    this.drop(connection);
    this.closed();
  }

  protected drop(connection: PlainConnection): void {
    connection.holder = -1;
    this.connections.splice(this.connections.indexOf(connection), 1);
  }
}
