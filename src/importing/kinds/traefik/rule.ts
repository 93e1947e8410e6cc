import { EVERY, type RouteMatch } from '../proxies/routes.js';

const FIELDS = ['hosts', 'paths', 'methods', 'headers'] as const;
/** More alternatives are no rule that a person wrote. */
const MATCHES_MAX = 64;

/**
 * The alternatives of a rule such as ``Host(`shop.example`) && (PathPrefix(`/api`) || Path(`/`))``, in the syntax of Traefik 2 or 3;
 * null = a condition has no counterpart. Source: traefik/traefik pkg/muxer/http/matcher.go and matcher_v2.go.
 */
export function matchesOf(rule: string): readonly RouteMatch[] | null {
  const parser = new Parser(rule);
  const found = parser.either();
  return found === null || !parser.isAtEnd ? null : merged(found);
}

const TOKEN = /\s*(&&|\|\||[!(),]|`([^`]*)`|"([^"]*)"|'([^']*)'|[A-Za-z]+)\s*/y;

class Parser {
  private at = 0;
  private readonly tokens: readonly { readonly sign: string; readonly text: string | null }[];

  constructor(rule: string) {
    const tokens = [];
    TOKEN.lastIndex = 0;
    let end = 0;
    for (let found = TOKEN.exec(rule); found !== null; found = TOKEN.exec(rule)) {
      const text = found[2] ?? found[3] ?? found[4] ?? null;
      tokens.push({ sign: text === null ? found[1]! : '', text });
      end = TOKEN.lastIndex;
    }
    // A sign that is none of these is an operator of its own.
    this.tokens = end === rule.length ? tokens : [...tokens, { sign: '?', text: null }];
  }

  get isAtEnd(): boolean {
    return this.at === this.tokens.length;
  }

  /** Alternatives between `||`; null = no counterpart. */
  either(): readonly RouteMatch[] | null {
    let found = this.both();
    while (this.takes('||')) {
      const next = this.both();
      found = found === null || next === null ? null : [...found, ...next];
    }
    return found;
  }

  private both(): readonly RouteMatch[] | null {
    let found = this.one();
    while (this.takes('&&')) {
      const next = this.one();
      found = found === null || next === null ? null : product(found, next);
    }
    return found;
  }

  private one(): readonly RouteMatch[] | null {
    if (this.takes('(')) {
      const inner = this.either();
      return this.takes(')') ? inner : null;
    }
    const name = this.tokens[this.at++]?.sign ?? '';
    if (!this.takes('(')) return null;
    const values: string[] = [];
    for (let isClosed = this.takes(')'); !isClosed; isClosed = this.takes(')')) {
      if (this.isAtEnd) return null;
      const { text } = this.tokens[this.at++]!;
      if (text !== null) values.push(text);
    }
    return MATCHERS[name]?.(values) ?? null;
  }

  private takes(sign: string): boolean {
    if (this.tokens[this.at]?.sign !== sign) return false;
    this.at++;
    return true;
  }
}

type Matcher = (values: readonly string[]) => readonly RouteMatch[] | null;

const pathsOf =
  (end: string): Matcher =>
  (values) => [{ ...EVERY, paths: values.map((value) => pathOf(value, end)) }];

const headerOf: Matcher = ([name, value]) =>
  name === undefined || value === undefined ? null : [{ ...EVERY, headers: [[name, value]] }];

const MATCHERS: Readonly<Record<string, Matcher>> = {
  Host: (values) => {
    // A variable without a value may leave a dot, or nothing.
    const hosts = values.map((value) => value.replace(/\.$/, '')).filter((value) => value !== '');
    return [{ ...EVERY, hosts: hosts.length === 0 || hosts.includes('*') ? null : hosts }];
  },
  HostRegexp: (values) => {
    const hosts = values.map(hostOf);
    if (hosts.includes(null)) return null;
    return [{ ...EVERY, hosts: hosts.includes('*') ? null : hosts.filter((one) => one !== null) }];
  },
  Path: pathsOf(''),
  PathPrefix: pathsOf('*'),
  PathRegexp: (values) => [{ ...EVERY, paths: values.map(expressionOf) }],
  Method: (values) => [{ ...EVERY, methods: values }],
  Header: headerOf,
  Headers: headerOf,
};

/** A path, or with variables such as `{id:[0-9]+}` of version 2 an expression. */
function pathOf(path: string, end: string): string {
  const [first = '', ...rest] = path.split('{');
  if (rest.length === 0) return `${path}${end}`;
  const others = rest.map((part) => {
    const [variable = '', after = ''] = part.split(/}(.*)$/s);
    const expression = variable.includes(':') ? variable.replace(/^[^:]*:/, '') : '[^/]+';
    return `(?:${expression})${escaped(after)}`;
  });
  return `~${escaped(first)}${others.join('')}${end === '' ? '' : '.*'}`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^$()[\]|\\]/g, String.raw`\$&`);
}

/** An expression that may begin and end anywhere in the path. */
function expressionOf(expression: string): string {
  const start = expression.startsWith('^') ? expression.slice(1) : `.*${expression}`;
  return start.endsWith('$') ? `~${start.slice(0, -1)}` : `~${start}.*`;
}

/** Any host, or those below a domain; null = another expression. */
function hostOf(expression: string): string | null {
  const text = expression.replace(/^\^|\$$/g, '').replace(/\{\w+:([^{}]*)\}/g, '$1');
  const any = String.raw`(?:\.[+*]|\[\^\.\]\+|\[a-z(?:0-9)?-?\]\+|\{\w+\})`;
  if (new RegExp(`^${any}$`).test(text)) return '*';
  const [, domain] = new RegExp(String.raw`^\(?${any}\)?((?:\\?\.[\w-]+)+)$`).exec(text) ?? [];
  return domain === undefined ? null : `*${domain.replaceAll('\\', '')}`;
}

/** Each way to meet the one with each way to meet the other; two conditions on one field have no counterpart. */
function product(
  first: readonly RouteMatch[],
  second: readonly RouteMatch[],
): readonly RouteMatch[] | null {
  if (first.length * second.length > MATCHES_MAX) return null;
  const all = first.flatMap((a) => second.map((b) => joined(a, b)));
  return all.includes(null) ? null : all.filter((one) => one !== null);
}

function joined(a: RouteMatch, b: RouteMatch): RouteMatch | null {
  const isTwice = (['hosts', 'paths', 'methods'] as const).some((key) => a[key] && b[key]);
  if (isTwice) return null;
  const headers = [...(a.headers ?? []), ...(b.headers ?? [])];
  return {
    hosts: a.hosts ?? b.hosts,
    paths: a.paths ?? b.paths,
    methods: a.methods ?? b.methods,
    headers: headers.length === 0 ? null : headers,
  };
}

/** Alternatives that differ in one list are one: what a route limits counts for all of them together. */
function merged(all: readonly RouteMatch[]): readonly RouteMatch[] {
  const found: RouteMatch[] = [];
  for (const match of all) {
    const at = found.findIndex((known) => other(known, match) !== undefined);
    const key = at < 0 ? undefined : other(found[at]!, match);
    if (key === undefined) found.push(match);
    else found[at] = { ...found[at]!, [key]: [...found[at]![key]!, ...match[key]!] };
  }
  return found;
}

/** The only list in which two alternatives differ; undefined = there are more. */
function other(a: RouteMatch, b: RouteMatch): 'hosts' | 'paths' | 'methods' | undefined {
  const keys = FIELDS.filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));
  const [key] = keys;
  if (keys.length !== 1 || key === undefined || key === 'headers') return undefined;
  return a[key] !== null && b[key] !== null ? key : undefined;
}
