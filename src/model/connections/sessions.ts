import { IntRing } from '../../kernel/ring.js';
import type { Lane } from '../../kernel/lanes.js';
import type { PgbouncerSettings } from '../../spec/resources.js';
import type { Instance } from '../instance.js';
import type { ServerConnections } from './server-connections.js';

/** A pool of a client, one of whose frames may connect now. */
interface Client {
  connects(frame: number): void;
}

/**
 * A pooler in front of a server whose connections belong to one client each for as long as that is
 * connected (PgBouncer, pool_mode session): who connects when all are taken waits, in the order of coming,
 * whatever the others do with theirs.
 */
export class Sessions {
  /** Timer of the longest wait, or null. */
  readonly timeout: Lane | null;
  private readonly size: number;
  private readonly maxClients: number;
  private readonly server: ServerConnections;
  private readonly instance: Instance;
  private epoch: number;
  private taken = 0;
  private readonly queue = new IntRing();
  /** By frame that waits: whose it is. */
  private readonly clients: Client[] = [];

  constructor(
    { defaultPoolSize, maxClientConn }: PgbouncerSettings,
    timeout: Lane | null,
    server: ServerConnections,
    instance: Instance,
  ) {
    this.size = defaultPoolSize;
    this.maxClients = maxClientConn;
    this.timeout = timeout;
    this.server = server;
    this.instance = instance;
    this.epoch = instance.epoch;
    instance.residents.push({ died: () => {}, started: () => this.pump() });
  }

  /** Whether the pooler takes one more client. */
  admits(): boolean {
    this.sync();
    return this.taken + this.queue.length < this.maxClients;
  }

  /** Takes a connection of the server; false where there is none. */
  take(): boolean {
    this.sync();
    if (!this.hasRoom() || this.queue.length > 0) return false;
    this.taken++;
    return true;
  }

  wait(client: Client, frame: number): void {
    this.clients[frame] = client;
    this.queue.push(frame);
  }

  /** A client that waits does so no longer. */
  forget(frame: number): void {
    this.queue.remove(frame);
  }

  /** A client has gone; `epoch`: the process of the server that it was connected to. */
  give(epoch: number): void {
    this.sync();
    if (epoch !== this.epoch) return;
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

  /** With the process of the server its connections end, and with them those of their clients. */
  private sync(): void {
    if (this.epoch === this.instance.epoch) return;
    this.epoch = this.instance.epoch;
    this.taken = 0;
  }
}
