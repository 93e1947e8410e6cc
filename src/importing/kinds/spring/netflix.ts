import { parseDuration } from '../../../contracts/quantities/quantity-text.js';
import type { Cell } from '../../cell.js';
import { from, list, map, plain, type Written, type WrittenMap } from '../../written.js';
import { entryOf, plainName } from './layers.js';
import { countIn, durationIn, flagIn, numberIn, percentIn, property } from './properties.js';

/** Looks up a setting of a command, a thread pool or a client: its own, then that of all. */
type Lookup = (path: string) => Cell | undefined;

/** Settings of clients by their names: those of Feign, and the groups of HTTP service clients from Spring Boot 4 on. */
const FEIGN = [
  'feign.client.config',
  'spring.cloud.openfeign.client.config',
  'spring.http.serviceclient',
];
/** Settings of all clients: of Spring Boot 4, and of 3.4 and 3.5. */
const HTTP = ['spring.http.clients', 'spring.http.client', 'spring.http.reactiveclient'];

/** A bundle with the limits of a client, which are within its breaker and retries; null = they add nothing to it. `own`: none = a new one. */
export function withLimits(own: Written | undefined, { entries }: WrittenMap): WrittenMap | null {
  if (entries.size === 0 || (own !== undefined && entries.has('order'))) return null;
  if (own?.kind !== 'map') return map(entries);
  const limits = [...entries].filter(([key]) => key === 'timeout' || key === 'connections');
  return map([...limits, ...own.entries], own.origins);
}

/** A bundle for the calls of a component, with the place of the first value that is its own. */
export interface NetflixBundle {
  readonly bundle: WrittenMap;
  readonly place: Cell;
}

/**
 * Settings of Spring Cloud Netflix. Sources: Netflix/Hystrix, HystrixCommandProperties.java and HystrixThreadPoolProperties.java;
 * Netflix/ribbon, DefaultClientConfigImpl.java; spring-cloud/spring-cloud-netflix, RibbonClientConfiguration.java,
 * AbstractRibbonCommand.java; OpenFeign/feign, SetterFactory.java (keys of commands).
 */
export class Netflix {
  private readonly commands: Cell | undefined;
  private readonly pools: Cell | undefined;
  private readonly clients: ReadonlyMap<string, Cell>;
  private readonly feign: readonly Cell[];
  /** Limits of every RestClient, RestTemplate and WebClient. Source: docs.spring.io/spring-boot, Calling REST Services. */
  private readonly http: readonly Cell[];

  constructor(private readonly root: Cell) {
    this.commands = property(root, 'hystrix.command');
    this.pools = property(root, 'hystrix.threadpool');
    this.clients = new Map(
      root.entries().flatMap(([name, cell]) => {
        const own = entryOf(cell, 'ribbon');
        return own === undefined ? [] : [[name, own] as const];
      }),
    );
    const found = (path: string): Cell | readonly Cell[] => property(root, path) ?? [];
    this.feign = FEIGN.flatMap(found);
    this.http = HTTP.flatMap(found);
  }

