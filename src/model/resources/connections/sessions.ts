import { invariant } from '../../../kernel/invariant.js';
import { IntRing } from '../../../kernel/ring.js';
import type { Lane } from '../../../kernel/lanes.js';
import type { PgbouncerSettings } from '../../../contracts/scenario/pools.js';
import type { Instance } from '../../data/instances/instance.js';
import type { ServerConnections } from './server-connections.js';

/** The pool of a client; its frame may connect now. */
interface Client {
  connects(frame: number): void;
}

/**
 * A pooler whose server connections each belong to one client for the duration of its connection (PgBouncer, pool_mode
 * session). If all are taken, clients wait in FIFO order, even if other clients' connections are idle.
 */
export class Sessions {
  private size: number;
  private readonly maxClients: number;
  private epoch: number;
  private taken = 0;
  private readonly queue = new IntRing();
  /** By waiting frame: its client. */
  private readonly clients: Client[] = [];

  constructor(
    { defaultPoolSize, maxClientConn }: PgbouncerSettings,

    /** Timer of the longest wait, or null. */
    readonly timeout: Lane | null,
    private readonly server: ServerConnections,
    private readonly instance: Instance,
    /** The sessions of all users of the pooler; these join them. */
    readonly users: Sessions[] = [],
  ) {
    users.push(this);
    this.size = defaultPoolSize;
    this.maxClients = maxClientConn;
    this.epoch = instance.epoch;
    instance.residents.push({ died: () => {}, started: () => this.pump() });
  }

  /** Another size from now on: waiting clients get the new connections; those beyond a lower size stay until their clients leave. */
  resize(size: number): void {
    this.size = size;
    this.pump();
  }

  /** Whether the pooler accepts another client. */
  admits(): boolean {
    return this.allClients() < this.maxClients;
  }

  /** Clients of all users, served or waiting: `max_client_conn` is one limit of the pooler. */
  private allClients(): number {
    let clients = 0;
    for (const own of this.users) {
      own.sync();
      clients += own.taken + own.queue.length;
    }
    return clients;
  }

  /** Takes a server connection; returns false if there is none. */
  take(): boolean {
    this.sync();
    if (!this.hasRoom() || this.queue.length > 0) return false;
    this.taken++;
    invariant(this.taken <= this.size, 'a pooler gives each server connection to one client');
    return true;
  }

  wait(client: Client, frame: number): void {
    invariant(
      this.allClients() < this.maxClients,
      'a pooler keeps no more clients waiting than its limit',
    );
    this.clients[frame] = client;
    this.queue.push(frame);
  }

  /** Removes a waiting client. */
  forget(frame: number): void {
    invariant(this.queue.remove(frame), 'a client waits for a session once');
  }

  /** A client has disconnected; `epoch`: the server process that it was connected to. */
  give(epoch: number): void {
    this.sync();
    if (epoch !== this.epoch) return;
    invariant(this.taken > 0, 'a client returns its session once');
    this.taken--;
    this.pump();
  }

  private pump(): void {
    this.sync();
    while (this.queue.length > 0 && this.hasRoom()) {
      const frame = this.queue.shift();
      this.taken++;
      this.clients[frame].connects(frame);
    }
  }

  private hasRoom(): boolean {
    return this.taken < this.size && this.server.hasRoom();
  }

  /** When the server process dies, its connections end, and with them those of the clients. */
  private sync(): void {
    if (this.epoch === this.instance.epoch) return;
    this.epoch = this.instance.epoch;
    this.taken = 0;
  }
}
