import { DerivedCell, type Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import type { Backend } from '../../targets.js';
import { resolve } from '../compose/variables.js';
import { flat, named, type Directive } from '../proxies/directives.js';
import { componentsAt } from '../proxies/routes.js';

const PASS = /^(proxy|grpc|fastcgi|uwsgi)_pass$/;

/** The protocol of a directive that passes requests on, such as `proxy`; undefined = it does something else. */
export function protocolOf({ name }: Directive): string | undefined {
  return PASS.exec(name)?.[1];
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
  targetsOf(pass: Directive): readonly Backend[] {
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

  private componentsAt(address: string, { cell }: Directive, share: number): readonly Backend[] {
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
    const found = componentsAt(filled, host, owner, system);
    return found.map((one) => ({ ...one, share, origins: [cell] }));
  }
}