  /** Names of callees that settings have: `PaymentClient#charge(Order)` is a method of the client of payment. */
  names(): readonly string[] {
    const keys = [this.commands, this.pools, ...this.feign].flatMap((cell) =>
      (cell?.entries() ?? []).map(([key]) => key.replace(/#.*$/, '')),
    );
    return [...new Set([...keys, ...this.clients.keys()])].filter((name) => name !== 'default');
  }

  /** Whether calls without a setting of their own are commands of Hystrix, and calls of Ribbon or Feign. */
  get isEverywhere(): boolean {
    return (
      this.isFeign ||
      property(this.root, 'ribbon') !== undefined ||
      this.http.length > 0 ||
      this.feign.some((cell) => entryOf(cell, 'default') !== undefined)
    );
  }

  private get isFeign(): boolean {
    return flagIn(property(this.root, 'feign.hystrix.enabled'))?.value === true;
  }

  /** `names`: those of the callee in the files. `isZuul`: a route of Zuul, which is always a command. */
  bundleOf(names: readonly string[], isZuul = false): NetflixBundle | null {
    const command = this.lookup(this.commands, names);
    const client = this.client(names);
    const hasCommand = isZuul || this.isFeign || this.own(this.commands, names) !== undefined;
    const place = [this.commands, this.pools, ...this.feign]
      .flatMap((cell) => this.own(cell, names) ?? [])
      .concat(names.flatMap((name) => this.clients.get(name) ?? []))
      .concat(this.commands ?? [], property(this.root, 'ribbon') ?? [], this.feign, this.http)[0];
    if (place === undefined && !isZuul) return null;
    const ribbon = ribbonOf(client);
    const bundle = hasCommand
      ? this.commandOf(command, names, ribbon, isZuul)
      : map({ timeout: ribbon.timeout && map({ after: ribbon.timeout }), ...ribbon.calls });
    return { bundle, place: place?.leaves()[0] ?? place ?? this.root };
  }

  private commandOf(
    command: Lookup,
    names: readonly string[],
    ribbon: Ribbon,
    isZuul: boolean,
  ): WrittenMap {
    const limit = command('execution.isolation.thread.timeout-in-milliseconds');
    const isLimited = flagIn(command('execution.timeout.enabled'))?.value !== false;
    const own =
      durationIn(limit) ??
      (isZuul ? zuulLimit(ribbon) : { ...plain('1000ms'), note: 'the default of Hystrix' });
    const { timeout, calls } = ribbon;
    // A bundle has one limit: that of Hystrix is around all tries, and without tries the shorter one ends the call.
    const isShorter =
      timeout !== undefined &&
      (!isLimited || (calls.retry === undefined && msOf(timeout) < msOf(own)));
    const after = isShorter ? timeout : isLimited ? own : undefined;
    const rest =
      'a bundle has one time limit: the other one ends the call first, or covers all tries';
    for (const cell of [
      ...(isShorter ? [limit] : []),
      ...(isShorter ? [] : (timeout?.origins ?? [])),
    ])
      cell?.relist(rest);
    return map({
      order:
        calls.retry === undefined
          ? plain('hystrix')
          : list(['circuitBreaker', 'timeout', 'bulkhead', 'retry'].map((layer) => plain(layer))),
      client: calls.retry === undefined ? undefined : plain('blocking'),
      circuitBreaker: breakerOf(command),
      timeout: after === undefined ? undefined : map({ after }),
      bulkhead: this.bulkheadOf(command, names, isZuul),
      ...calls,
    });
  }

  private bulkheadOf(command: Lookup, names: readonly string[], isZuul: boolean): Written {
    const strategy =
      command('execution.isolation.strategy') ??
      (isZuul ? property(this.root, 'zuul.ribbon-isolation-strategy') : undefined);
    const isSemaphore = strategy === undefined ? isZuul : /semaphore/i.test(strategy.text() ?? '');
    if (isSemaphore) {
      const permits = isZuul
        ? property(this.root, 'zuul.semaphore.max-semaphores')
        : command('execution.isolation.semaphore.max-concurrent-requests');
      strategy?.put();
      const most = countIn(permits) ?? { ...plain(isZuul ? 100 : 10), note: 'the default' };
      return map({ maxConcurrent: most });
    }
    const pool = this.lookup(this.pools, names);
    const queue = pool('max-queue-size');
    const size = numberIn(queue);
    return map({
      kind: plain('hystrix'),
      coreSize: countIn(pool('core-size')),
      maxQueueSize: size === undefined || size < -1 ? undefined : from(size, queue),
      queueSizeRejectionThreshold: countIn(pool('queue-size-rejection-threshold')),
    });
  }

  /** Ribbon, below the time limits of Feign, above those of all HTTP clients. */
  private client(names: readonly string[]): Lookup {
    const global = property(this.root, 'ribbon');
    const own = names.flatMap((name) => this.clients.get(name) ?? []);
    const feign = this.feign.flatMap((cell) => [this.own(cell, names), entryOf(cell, 'default')]);
    return (path) => {
      for (const cell of [...feign, ...own, global, ...this.http]) {
        const found = property(cell, path);
        if (found !== undefined) return found;
      }
      return undefined;
    };
  }

  private own(cell: Cell | undefined, names: readonly string[]): Cell | undefined {
    const wanted = new Set(names.map(plainName));
    return cell?.entries().find(([key]) => wanted.has(plainName(key.replace(/#.*$/, ''))))?.[1];
  }

  private lookup(cell: Cell | undefined, names: readonly string[]): Lookup {
    const own = this.own(cell, names);
    const base = entryOf(cell, 'default');
    return (path) => property(own, path) ?? property(base, path);
  }
}

interface Ribbon {
  readonly timeout: ReturnType<typeof durationIn>;
  readonly calls: { readonly connections?: Written; readonly retry?: Written };
  readonly connectMs: number;
  readonly tries: number;
}

/** One server is tried MaxAutoRetries times again, and then MaxAutoRetriesNextServer others. Reads alone are repeated by default. */
function ribbonOf(of: Lookup): Ribbon {
  const same = of('max-auto-retries');
  const next = of('max-auto-retries-next-server');
  const connect = durationIn(of('connect-timeout'));
  const tries = (1 + (numberIn(same) ?? 0)) * (1 + (numberIn(next) ?? 1));
  const isSaid = numberIn(same) !== undefined || numberIn(next) !== undefined;
  const all = of('ok-to-retry-on-all-operations');
  const isAll = flagIn(all)?.value === true;
  const codes = (of('retryable-status-codes')?.text() ?? '')
    .split(',')
    .filter((code) => /^\d{3}$/.test(code.trim()));
  all?.put();
  const retry = map({
    attempts: from(tries, same, next),
    on: list([
      ...['connect', 'timeout', 'reset'].map((outcome) => plain(outcome)),
      ...codes.map((code) => from(Number(code), of('retryable-status-codes'))),
    ]),
    methods: isAll ? undefined : list([plain('GET')]),
  });
  return {
    timeout: durationIn(of('read-timeout')),
    connectMs: connect === undefined ? 1000 : msOf(connect),
    tries,
    calls: {
      connections: connect === undefined ? undefined : map({ connectTimeout: connect }),
      retry: isSaid && tries > 1 ? retry : undefined,
    },
  };
}

/** Limit of a route without one: all tries of Ribbon, each with its limits (AbstractRibbonCommand, getHystrixTimeout). */
function zuulLimit({ timeout, connectMs, tries }: Ribbon): ReturnType<typeof plain> {
  const each = connectMs + (timeout === undefined ? 1000 : msOf(timeout));
  return { ...plain(`${each * tries}ms`), note: 'the default of Zuul' };
}

function breakerOf(of: Lookup): Written | undefined {
  const enabled = of('circuit-breaker.enabled');
  if (flagIn(enabled)?.value === false) {
    enabled!.put();
    return undefined;
  }
  return map({
    kind: plain('hystrix'),
    requestVolumeThreshold: countIn(of('circuit-breaker.request-volume-threshold')),
    errorThresholdPercentage: percentIn(of('circuit-breaker.error-threshold-percentage')),
    sleepWindow: durationIn(of('circuit-breaker.sleep-window-in-milliseconds')),
    rollingWindow: durationIn(of('metrics.rolling-stats.time-in-milliseconds')),
    snapshotInterval: durationIn(of('metrics.health-snapshot.interval-in-milliseconds')),
  });
}

function msOf({ value }: { readonly value: unknown }): number {
  return parseDuration(value) / 1e6;
}
