import type { Cell } from '../../cell.js';
import { directivesOf, type Directive } from '../proxies/directives.js';
import type { Upstreams } from './upstreams.js';

/** The directives for some hosts; null = all of them. */
export interface Site {
  readonly hosts: readonly string[] | null;
  readonly block: readonly Directive[];
}

/** Snippets in snippets, and uses of snippets in a site: an `import` beyond them is not followed. */
const DEPTH_MAX = 8;
const USES_MAX = 1_000;

/** The sites of a file, those of one host first. Source: caddyserver.com/docs/caddyfile/concepts, Structure. */
export function sitesOf(document: Cell, upstreams: Upstreams): readonly Site[] {
  const top = directivesOf(document);
  const snippets = new Map(
    top
      .filter(({ name }) => /^\(.+\)$/.test(name))
      .map(({ name, block }) => [name.slice(1, -1), block]),
  );
  const own = top.filter(({ name }) => name !== '' && !/^[(&]/.test(name));
  const [first, ...rest] = own;
  // A file of one site needs no braces.
  const isBare = first !== undefined && first.block.length === 0;
  const heads = isBare ? [{ ...first, block: rest }] : own;
  const sites = heads.map((head) => ({
    hosts: hostsOf(head, upstreams),
    block: expanded(head.block, snippets),
  }));
  const isTold = new Set(sites.map(({ hosts }) => hosts?.join() ?? '')).size > 1;
  const rank = ({ hosts }: Site): number =>
    hosts === null ? 2 : Number(hosts.some((host) => host.startsWith('*')));
  return isTold
    ? [...sites].sort((a, b) => rank(a) - rank(b))
    : sites.map((site) => ({ ...site, hosts: null }));
}

/** Hosts of the addresses of a site, such as `https://shop.example:443, www.shop.example`. */
function hostsOf(head: Directive, upstreams: Upstreams): readonly string[] | null {
  const words = upstreams.filled({
    ...head,
    words: [head.name, ...(head.cell.isScalar ? head.words : [])],
  })?.words;
  const hosts = (words ?? []).flatMap((word) =>
    word
      .split(',')
      .filter((one) => one !== '')
      .map((one) => one.replace(/^\w+:\/\//, '').replace(/[:/].*$/, '')),
  );
  const isOne = (host: string): boolean => /^(\*\.)?[\w-]+(\.[\w-]+)*\.[a-z][\w-]*$/i.test(host);
  return hosts.length > 0 && hosts.every(isOne) ? hosts : null;
}

/** `import NAME` is the snippet of that name, with `{args[0]}` of its words. */
function expanded(
  block: readonly Directive[],
  snippets: ReadonlyMap<string, readonly Directive[]>,
  depth = 0,
  uses = { left: USES_MAX },
): readonly Directive[] {
  return block.flatMap((one): readonly Directive[] => {
    const [name = '', ...args] = one.words;
    const isFollowed = one.name === 'import' && depth < DEPTH_MAX && uses.left > 0;
    const snippet = isFollowed ? snippets.get(name) : undefined;
    if (snippet === undefined)
      return [{ ...one, block: expanded(one.block, snippets, depth, uses) }];
    uses.left--;
    one.cell.list('the snippet that it names counts');
    return expanded(withArguments(snippet, args), snippets, depth + 1, uses);
  });
}

function withArguments(block: readonly Directive[], args: readonly string[]): readonly Directive[] {
  const put = (text: string): string =>
    text.replace(/\{args(?:\[(\d+)\]|\.(\d+))\}/g, (whole, a?: string, b?: string) => {
      return args[Number(a ?? b)] ?? whole;
    });
  return block.map((one) => ({
    ...one,
    name: put(one.name),
    words: one.words.map(put),
    block: withArguments(one.block, args),
  }));
}
