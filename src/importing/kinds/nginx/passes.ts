import { DerivedCell, type Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import type { Target } from '../../targets.js';
import { resolve } from '../compose/variables.js';
import { hostsIn } from '../kubernetes/addresses.js';
import { flat, named, type Directive } from '../proxies/directives.js';

const PASS = /^(proxy|grpc|fastcgi|uwsgi)_pass$/;

/** The protocol of a directive that passes requests on, such as `proxy`; undefined = it does something else. */
export function protocolOf({ name }: Directive): string | undefined {
  return PASS.exec(name)?.[1];
}

/** A component behind an address. */
export interface Passed extends Target {
  readonly component: Component;
  readonly host: Cell;
}

/** What the addresses of one nginx lead to. */
export class Addresses {
  /** What `set` gives a variable, wherever it does. */
  private readonly set: ReadonlyMap<string, string>;
  private readonly upstreams: ReadonlyMap<string, Directive>;

  constructor(
    directives: readonly Directive[],
    private readonly variables: ReadonlyMap<string, Cell>,
    private readonly owner: Component,
    private readonly system: System,
  ) {
    const all = flat(directives);
    this.set = new Map(
      named(all, 'set').map(({ words: [name = '', value = ''] }) => [name.slice(1), value]),
    );
    this.upstreams = new Map(named(all, 'upstream').map((one) => [one.words[0] ?? '', one]));
  }

  /** The path that a pass gives to requests instead of that of its location; undefined = it stays. */
  pathOf(pass: Directive): string | undefined {
    return /^\w+:\/\/[^/]+(\/[^$]*)$/.exec(this.filled(pass))?.[1];
  }

  /** The `upstream` that a pass names. */
  upstreamOf(pass: Directive): Directive | undefined {
    return this.upstreams.get(/^(?:\w+:\/\/)?([^/:]+)/.exec(this.filled(pass))?.[1] ?? '');
  }

  /**
   * The components that get the requests of a pass. An address by the name of an `upstream` is that of its servers. Source: nginx.org,
   * ngx_http_proxy_module (proxy_pass), ngx_http_upstream_module (upstream).
   */
  targetsOf(pass: Directive): readonly Passed[] {
    const upstream = this.upstreamOf(pass);
    if (upstream === undefined) return this.componentsAt(this.filled(pass), pass, 1);
    const servers = named(upstream.block, 'server');
    const used = servers.filter(
      ({ words }) => !words.includes('down') && !words.includes('backup'),
    );
    for (const { cell } of servers)
      if (/ (down|backup)\b/.test(cell.text() ?? ''))
        cell.list('a server that gets no requests while the others do: write it as a fallback');
    return used.flatMap((server) => {
      const weight = server.words.find((word) => /^weight=\d+$/.test(word))?.slice(7);
      return this.componentsAt(server.words[0] ?? '', server, Number(weight ?? 1));
    });
  }

  /** The address with the variables of the file: `set $cart http://cart`. */
  private filled({ words }: Directive): string {
    const name = /\$(?:(\w+)|\{(\w+)\})/g;
    return (words[0] ?? '').replace(
      name,
      (text, bare?: string, braced?: string) => this.set.get(bare ?? braced!) ?? text,
    );
  }

  private componentsAt(address: string, { cell }: Directive, share: number): readonly Passed[] {
    const { owner, system } = this;
    // Variables of a request, such as $request_uri, are a part of the path.
    const text = address.replace(/\$[a-z_]+/g, '');
    const written = new DerivedCell(cell.path, [cell], text);
    const { text: filled, origins, missing } = resolve(written, this.variables);
    if (missing.length > 0) {
      cell.list('a variable that neither the container nor its image sets');
      return [];
    }
    const host = new DerivedCell(
      cell.path,
      origins.map((origin) => (origin === written ? cell : origin)),
      filled,
    );
    return hostsIn(filled).flatMap((found) => {
      const component = system.find(found.host, owner.namespace);
      if (component === undefined || component === owner) return [];
      const name = system.partAt(found.host, owner.namespace);
      return [{ component, host, name, share, origins: [cell] }];
    });
  }
}
