/** Eviction rules in plain lists, newest first: slow, but easy to verify. */
export class PlainCache {
  /** Evicted keys, in order. */
  readonly evicted: number[] = [];
  private entries: Entry[] = [];
  /** Position of the hand of SIEVE; null = at the tail. */
  private hand: Entry | null = null;
  private uses = 0;
  private readonly kind: 'lru' | 'lfu' | 'fifo' | 'sieve';
  private readonly capacity: number;

  constructor(kind: 'lru' | 'lfu' | 'fifo' | 'sieve', capacity: number) {
    this.kind = kind;
    this.capacity = capacity;
  }

  /** Version of a key, if it is present and has not expired; expired entries are removed. */
  get(key: number, now = 0): number | null {
    const found = this.find(key);
    if (found === undefined) return null;
    if (now >= found.expires) {
      this.take(found);
      return null;
    }
    found.count++;
    found.used = ++this.uses;
    found.visited = true;
    return found.version;
  }

  set(key: number, version = 0, expires = Infinity): void {
    const found = this.find(key);
    if (found !== undefined) {
      found.version = version;
      found.expires = expires;
      // Another value is a use to LRU alone.
      if (this.kind === 'lru') found.used = ++this.uses;
      return;
    }
    if (this.entries.length === this.capacity) {
      const victim = this.victim();
      this.evicted.push(victim.key);
      this.take(victim);
    }
    const used = ++this.uses;
    this.entries.unshift({ key, version, expires, count: 1, used, visited: false });
  }

  has(key: number, now = 0): boolean {
    const found = this.find(key);
    return found !== undefined && now < found.expires;
  }

  delete(key: number): void {
    const found = this.find(key);
    if (found !== undefined) this.take(found);
  }

  clear(): void {
    this.entries = [];
    this.hand = null;
  }

  get size(): number {
    return this.entries.length;
  }

  private find(key: number): Entry | undefined {
    return this.entries.find((entry) => entry.key === key);
  }

  /** The one in front of an entry, toward the head; null at the head. */
  private inFront(entry: Entry): Entry | null {
    return this.entries[this.entries.indexOf(entry) - 1] ?? null;
  }

  private take(entry: Entry): void {
    if (this.hand === entry) this.hand = this.inFront(entry);
    this.entries.splice(this.entries.indexOf(entry), 1);
  }

  private victim(): Entry {
    const tail = this.entries[this.entries.length - 1]!;
    switch (this.kind) {
      case 'fifo':
        return tail;
      case 'lru':
        return [...this.entries].sort((a, b) => a.used - b.used)[0]!;
      case 'lfu':
        return [...this.entries].sort((a, b) => a.count - b.count || a.used - b.used)[0]!;
      case 'sieve': {
        let at = this.hand ?? tail;
        while (at.visited) {
          at.visited = false;
          at = this.inFront(at) ?? tail;
        }
        this.hand = at;
        return at;
      }
    }
  }
}

interface Entry {
  readonly key: number;
  version: number;
  expires: number;
  count: number;
  /** When it was used last, as a number of uses. */
  used: number;
  visited: boolean;
}
